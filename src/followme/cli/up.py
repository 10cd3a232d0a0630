"""``followme up``: every node a process, as the launch file does."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import followme
from followme.cli.missing_library import missing_library_said
from followme.launching.arguments import StartOptions, read_arguments
from followme.launching.command import command
from followme.launching.environment import missing_environment
from followme.launching.known_arguments import GRAPH_ARGUMENTS, Argument
from followme.launching.processes import AFTER_END_S, RESPAWN_DELAY_S, NodeProcess, processes
from followme.settings import SettingsError
from followme.supervision.child import ChildSpec
from followme.supervision.restarts import RestartRules
from followme.supervision.supervisor import StopRules, Supervisor

# Another graph on this machine is discovered within a fraction of this; on a busy machine it may
# take the next announcement, which comes after 3 s.
_DISCOVERY_S = 3.5


def add_parser(commands: Any) -> None:
    """Add the command to a parser's subcommands."""
    p = commands.add_parser(
        "up",
        help="the whole graph, each node a process",
        description="Starts every node as a process of its own, as launch/followme.launch.py "
        "does, and takes the same arguments, as --name value or name:=value. A node that dies is "
        "started again; one that dies five times at its start is given up and the others run on. "
        "Ctrl-C (SIGINT), SIGTERM and SIGHUP end all of them.",
    )
    for a in GRAPH_ARGUMENTS:
        p.add_argument(
            f"--{a.name.replace('_', '-')}",
            dest=a.name,
            metavar=None if a.choices else a.name.upper(),
            choices=a.choices or None,
            default=argparse.SUPPRESS,
            help=_help(a),
        )
    p.add_argument("words", nargs="*", metavar="name:=value", help="the same, as launch takes them")
    p.set_defaults(act=up)


def up(given: argparse.Namespace) -> int:
    """Start the graph and keep it running; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used, or when the graph runs already.
    """
    options = read_arguments(arguments_of(given))
    table = processes(options)
    environ = environment(os.environ)
    # the watcher is a participant too, and its images need no other profile than those of the nodes
    os.environ.update(environ)
    _refuse_a_second_graph(table, options)
    say = Printer(max(len(p.name) for p in table))
    with tempfile.TemporaryDirectory(prefix="followme_up_") as folder:
        specs = [
            ChildSpec(p.name, command(p, Path(folder), environ), p.respawn, p.ends_graph)
            for p in table
        ]
        where = f"in /{options.namespace}" if options.namespace else "in the root namespace"
        say("up", f"{len(specs)} nodes {where}; Ctrl-C ends them")
        return Supervisor(
            specs,
            environ,
            say,
            restart_rules=RestartRules(first_pause_s=RESPAWN_DELAY_S),
            stop_rules=StopRules(after_end_s=AFTER_END_S),
        ).run()


def arguments_of(given: argparse.Namespace) -> dict[str, str]:
    """Return the arguments by name, whichever form they were given in.

    Raises
    ------
    SettingsError
        For a word that is no ``name:=value``, or a name that was given twice.
    """
    values = {a.name: getattr(given, a.name) for a in GRAPH_ARGUMENTS if hasattr(given, a.name)}
    for word in given.words:
        name, sign, value = word.partition(":=")
        if not sign:
            raise SettingsError(f"{word!r} is no argument; give --name value or name:=value")
        if name in values:
            raise SettingsError(f"{name}: given twice, as {values[name]!r} and {value!r}")
        values[name] = value
    return values


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the nodes, in which they find this very package."""
    root = str(Path(followme.__file__).resolve().parents[1])
    places = [p for p in environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    if root not in places:
        places.insert(0, root)
    return {
        **environ,
        **missing_environment(environ),
        "PYTHONPATH": os.pathsep.join(places),
    }


class Printer:
    """Print lines with the name of who has said them in front.

    Parameters
    ----------
    width : int
        Of the longest name.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._mute = False

    def __call__(self, name: str, line: str) -> None:
        if self._mute:
            return
        try:
            print(f"{f'[{name}]':{self._width + 2}} {line}", flush=True)
        except OSError:
            # nobody reads any more; the graph runs on for whom it warns
            self._mute = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _help(a: Argument) -> str:
    default = f" (default: {a.default})" if a.default else ""
    return f"{a.text}{default}".replace("%", "%%")


def _refuse_a_second_graph(table: Sequence[NodeProcess], options: StartOptions) -> None:
    with missing_library_said():
        from followme.ros.neighbours import already_there
    found = already_there({p.full_name for p in table}, _DISCOVERY_S)
    if found:
        raise SettingsError(
            f"namespace: {options.namespace or '/'!r} has a graph already "
            f"({', '.join(found)}); end it, or give another namespace"
        )
