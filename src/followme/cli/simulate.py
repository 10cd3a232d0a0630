"""``followme simulate``: what it takes on the command line."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from followme.cli.missing_library import missing_library_said
from followme.evaluation.grid import SEEDS

# as shells have it for SIGINT
_STOPPED = 130

_ABOUT = (
    "Runs scripted walks through the whole chain on a simulated clock, without ROS, and says "
    "whether each was warned of as it promises, and how the figures of the specification came "
    "out. Exit code 0: every walk is inside its windows; 1: one is short; 2: a mistake on the "
    "command line. Synthetic results are not proof of safety."
)


def add_parser(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    p = commands.add_parser(
        "simulate", help="scripted walks with known truth, judged and measured", description=_ABOUT
    )
    p.add_argument("walks", nargs="*", metavar="WALK", help="number or name (default: all)")
    p.add_argument("--walk", action="append", default=[], metavar="N", help="the same")
    p.add_argument(
        "--scene",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a walk of your own, as config/walks has them",
    )
    p.add_argument(
        "--grid",
        choices=("ci", "full"),
        default="ci",
        help="ci: each walk as its file says; full: three speeds, three pitches, five seeds, with "
        "and without sway, which takes hours (default ci)",
    )
    p.add_argument(
        "--seeds",
        type=int,
        default=SEEDS,
        help=f"how many seeds the full grid has, from --seed on (default {SEEDS})",
    )
    p.add_argument(
        "--perception",
        choices=("truth", "sensor", "networks"),
        default="sensor",
        help="truth: exact depth and labels; sensor: depth as a sensor errs, filled by no "
        "network, and exact labels; networks: images only (default sensor)",
    )
    p.add_argument("--seed", type=int, default=0, help="of all that is drawn at random (default 0)")
    p.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    p.add_argument("--no-contacts", action="store_true", help="leave out the simulated walker")
    p.add_argument(
        "--mutations",
        action="store_true",
        help="put in faults on purpose and print which walk catches which",
    )
    p.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="keep a log a run; a later run with the same walks, settings and version goes on",
    )
    p.add_argument("--json", type=Path, metavar="FILE", help="write walks and figures as JSON")
    p.add_argument("--markdown", type=Path, metavar="FILE", help="write the table for a page")
    p.add_argument("--html", type=Path, metavar="FILE", help="write one page with pictures")
    p.set_defaults(act=simulate)


def simulate(given: argparse.Namespace) -> int:
    """Run the walks; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used.
    """
    with missing_library_said():
        from followme.cli.simulate_walks import simulate_walks
    try:
        return simulate_walks(given)
    except KeyboardInterrupt:
        # half of the walks say nothing about all of them, so this is no success
        print("followme simulate: stopped; with --out DIR it goes on from here", file=sys.stderr)
        return _STOPPED
    except BrokenProcessPool:
        # by hand, or by the system for want of memory: the runs themselves end with an exception
        print(
            "followme simulate: one of its processes was killed; with --out DIR it goes on from "
            "here, with fewer --jobs it takes less memory",
            file=sys.stderr,
        )
        return 1
