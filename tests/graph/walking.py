"""A walk in one process whose camera a test holds: what is seen, when, and what is heard of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray

from followme.nodes.composition import Composition
from followme.values.frame import Frame
from followme.values.obstacle import Obstacles, Sight
from tests.geometry.scene import CAMERA, box_at, render
from tests.real_ros import await_that

from .conftest import Graph
from .test_camera import Live
from .test_safety import sounds

LIMIT_S = 1.0
PERIOD_S = 0.1


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
    """

    def __init__(
        self,
        graph: Graph,
        folder: Path,
        overrides: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self.camera = Live()
        self.log = folder / "speech.wav.jsonl"
        self.spoil: Callable[[Frame], Frame | None] = lambda frame: frame
        self.reports: list[tuple[float, Any]] = []
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
            {"source": self.camera},
        )
        self.nodes = composition.nodes
        composition.listen("obstacles", self.obstacles.append)
        graph.driver.create_subscription(DiagnosticArray, "/diagnostics", self._told, 50)
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

    def back(self) -> None:
        """Hold that it sees again and says so, with the same nodes."""
        moment_s = time.monotonic()
        await_that(lambda: self._heard("back", moment_s), 20, '"Vision back" is heard')
        assert self.obstacles[-1].sight is Sight.SEEING, self.obstacles[-1].reason

    def told(self, node: str, words: str, moment_s: float) -> float:
        """Hold that a node says something on /diagnostics; return how long after a moment."""
        found = await_that(
            lambda: self.told_since(node, words, moment_s), 10, f"{node} says {words!r}"
        )
        return float(found[0])

    def told_since(self, node: str, words: str, moment_s: float) -> list[float]:
        """Return how long after a moment a node said something on /diagnostics, each time."""
        return [
            at_s - moment_s
            for at_s, status in list(self.reports)
            if at_s >= moment_s
            and status.hardware_id == f"/{node}"
            and words in " ".join((status.message, *(v.value for v in status.values)))
        ]

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
                self.camera.captured.put(frame)

    def _told(self, array: Any) -> None:
        self.reports += [(time.monotonic(), status) for status in array.status]
