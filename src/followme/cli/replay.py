"""``followme replay``: what it takes on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from followme.cli.missing_library import missing_library_said
from followme.cli.run import add_shared


def add_parser(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    p = commands.add_parser(
        "replay",
        help="a bag through the whole graph, with its own stamps and clock",
        description="Plays a bag (rosbag2: MCAP or sqlite3) into every node, in one process, with "
        "the stamps that it has and /clock, so that the same images give the same obstacles. What "
        "FollowMe computed itself and stands in the bag, too, is not played. Ends with the bag, "
        "after --seconds, or on Ctrl-C.",
    )
    p.add_argument("bag", type=Path, help="folder of the bag, or one of its .mcap or .db3 files")
    p.add_argument("--rate", type=float, help="times the speed of the recording (default: 1)")
    p.add_argument("--loop", action="store_true", help="begin again when the bag ends")
    p.add_argument(
        "--start", type=float, metavar="SECONDS", help="leave out so much of the beginning"
    )
    p.add_argument(
        "--every-frame",
        action="store_true",
        help="give the next image only after the obstacles of the last one came: none is dropped, "
        "however slow the machine",
    )
    add_shared(p)
    p.set_defaults(act=replay)


def replay(given: argparse.Namespace) -> int:
    """Play the bag; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used.
    """
    with missing_library_said():
        from followme.cli.replay_graph import replay_graph
    return replay_graph(given)
