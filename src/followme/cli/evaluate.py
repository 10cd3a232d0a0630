"""``followme evaluate``: what it takes on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from followme.cli.missing_library import missing_library_said
from followme.launching.shared_parameter import read_camera_height

# as shells have it for SIGINT
_STOPPED = 130
_ABOUT = (
    "Plays a bag through FollowMe and measures what came of it: how much of what really stood in "
    "the way was seen, how far off distances were, what was said, how early and how late. What "
    "really stood there is read from the topics truth/obstacles and truth/depth_status of the bag; "
    "without them speech and latency are measured. Exit code 0: all that a walk must reach was "
    "reached; 1: something was not; 2: a mistake on the command line. Figures of synthetic walks "
    "are no proof of safety."
)


def add_parser(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    p = commands.add_parser(
        "evaluate", help="a bag held against what really stood there", description=_ABOUT
    )
    p.add_argument("bag", type=Path, help="folder of the bag, or one of its .mcap or .db3 files")
    p.add_argument(
        "--pipeline",
        action="store_true",
        help="on a simulated clock, in one thread, without ROS: faster, and always with the same "
        "result (default: the whole graph, in the time of the bag)",
    )
    p.add_argument("--colour-only", action="store_true", help="withhold the depth of the sensor")
    p.add_argument(
        "--camera-height",
        type=float,
        metavar="M",
        help="height of the camera over the floor in metres, as its wearer measured it; 0: nobody "
        "did (default: what truth/depth_status says)",
    )
    p.add_argument(
        "--drills",
        action="store_true",
        help="put faults in on purpose, and measure how soon a warning is heard",
    )
    p.add_argument("--json", type=Path, metavar="FILE", help="write all figures as JSON")
    p.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for evaluation.html and evaluation.json; without --pipeline also for the "
        "files of followme run",
    )
    p.add_argument(
        "--params-file", type=Path, help="ROS 2 parameter file; not together with --pipeline"
    )
    p.add_argument("--keep-faces", action="store_true", help="do not blur faces in the film")
    p.add_argument(
        "--remap",
        action="append",
        metavar="THEIRS:=OURS",
        help="a topic of the bag that has another name there, as /cam/color:=camera/image_raw",
    )
    p.set_defaults(act=evaluate)


def evaluate(given: argparse.Namespace) -> int:
    """Evaluate the bag; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used.
    """
    _check(given)
    with missing_library_said():
        from followme.cli.evaluate_bag import evaluate_bag
    try:
        return evaluate_bag(given)
    except KeyboardInterrupt:
        # a part of a walk says nothing about all of it, so this is no success
        print("followme evaluate: stopped before the end of the bag", file=sys.stderr)
        return _STOPPED


def _check(given: argparse.Namespace) -> None:
    if given.camera_height is not None:
        read_camera_height("--camera-height", given.camera_height)
    if given.pipeline and given.params_file is not None:
        raise ValueError(
            "--params-file: it is for the nodes, and --pipeline runs none; leave out one of both"
        )
