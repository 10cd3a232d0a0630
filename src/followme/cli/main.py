"""The command ``followme``: what a person types."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from followme import __version__
from followme.cli import bench, doctor, evaluate, record, replay, run, simulate, up


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(
        prog="followme",
        description="Sees what stands in the way of a person who walks, and says so in time. "
        "FollowMe complements cane or dog and never calls a path safe.",
    )
    top.add_argument("--version", action="version", version=f"followme {__version__}")
    commands = top.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    run.add_parser(commands)
    up.add_parser(commands)
    replay.add_parser(commands)
    record.add_parser(commands)
    simulate.add_parser(commands)
    evaluate.add_parser(commands)
    bench.add_parser(commands)
    doctor.add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 on success, 2 on a user's mistake."""
    given = parser().parse_args(arguments)
    try:
        code: int = given.act(given)
    except ValueError as error:
        # every error that a user can mend is one, and says how in a sentence
        print(f"followme {given.command}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # whoever read our lines has enough; what is still to be flushed goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        # Ctrl-C before the command took over the signals: nothing had begun
        return 0
    return code


if __name__ == "__main__":
    sys.exit(main())
