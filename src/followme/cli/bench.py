"""``followme bench``: what it takes on the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from followme.cli.missing_library import missing_library_said

_SECONDS = 60.0
# as a shell answers for a program that SIGINT has ended
_STOPPED = 130


def add_parser(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    p = commands.add_parser(
        "bench",
        help="how fast it is on this machine, and how long it stays so",
        description="Measures images between processes, every network, the whole graph in one "
        "process and as processes, and beside them the same chain as it is written first, so that "
        "the gain is a ratio. Prints tables with pass or short for each target. Nothing else "
        "should run meanwhile. With --soak it runs the graph for long and says what grows.",
    )
    p.add_argument(
        "--only",
        metavar="PARTS",
        help="some of transport,models,graph,chain, with commas between (default: all)",
    )
    p.add_argument(
        "--seconds",
        type=float,
        default=_SECONDS,
        help=f"how long each graph is measured; other parts take less (default {_SECONDS:g})",
    )
    p.add_argument("--json", type=Path, metavar="FILE", help="write every figure as JSON")
    p.add_argument("--out", type=Path, metavar="DIR", help="folder for plot, table and JSON")
    p.add_argument(
        "--soak",
        type=float,
        metavar="SECONDS",
        help="run the graph for so long instead and follow memory, threads, open files, latency "
        "and lost images; 3600 is an hour",
    )
    p.add_argument(
        "--form",
        choices=("one_process", "processes"),
        default="one_process",
        help="of the graph of --soak (default one_process)",
    )
    p.add_argument(
        "--size", metavar="WxH", help="of the images of the graphs (default: the camera's, 640x480)"
    )
    p.set_defaults(act=bench)


def bench(given: argparse.Namespace) -> int:
    """Measure; return the exit code: 0 when all was measured, whatever the figures are, else 1.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used, or what cannot be measured here.
    """
    with missing_library_said():
        from followme.cli.bench_run import run_bench
    try:
        return run_bench(given)
    except KeyboardInterrupt:
        # half a bench says nothing about the whole
        print("followme bench: stopped; nothing was written", file=sys.stderr)
        return _STOPPED
