"""``followme run``: what it takes on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from followme.cli.missing_library import missing_library_said
from followme.settings import CameraNodeSettings


def add_parser(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    camera = CameraNodeSettings()
    p = commands.add_parser(
        "run",
        help="the whole graph in one process, from a source to the ear",
        description="Runs every node in one process. What stands in the way is printed, said "
        "aloud and published on ROS 2 topics. Ends with its source, after --seconds, or on Ctrl-C.",
    )
    p.add_argument(
        "--source",
        help="synthetic (a rendered corridor), webcam:0, a folder of RGB-D frames or of images, a "
        f"video file, or a ROS 2 bag (default: what the parameter file says, else {camera.source})",
    )
    p.add_argument("--rate", type=float, help=f"frames a second (default {camera.rate_hz:g})")
    add_shared(p)
    p.set_defaults(act=run)


def add_shared(p: argparse.ArgumentParser) -> None:
    """Add what ``run`` and ``replay`` both take."""
    p.add_argument(
        "--speech",
        choices=("auto", "espeak", "pyttsx3", "wav", "silent"),
        help="auto: through the sound device, or as a WAV track where there is none; pyttsx3: "
        "likewise, by your own engine (default: what the parameter file says, else auto)",
    )
    p.add_argument(
        "--out", type=Path, help="folder for overlay video, sound track, logs and latency table"
    )
    p.add_argument("--seconds", type=float, help="stop after this long")
    p.add_argument("--params-file", type=Path, help="ROS 2 parameter file, as config/followme.yaml")
    p.add_argument(
        "--camera-height",
        type=float,
        metavar="M",
        help="height of the camera over the floor in metres, as its wearer measured it; 0: nobody "
        "did (default: what the parameter file says, else 0)",
    )
    p.add_argument("--keep-faces", action="store_true", help="do not blur faces in what is written")
    p.add_argument(
        "--remap",
        action="append",
        metavar="THEIRS:=OURS",
        help="a topic of a bag that has another name there, as /cam/color:=camera/image_raw; may "
        "be given several times (image, depth and calibration are found by their types)",
    )


def remaps_of(given: argparse.Namespace) -> str | None:
    """Return the remaps as the setting of that name has them; None where there are none."""
    return " ".join(given.remap) if given.remap else None


def run(given: argparse.Namespace) -> int:
    """Run the graph; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used.
    """
    with missing_library_said():
        from followme.cli.run_graph import run_graph
    return run_graph(given)
