"""The whole graph in one process on the time of a bag."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from typing import Any, TextIO, cast

from tqdm import tqdm

from followme.cli.run import remaps_of
from followme.cli.run_graph import run_watched
from followme.graph import NODES
from followme.nodes.composition import Composition
from followme.settings import BagPlayerSettings, SettingsError, settings_of
from followme.sources.bag_plan import BagPlan, plan_bag
from followme.sources.bag_remaps import read_remaps

# The longest that networks may take to load before the bag begins.
_READY_S = 60.0


class BagGraphSource:
    """The node bag_player in the place of the camera.

    Parameters
    ----------
    given : Namespace
        Of ``followme replay``.
    """

    node = "bag_player"

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._plan: BagPlan | None = None
        self._graph: Composition | None = None

    @property
    def rate_hz(self) -> float:
        assert self._plan is not None
        return self._plan.rate_hz

    def open(self) -> None:
        remaps = read_remaps(remaps_of(self._given) or "")
        self._plan = plan_bag(
            self._given.bag,
            "inputs",
            remaps,
            self._given.start or 0.0,
            lambda sentence: print(f"bag: {sentence}", flush=True),
        )

    def wiring(self, end: Callable[[], None]) -> dict[str, Any]:
        return {
            "plan": self._plan,
            "ended": end,
            "ready": lambda: self._graph is not None and self._graph.ready(),
            "caught_up": lambda ns: self._graph is None or self._graph.caught_up(ns),
        }

    def overrides(self) -> dict[str, dict[str, Any]]:
        given = self._given
        asked = {
            "bag": str(given.bag),
            "rate": given.rate,
            "loop": given.loop or None,
            "start_s": given.start,
            "every_frame": given.every_frame or None,
            "remaps": remaps_of(given),
            "wait_s": _READY_S,
            "exit_at_end": False,
            # who makes the time cannot take it from itself
            "use_sim_time": False,
        }
        player = {name: value for name, value in asked.items() if value is not None}
        on_its_time = {n.name: {"use_sim_time": True} for n in NODES if n.name != "camera"}
        return {**on_its_time, self.node: player}

    def join(self, graph: Composition) -> None:
        self._graph = graph

    def close(self) -> None:
        """Do nothing: the player lets go of the bag."""


def replay_graph(given: argparse.Namespace) -> int:
    """Play a bag into the graph; return the exit code.

    Raises
    ------
    ValueError
        For anything on the command line that cannot be used.
    """
    for name, value in (("rate", given.rate), ("start_s", given.start)):
        if value is not None:
            _checked(name, value)
    return run_watched(given, BagGraphSource(given), cast(TextIO, _BesideBar()))


def _checked(name: str, value: float) -> None:
    setting = next(s for s in settings_of(BagPlayerSettings) if s.name == name)
    try:
        setting.check(value)
    except SettingsError as error:
        option = {"start_s": "start"}.get(name, name)
        raise SettingsError(f"--{option}: {error}") from None


class _BesideBar(io.TextIOBase):
    """Standard output, whose lines do not break the bar of progress."""

    def write(self, text: str) -> int:
        with tqdm.external_write_mode(file=sys.stdout):
            return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()
