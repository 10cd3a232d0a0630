"""A bench of real processes and a real graph, as short as they can be."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from followme.benchmark import graph_times, hand_over, hop_stages, soak, transport
from followme.benchmark.processes import BenchError
from followme.benchmark.watch import Watch, patient
from followme.cli.main import main
from followme.ros.stamps import header
from followme.ros.wire import WIRES
from followme.values.intent import Priority
from tests.real_ros import await_that

from .conftest import Graph

pytestmark = pytest.mark.graph

_SMALL = (160, 120)
_LATENCY_KEYS = {
    "n",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "max_ms",
    "mean_ms",
    "jitter_mean_ms",
    "jitter_std_ms",
    "jitter_max_ms",
}


@pytest.fixture
def _own_domain(domain_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", str(domain_id))


@pytest.mark.usefixtures("_own_domain")
@pytest.mark.parametrize("way", ["followme_profile", "followme_profile_events_executor"])
def test_images_go_between_processes_and_each_is_counted(
    monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(transport, "WAYS", {way: transport.WAYS[way]})
    row = transport.measure(0.5)[way]
    assert row["frames_sent"] == 15 and row["frames_lost"] == 0
    assert set(row["hop"]) == _LATENCY_KEYS and row["hop"]["n"] == 15
    assert 0 < row["hop"]["p50_ms"] <= row["hop"]["max_ms"]
    assert 0 < row["taker_timer_share"] < 1.5
    stages = row["hop_by_stage"]
    assert list(stages) == list(hop_stages.STAGES) and {s["n"] for s in stages.values()} == {15}
    told = (
        ("packing", "publish", "take", "unpacking") if way == "followme_profile" else ("packing",)
    )
    for name in told:
        assert stages[name]["mean_ms"] > 0.0, name
    total_ms = sum(s["mean_ms"] for s in stages.values())
    assert total_ms == pytest.approx(row["hop"]["mean_ms"], abs=0.01), "the stages are the hop"


@pytest.mark.usefixtures("_own_domain")
def test_by_reference_is_faster_than_through_dds() -> None:
    rows = hand_over.measure(0.5)
    assert set(rows) == {"reference", "dds"}
    for row in rows.values():
        assert row["frames_sent"] == 15 and set(row["hop"]) == _LATENCY_KEYS
    assert rows["reference"]["frames_lost"] == 0
    assert rows["reference"]["hop"]["p50_ms"] < rows["dds"]["hop"]["p50_ms"]


@pytest.mark.usefixtures("_own_domain")
def test_a_soak_follows_the_graph_and_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", "--soak", "60", "--size", "x".join(map(str, _SMALL)), "--out", str(tmp_path)]
    assert main(words) == 0
    assert "memory_mb" in capsys.readouterr().out
    report = json.loads((tmp_path / "soak.json").read_text())
    assert set(report["growth_8h"]) == set(soak.FOLLOWED)
    assert 400 <= report["frames"] <= 640
    assert report["stamp_to_obstacles"]["n"] >= 1
    taken = report["series"]["taken"]
    assert len(taken["at_s"]) == len(taken["memory_mb"]) >= 60
    assert 100 < max(taken["memory_mb"]) < 700 and min(taken["threads"]) > 5
    for grows_not in ("threads", "files"):
        late = taken[grows_not][len(taken["at_s"]) // 2 :]
        assert max(late) - min(late) <= 2, f"{grows_not} in the second half: {late}"
    assert {"memory, growth in 8 h"} == {t["name"] for t in report["targets"]}
    assert (tmp_path / "soak.png").stat().st_size > 1000


@pytest.mark.usefixtures("_own_domain")
def test_the_straightforward_chain_gives_obstacles_of_the_same_walk() -> None:
    row = graph_times.measure(graph_times.STRAIGHTFORWARD, 2.0, 5.0, _SMALL)
    assert row["frames"] >= 1 and row["processes"] >= 4
    assert set(row["stages"]["stamp_to_obstacles"]) == _LATENCY_KEYS
    assert row["stages"]["stamp_to_obstacles"]["n"] >= 1
    assert row["memory_mb"] > 100 and row["start_to_first_obstacles_s"] > 0


def test_a_graph_that_runs_already_is_named(
    graph: Graph, domain_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rclpy.node import Node

    monkeypatch.setenv("ROS_DOMAIN_ID", str(domain_id))
    graph.start()
    other = Node("obstacle_fusion")
    try:
        with pytest.raises(BenchError, match=r"/obstacle_fusion\): end it, or set another"):
            graph_times.refuse_another_graph()
    finally:
        other.destroy_node()


@pytest.mark.usefixtures("_own_domain")
def test_a_graph_that_ends_at_its_start_is_one_sentence() -> None:
    form = graph_times.Form("broken", ("-c", "print('no camera'); raise SystemExit(2)"))
    with pytest.raises(BenchError, match=r"ended at its start; .*it said: no camera"):
        graph_times.measure(form, 1.0, 10.0)


class TestWatch:
    @pytest.fixture
    def publish(self, graph: Graph) -> Any:
        self.watch = Watch(ahead_s=0.04)
        graph.spin(self.watch)
        makers = {
            topic: graph.driver.create_publisher(WIRES[topic].type, topic, patient("RESULT"))
            for topic in ("camera/camera_info", "obstacles", "announcements")
        }
        await_that(lambda: all(p.get_subscription_count() for p in makers.values()))

        def send(topic: str, stamp_ns: int, **fields: Any) -> None:
            made = WIRES[topic].type(header=header(stamp_ns, "camera"), **fields)
            makers[topic].publish(made)

        return send

    def test_an_image_without_obstacles_is_lost_and_a_repeated_stamp_is_no_news(
        self, publish: Any
    ) -> None:
        begin_s, now_ns = time.monotonic(), time.time_ns()
        stamps = [now_ns - i * 10**8 for i in (3, 2, 1)]
        for stamp in stamps:
            publish("camera/camera_info", stamp)
        await_that(lambda: self.watch.count("camera/camera_info") == 3)
        for stamp in (stamps[0], stamps[0], stamps[2]):
            publish("obstacles", stamp)
        await_that(lambda: self.watch.count("obstacles") == 2)
        images = self.watch.images(begin_s, time.monotonic())
        assert [through for _, through in images] == [True, False, True]
        ages_ms = sorted(ms for _, ms in self.watch.ages_ms("obstacles", begin_s, begin_s + 60))
        assert ages_ms[0] >= 100 and 300 <= ages_ms[1] < 5000
        assert self.watch.ages_ms("obstacles", begin_s - 9, begin_s) == []

    def test_sounds_are_told_apart(self, publish: Any) -> None:
        begin_s = time.monotonic()
        said = [
            ("started", Priority.STOP, "Stop. Box ahead", 0.050),
            ("started", Priority.STOP_DROP, "", 0.070),
            ("started", Priority.WARN, "Box ahead", 0.100),
            ("started", Priority.WARN, "", 0.200),
            ("spoken", Priority.STOP, "Stop. Box ahead", 0.050),
            ("started", Priority.STOP, "not heard", float("nan")),
        ]
        for outcome, priority, text, latency_s in said:
            publish(
                "announcements",
                time.time_ns(),
                outcome=outcome,
                priority=int(priority),
                text=text,
                latency_s=latency_s,
            )
        publish("announcements", time.time_ns(), outcome="started", priority=6, text="last")

        def rows() -> Any:
            return self.watch.stages(begin_s, begin_s + 60)

        await_that(lambda: rows()["stamp_to_other_word"]["n"] == 2)
        found = rows()
        # what a device is ahead comes on top, and words of a STOP after its tone and a gap
        assert found["stamp_to_stop_sound"]["n"] == 2
        assert found["stamp_to_stop_sound"]["max_ms"] == pytest.approx(110)
        assert found["stamp_to_stop_word"]["p50_ms"] == pytest.approx(90 + 425 + 60)
        assert found["stamp_to_other_tone"]["max_ms"] == pytest.approx(240)
