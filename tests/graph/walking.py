"""A walk in one process whose camera a test holds: what is seen, when, and what is heard of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus

from followme.nodes.composition import Composition
from followme.values.frame import Frame
from followme.values.obstacle import Obstacles, Sight
from tests.geometry.scene import CAMERA, box_at, render
from tests.real_ros import await_that

from .conftest import Graph
from .diagnostics import LIMIT_S, Diagnostics
from .test_camera import Live
from .test_safety import sounds

PERIOD_S = 0.1
# So many obstacles tell that a walk goes on.
_SOME = 30
# With older images it would be BLIND.
_FRESH_S = 0.5


class Walk:
    """The whole graph in one process, with a camera that sees a box, and a sound track.

    Parameters
    ----------
    graph : Graph
        Of the test.
    folder : Path
        For the sound track.
    overrides : mapping, optional
        Parameters by node name.
    camera : Any, optional
        A live source that is told of what it is to capture; left out: one that is never at fault.
    spoil : callable, optional
        What becomes of a frame before it is captured, None for nothing; tests exchange it.
    """

    def __init__(
        self,
        graph: Graph,
        folder: Path,
        overrides: Mapping[str, Mapping[str, Any]] | None = None,
        camera: Any = None,
        spoil: Callable[[Frame], Frame | None] = lambda frame: frame,
    ) -> None:
        self._camera = camera or Live()
        self.log = folder / "speech.wav.jsonl"
        self.spoil = spoil
        self.diagnostics = Diagnostics(graph)
        self.obstacles: list[Obstacles] = []
        self._ended = threading.Event()
        #: Metres of what stands there.
        self.scene = render([box_at(1.0, 0.0)])
        self._taker = threading.Thread(target=self._take, daemon=True)
        composition = Composition(
            {
                "speech": {"voice.engine": "wav", "voice.track": str(folder / "speech.wav")},
                "overlay": {"autostart": False},
                **(overrides or {}),
            },
            lambda *_: None,
            {"source": self._camera},
        )
        self.nodes = composition.nodes
        composition.listen("obstacles", self.obstacles.append)
        graph.spin(*composition.nodes.values())

    def begin(self) -> None:
        """Walk until FollowMe sees and has said so."""
        self._taker.start()
        await_that(lambda: sounds(self.log), 40, "it speaks")
        await_that(lambda: self.sight is Sight.SEEING, 20, "it sees")

    def end(self) -> None:
        """Take no more images."""
        self._ended.set()
        self._taker.join(10)

    @property
    def sight(self) -> Sight | None:
        """How well it sees now."""
        return self.obstacles[-1].sight if self.obstacles else None

    def heard_within(self, words: str | tuple[str, ...], moment_s: float) -> None:
        """Hold that words, or one of several, are heard in time after a moment."""
        row = await_that(lambda: self._heard(words, moment_s), 10, f"{words!r} is heard")
        delay_s = row["monotonic_s"] - moment_s
        assert delay_s <= LIMIT_S, f"{words!r} is heard after {delay_s:.2f} s"

    def _heard(self, words: str | tuple[str, ...], moment_s: float) -> dict[str, Any] | None:
        wanted = (words,) if isinstance(words, str) else words
        return next(
            (
                row
                for row in sounds(self.log)
                if any(w in str(row.get("text", "")) for w in wanted)
                and row["monotonic_s"] >= moment_s
            ),
            None,
        )

    def quiet_since(self, moment_s: float) -> bool:
        """Return whether no lost sight was heard after a moment."""
        return self._heard("lost", moment_s) is None

    def lost_within(self, reason: str, moment_s: float) -> None:
        """Hold that sight is lost on /diagnostics in time after a moment, as an error."""
        words = f"sight is lost: {reason}"
        self.diagnostics.within("obstacle_fusion", words, moment_s)
        levels = [s.level for _, s in self.diagnostics.reports if words in s.message]
        assert set(levels) == {DiagnosticStatus.ERROR}

    def back(self) -> None:
        """Hold that it sees again and says so, heard and told, with the same nodes."""
        moment_s = time.monotonic()
        await_that(lambda: self._heard("back", moment_s), 20, '"Vision back" is heard')
        assert self.obstacles[-1].sight is Sight.SEEING, self.obstacles[-1].reason
        _, last = self.diagnostics.of("obstacle_fusion")[-1]
        assert "sight is lost" not in last.message

    def goes_on(self, moment_s: float) -> None:
        """Hold that sight was not lost since a moment, and that what comes into the way is heard.

        That is its tone, with words or, when many were said a moment ago, without.
        """
        before = len(self.obstacles)
        await_that(lambda: len(self.obstacles) >= before + _SOME, 20, "obstacles go on")
        assert max(o.ages.image_s for o in self.obstacles[before:]) < _FRESH_S
        self.scene, stands_there = render([]), self.scene
        await_that(lambda: not self.obstacles[-1].obstacles, 10, "it is gone")
        self.scene, again_s = stands_there, time.monotonic()
        await_that(lambda: self._warned_since(again_s), 10, "it is heard that it is there again")
        assert self.quiet_since(moment_s)

    def _warned_since(self, moment_s: float) -> bool:
        rows = (row for row in sounds(self.log) if row["monotonic_s"] >= moment_s)
        return any(row["tone"] == "stop" for row in rows)

    def said(self, moment_s: float) -> list[str]:
        """Return the words that were heard since a moment."""
        return [str(r.get("text", "")) for r in sounds(self.log) if r["monotonic_s"] >= moment_s]

    def _take(self) -> None:
        rng = np.random.default_rng(5)
        shape = (CAMERA.height, CAMERA.width)
        while not self._ended.wait(PERIOD_S):
            bgr = rng.integers(60, 190, (*shape, 3), np.uint8)
            depth_m = self.scene * np.float32(1.0 + 1e-4 * rng.random())
            frame = self.spoil(Frame(time.time_ns(), bgr, CAMERA, depth_m))
            if frame is not None:
                self._camera.capture(frame)


@contextmanager
def walking(graph: Graph, folder: Path, **more: Any) -> Iterator[Walk]:
    """Walk, with what :class:`Walk` takes, until the test is over."""
    made = Walk(graph, folder, **more)
    try:
        made.begin()
        yield made
    finally:
        made.end()
