"""``followme record``: topics of a running graph, or of any robot, into a bag."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from followme.cli.missing_library import missing_library_said
from followme.settings import BagRecorderSettings


def add_parser(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    defaults = BagRecorderSettings()
    p = commands.add_parser(
        "record",
        help="topics into a bag that can be replayed",
        description="Writes topics to a bag (rosbag2, MCAP) as they come, nothing decoded, until "
        "Ctrl-C (SIGINT), SIGTERM or --seconds. Images are written as they are: faces in them are "
        "not blurred.",
    )
    p.add_argument("--out", metavar="FOLDER", help="made for the bag (default: bag_ and the time)")
    p.add_argument(
        "--topics",
        help="inputs (what a replay needs), results, all, or names of topics, with commas or "
        f"spaces between (default: {defaults.topics})",
    )
    p.add_argument("--namespace", default="", help="in which the topics are, as robot1")
    p.add_argument("--seconds", type=float, help="stop after this long")
    p.add_argument(
        "--split-mib",
        type=int,
        help=f"mebibytes after which a new file is begun (default: {defaults.split_mib})",
    )
    p.add_argument(
        "--compression",
        choices=("none", "lz4", "zstd"),
        help=f"of the chunks (default: {defaults.compression})",
    )
    p.add_argument("--params-file", type=Path, help="ROS 2 parameter file, as config/followme.yaml")
    p.set_defaults(act=record)


def record(given: argparse.Namespace) -> int:
    """Record until somebody ends it; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used, or when nothing came.
    """
    with missing_library_said():
        from followme.cli.record_topics import record_topics
    return record_topics(given)
