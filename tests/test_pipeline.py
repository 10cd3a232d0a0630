"""The chain without ROS: one frame at a time, on a simulated clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from followme.graph import NODES
from followme.pipeline import STAGES, Pipeline, PipelineSettings, Step
from followme.settings import SpeechSettings, VoiceSettings
from followme.stages.names import Names
from followme.values.depth_map import DepthMap, DepthStatus, Provenance
from followme.values.frame import Frame
from followme.values.intent import Announcement, Outcome
from followme.values.obstacle import Side, Sight, Zone
from followme.voices.silent import SilentVoice
from tests.geometry.scene import CAMERA, box_at, render, walking

HZ = 10
PERIOD_NS = 1_000_000_000 // HZ
SPEED_MPS = 1.0
MIRRORED = {
    Side.AHEAD: Side.AHEAD,
    Side.AHEAD_LEFT: Side.AHEAD_RIGHT,
    Side.AHEAD_RIGHT: Side.AHEAD_LEFT,
    Side.LEFT: Side.RIGHT,
    Side.RIGHT: Side.LEFT,
}


class CountingVoice(SilentVoice):
    """A silent voice that notes when somebody lets time pass."""

    def __init__(self, s, now_ns):
        super().__init__(s, now_ns)
        self.clock, self.beats_ns, self.closed = now_ns, [], False

    def heartbeat(self):
        self.beats_ns.append(self.clock())

    def close(self):
        super().close()
        self.closed = True


def nameless(_frame: Frame) -> Names:
    """Return what networks say that are not there: what things are called is not the point here."""
    return Names()


def a_pipeline(tick_s: float | None = 0.02) -> tuple[Pipeline, CountingVoice]:
    made: list[CountingVoice] = []

    def make(s: VoiceSettings, now_ns) -> CountingVoice:
        made.append(CountingVoice(s, now_ns))
        return made[0]

    return Pipeline(PipelineSettings(), make, tick_s, look=nameless), made[0]


def frames(y_m: float, count: int = 26, mirrored: bool = False) -> list[Frame]:
    """A walk towards a box that stands 3.6 m ahead and ``y_m`` to the left."""
    noise = np.random.default_rng(5)
    walk = []
    for n in range(count):
        bgr = noise.integers(0, 256, (CAMERA.height, CAMERA.width, 3), np.uint8)
        depth_m = render([box_at(3.6 - n * SPEED_MPS / HZ, y_m)])
        if mirrored:
            bgr, depth_m = bgr[:, ::-1].copy(), depth_m[:, ::-1].copy()
        stamp_ns = n * PERIOD_NS
        walk.append(Frame(stamp_ns, bgr, CAMERA, depth_m, walking(SPEED_MPS, stamp_ns)))
    return walk


def run(walk: list[Frame], tick_s: float | None = 0.02) -> list[Step]:
    pipeline, _ = a_pipeline(tick_s)
    try:
        return [pipeline.step(frame) for frame in walk]
    finally:
        pipeline.close()


def heard(steps: list[Step]) -> list[Announcement]:
    """What began to sound about things in the way."""
    begun = [a for s in steps for a in s.announcements if a.outcome is Outcome.STARTED]
    return [a for a in begun if a.zone >= Zone.WARN]


@pytest.fixture(scope="module")
def left() -> list[Step]:
    return run(frames(0.25))


@pytest.fixture(scope="module")
def right() -> list[Step]:
    return run(frames(0.25, mirrored=True))


def test_its_stages_are_the_way_of_an_image_through_the_graph():
    on_the_way = [n.name for n in NODES if n.name not in ("camera", "overlay")]
    assert list(STAGES) == on_the_way


def test_its_settings_are_those_of_the_nodes():
    by_name = {n.name: n.settings for n in NODES}
    s = PipelineSettings()
    parts = (s.faces, s.objects, s.labels, s.depth, s.obstacles, s.speech)
    assert [type(part) for part in parts] == [by_name[name] for name in STAGES]


class TestTime:
    @pytest.mark.parametrize("stamp_ns", [PERIOD_NS, PERIOD_NS - 1, 0, -5])
    def test_a_frame_that_does_not_follow_is_refused_and_spoils_nothing(self, stamp_ns):
        pipeline, _ = a_pipeline()
        first, second, third = frames(0.0, 3)
        pipeline.step(first)
        pipeline.step(second)
        with pytest.raises(ValueError, match=f"stamp {stamp_ns} ns does not follow"):
            pipeline.step(replace(first, stamp_ns=stamp_ns))
        assert pipeline.step(third).obstacles.stamp_ns == third.stamp_ns

    def test_time_cannot_be_waited_for_backwards(self):
        pipeline, _ = a_pipeline()
        pipeline.wait_until(5 * PERIOD_NS)
        with pytest.raises(ValueError, match="give frames in their order"):
            pipeline.wait_until(5 * PERIOD_NS)

    def test_any_stamp_may_be_the_first(self):
        pipeline, voice = a_pipeline()
        frame = replace(frames(0.0, 1)[0], stamp_ns=1_700_000_000_000_000_000)
        assert pipeline.step(frame).obstacles.stamp_ns == frame.stamp_ns
        assert voice.beats_ns == [frame.stamp_ns]

    def test_between_frames_time_passes_in_ticks(self):
        pipeline, voice = a_pipeline(0.02)
        for frame in frames(0.0, 2):
            pipeline.step(frame)
        assert voice.beats_ns == [0, *range(20_000_000, PERIOD_NS, 20_000_000), PERIOD_NS]

    def test_a_period_that_no_tick_divides_loses_nothing(self):
        pipeline, voice = a_pipeline(0.03)
        for frame in frames(0.0, 2):
            pipeline.step(frame)
        assert voice.beats_ns == [0, 30_000_000, 60_000_000, 90_000_000, PERIOD_NS]

    def test_without_ticks_time_passes_once_before_the_next_frame(self):
        pipeline, voice = a_pipeline(None)
        for frame in frames(0.0, 3):
            pipeline.step(frame)
        assert voice.beats_ns == [0, *[PERIOD_NS] * 2, *[2 * PERIOD_NS] * 2]

    def test_frames_that_stop_are_heard_within_a_second(self):
        pipeline, _ = a_pipeline()
        walk = frames(2.0, 12)
        for frame in walk:
            pipeline.step(frame)
        last_ns = walk[-1].stamp_ns
        news = pipeline.wait_until(last_ns + 3_000_000_000)
        lost = [a for a in news if a.key == "health.vision_lost"]
        assert [a.outcome for a in lost] == [Outcome.STARTED, Outcome.SPOKEN]
        assert lost[0].onset_s - last_ns * 1e-9 <= 1.0

    def test_closing_says_goodbye_to_the_voice(self):
        pipeline, voice = a_pipeline()
        pipeline.close()
        assert voice.closed


class TestOneFrame:
    def test_depth_obstacles_and_words_carry_its_stamp(self, left):
        for n, step in enumerate(left):
            assert isinstance(step.depth, DepthMap)
            assert step.depth.stamp_ns == step.obstacles.stamp_ns == n * PERIOD_NS
            assert step.obstacles.ages.image_s == step.obstacles.ages.depth_s == 0.0

    def test_a_camera_without_a_sensor_or_a_network_is_blind(self, no_networks):
        (step,) = run([replace(frames(0.0, 1)[0], depth_m=None)])
        assert isinstance(step.depth, DepthStatus)
        assert step.depth.provenance is Provenance.UNKNOWN
        assert (step.obstacles.sight, step.obstacles.reason) == (Sight.BLIND, "no_depth")
        assert step.obstacles.obstacles == ()

    def test_a_sensor_that_sees_nothing_is_not_taken_for_a_free_way(self):
        (frame,) = frames(0.0, 1)
        (step,) = run([replace(frame, depth_m=np.full_like(frame.depth_m, np.nan))])
        assert step.obstacles.sight is not Sight.SEEING
        assert step.obstacles.observed_free == 0.0

    def test_how_the_walker_moves_is_taken_over(self, left):
        assert left[-1].obstacles.walker_speed_mps == SPEED_MPS

    def test_a_frame_without_motion_is_one_too(self):
        steps = run([replace(f, motion=None) for f in frames(0.25, 8)])
        assert all(np.isnan(s.obstacles.walker_speed_mps) for s in steps)
        assert steps[-1].obstacles.obstacles


class TestWalk:
    def test_it_is_the_same_each_time(self, left):
        again = run(frames(0.25))
        for one, other in zip(left, again, strict=True):
            assert repr(one.obstacles) == repr(other.obstacles)
            assert repr(one.announcements) == repr(other.announcements)
            assert np.array_equal(one.depth.depth_m, other.depth.depth_m, equal_nan=True)

    def test_an_approaching_box_is_warned_of_and_then_stopped_for(self, left):
        begun = heard(left)
        keys = [a.key.partition(".")[0] for a in begun]
        assert keys[0] == "warn"
        assert "stop" in keys
        assert set(keys[keys.index("stop") :]) == {"stop"}
        stop = begun[keys.index("stop")]
        assert stop.text == "Stop. Obstacle ahead left"
        assert begun[0].text.startswith("Obstacle ahead left")
        assert begun[0].distance_m > stop.distance_m

    def test_words_are_heard_after_their_evidence_and_not_much_later(self, left):
        for a in heard(left):
            assert 0.0 <= a.latency_s < (0.5 if a.zone is Zone.STOP else 1.0)

    def test_left_and_right_swap_with_the_images(self, left, right):
        ours, theirs = heard(left), heard(right)
        assert [a.key for a in ours] == [a.key for a in theirs]
        assert [a.side for a in theirs] == [MIRRORED[a.side] for a in ours]
        assert any(a.side is not MIRRORED[a.side] for a in ours)
        for a, b in zip(ours, theirs, strict=True):
            assert b.text == a.text.replace("left", "right")

    def test_nearest_points_swap_with_the_images(self, left, right):
        for ours, theirs in zip(left[3:], right[3:], strict=True):
            one, other = ours.obstacles.obstacles[0], theirs.obstacles.obstacles[0]
            assert one.nearest_m[0] == pytest.approx(other.nearest_m[0], abs=0.1)
            assert one.y_min_m > 0.0 > other.y_max_m
            assert one.y_min_m == pytest.approx(-other.y_max_m, abs=0.1)

    def test_a_box_beside_the_way_is_not_stopped_for(self):
        steps = run(frames(1.4))
        assert all(a.zone is not Zone.STOP for a in heard(steps))
        assert any(s.obstacles.obstacles for s in steps)

    def test_the_settings_of_speech_hold(self):
        quiet = replace(SpeechSettings().scheduler, verbosity="quiet")
        s = PipelineSettings(speech=replace(SpeechSettings(), scheduler=quiet))
        pipeline = Pipeline(s, SilentVoice, look=nameless)
        begun = heard([pipeline.step(frame) for frame in frames(0.25)])
        assert {a.zone for a in begun} == {Zone.STOP}

    def test_the_language_of_the_settings_is_spoken(self):
        german = replace(SpeechSettings().phrases, language="de")
        s = PipelineSettings(speech=replace(SpeechSettings(), phrases=german))
        pipeline = Pipeline(s, SilentVoice, look=nameless)
        texts = {a.text for a in heard([pipeline.step(frame) for frame in frames(0.25)])}
        assert "Hindernis vorne links, 3 Meter" in texts
        assert "Stopp. Hindernis vorne links" in texts
