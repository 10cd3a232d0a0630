"""``followme evaluate --drills`` with the real nodes: each fault is heard in time, and ends.

When a fault was heard is read from the log of the sound process; when it was due, from the clock
by which the bag was played. Both are the monotonic clock.
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from followme.alerts.sight_watch import SightWatch
from followme.alerts.want import Want
from followme.cli import evaluate_graph
from followme.cli.evaluate_graph import drill_graph
from followme.cli.main import main, parser
from followme.evaluation import engine_drill
from followme.evaluation.bag_run import height_of
from followme.evaluation.fault_drills import (
    CAMERA_STALL,
    DEPTH_STALL,
    ENGINE_HANG,
    FROZEN,
    INVALID_DEPTH,
    LIMIT_S,
    DrillResult,
    drills_for,
)
from followme.settings import VoiceSettings
from followme.sources.bag_plan import BagPlan
from followme.sources.bag_reader import BagReader, Serialized
from followme.sources.faulty_bag import FaultyPlan
from followme.sources.walk_bag import WalkBag
from followme.values.intent import Priority
from tests.real_ros import a_domain_id
from tests.walks.sample_walk import free_bag

from .test_safety import sounds

pytestmark = pytest.mark.graph

# A reason is said only where it was the same all along.
WORDS = {
    CAMERA_STALL: ("Vision lost",),
    DEPTH_STALL: ("Cannot judge distance", "Vision lost"),
    INVALID_DEPTH: ("Cannot judge distance", "Vision lost"),
    FROZEN: ("Vision lost",),
}
#: When each fault was due to begin and to end, in the order of the drills.
DUE: list[tuple[float, float]] = []


@dataclass(frozen=True)
class GoesOn(FaultyPlan):
    """A bag that is well again after its fault, and notes when it was given out."""

    def messages(
        self, bag: BagReader, start_s: float, patient: bool = False
    ) -> Iterator[Serialized]:
        run, last_ns = len(DUE), 0
        DUE.append((0.0, 0.0))
        behind_s: list[float] = []
        first_ns = next(bag.serialized([self.camera_topics.colour])).recorded_ns

        def given(message: Serialized) -> Iterator[Serialized]:
            yield message
            behind_s.append(time.monotonic() - message.recorded_ns * 1e-9)
            # whoever played one message in time shows when each was due
            begin_s = min(behind_s) + first_ns * 1e-9
            DUE[run] = (begin_s + self.from_s, begin_s + self.until_s)

        for message in super().messages(bag, start_s, patient):
            last_ns = message.recorded_ns
            yield from given(message)
        for message in BagPlan.messages(self, bag, start_s, patient):
            if message.recorded_ns > last_ns:
                yield from given(message)


@dataclass(frozen=True)
class Drilled:
    """All drills of one bag.

    Parameters
    ----------
    results : dict
        By the name of the fault.
    due_s : dict
        When the fault was due to begin and to end, on the monotonic clock.
    folder : Path
        With the sound tracks.
    """

    results: dict[str, DrillResult]
    due_s: dict[str, tuple[float, float]]
    folder: Path

    def heard(self, fault: str) -> list[tuple[str, float]]:
        """Return the words that were heard, and when."""
        (log,) = self.folder.glob(f"{fault}*.wav.jsonl")
        return [(str(row["text"]), float(row["monotonic_s"])) for row in sounds(log)]


@pytest.fixture(scope="module")
def free(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return free_bag(tmp_path_factory.mktemp("bags"))


@pytest.fixture(scope="module", autouse=True)
def _own_graph() -> Iterator[None]:
    """Be alone on a domain, without networks, and leave signals as they were."""

    def absent(*parts: str) -> Path:
        raise FileNotFoundError("/".join(parts))

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROS_DOMAIN_ID", str(a_domain_id()))
        patch.setattr("followme.perception.model_file.share_path", absent)
        yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def drilled(free: Path, _own_graph: None, tmp_path_factory: pytest.TempPathFactory) -> Drilled:
    out = tmp_path_factory.mktemp("out")
    given = parser().parse_args(["evaluate", str(free), "--drills", "--out", str(out)])
    bag = WalkBag(free, {})
    DUE.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate_graph, "FaultyPlan", GoesOn)
        results = drill_graph(bag, given, height_of(bag, None))
    return Drilled(
        {r.drill.name: r for r in results},
        dict(zip(WORDS, DUE, strict=True)),
        out / evaluate_graph.DRILL_TRACKS,
    )


@pytest.mark.parametrize("fault", WORDS)
def test_a_fault_is_heard_in_time_by_the_log(drilled: Drilled, fault: str) -> None:
    begin_s, _ = drilled.due_s[fault]
    told_s = next(at_s for text, at_s in drilled.heard(fault) if text in WORDS[fault])
    assert begin_s < told_s <= begin_s + LIMIT_S, drilled.heard(fault)
    result = drilled.results[fault]
    assert result.kept and result.heard in WORDS[fault], result.sentence


@pytest.mark.parametrize("fault", WORDS)
def test_what_was_lost_comes_back(drilled: Drilled, fault: str) -> None:
    begin_s, end_s = drilled.due_s[fault]
    before = [text for text, at_s in drilled.heard(fault) if at_s < begin_s]
    assert before == ["Ready. Keep using your cane"]
    assert [text for text, at_s in drilled.heard(fault) if at_s > end_s][:1] == ["Vision back"]


def test_a_hang_is_heard_in_time(drilled: Drilled) -> None:
    result = drilled.results[ENGINE_HANG]
    assert result.kept and result.heard == "Vision lost", result.sentence
    assert [text for text, _ in drilled.heard(ENGINE_HANG)] == ["Vision lost"]


def test_who_is_told_of_no_fault_falls_short(
    free: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The measure notices a FollowMe whose warnings are suppressed."""
    wants = SightWatch.wants

    def suppressed(*given: Any) -> list[Want]:
        return [w for w in wants(*given) if w.intent.priority is not Priority.LOST]

    monkeypatch.setattr(SightWatch, "wants", suppressed)
    patient = partial(VoiceSettings, heartbeat_timeout_s=2.0)
    monkeypatch.setattr(engine_drill, "VoiceSettings", patient)
    monkeypatch.setattr(engine_drill, "_PATIENCE_S", 1.5)
    stall = [drill for drill in drills_for(True) if drill.name == CAMERA_STALL]
    monkeypatch.setattr(evaluate_graph, "drills_for", lambda _: stall)
    figures = tmp_path / "figures.json"
    assert main(["evaluate", str(free), "--drills", "--json", str(figures)]) == 1
    rows = {row["name"]: row for row in json.loads(figures.read_text())["drills"]}
    assert set(rows) == {CAMERA_STALL, ENGINE_HANG}
    printed = capsys.readouterr().out
    for row in rows.values():
        assert not row["kept"] and row["heard"] == "" and row["fault_to_audible_s"] is None
        assert f"short: {row['text']}: heard after never, within 1.00 s was asked for" in printed
