"""From images to words through all three stages, on a simulated clock."""

from __future__ import annotations

import numpy as np
import pytest

from followme.alerts.phrases import Phrases
from followme.settings import DepthEstimatorSettings, ObstacleFusionSettings, SpeechSettings
from followme.stages.depth import DepthStage
from followme.stages.obstacles import ObstacleStage
from followme.stages.speech import SpeechStage
from followme.values.frame import Frame
from followme.values.intent import Announcement, Outcome
from followme.values.obstacle import Obstacles, Side, Zone
from followme.voices.silent import SilentVoice
from tests.geometry.scene import CAMERA, box_at, render, walking

HZ = 10
SPEED_MPS = 1.0


class Chain:
    """The three stages, one after the other, driven by the stamps of frames."""

    def __init__(self) -> None:
        s = SpeechSettings()
        self.now_ns = 0
        self.depth = DepthStage(DepthEstimatorSettings())
        self.obstacles = ObstacleStage(ObstacleFusionSettings())
        voice = SilentVoice(s.voice, lambda: self.now_ns)
        self.speech = SpeechStage(s, Phrases.load("en"), voice)
        self._noise = np.random.default_rng(5)

    def step(self, depth_m: np.ndarray) -> tuple[Obstacles, list[Announcement]]:
        bgr = self._noise.integers(0, 256, (CAMERA.height, CAMERA.width, 3), dtype=np.uint8)
        self.obstacles.moved(walking(SPEED_MPS, self.now_ns))
        depth = self.depth.estimate(Frame(self.now_ns, bgr, CAMERA, depth_m))
        seen = self.obstacles.see(depth, self.now_ns)
        news = self.speech.observe(seen, self.now_ns * 1e-9)
        for _ in range(4):
            self.now_ns += round(1e9 / HZ / 5)
            news += self.speech.tick(self.now_ns * 1e-9)
        self.now_ns += round(1e9 / HZ / 5)
        return seen, news


def walk_towards(y_m: float) -> tuple[list[Obstacles], list[Announcement]]:
    """Walk 2.6 m towards a box that stands 3.6 m ahead and ``y_m`` to the left."""
    chain, worlds, heard = Chain(), [], []
    for n in range(26):
        way_m = n * SPEED_MPS / HZ
        seen, news = chain.step(render([box_at(3.6 - way_m, y_m)]))
        worlds.append(seen)
        heard += news
    return worlds, heard


@pytest.fixture(scope="module", params=[0.25, -0.25], ids=["left", "right"])
def walked(request):
    return request.param, *walk_towards(request.param)


def test_a_box_in_the_way_is_warned_of_before_it_is_stopped_for(walked):
    _, _, heard = walked
    begun = [a for a in heard if a.outcome is Outcome.STARTED and a.zone >= Zone.WARN]
    assert begun[0].key.startswith("warn.")
    assert any(a.key.startswith("stop.") for a in begun)
    # B3: a WARN leaves the walker time to act
    assert begun[0].distance_m > 2.0


def test_its_side_is_said_as_it_is(walked):
    y_m, worlds, heard = walked
    side = Side.AHEAD_LEFT if y_m > 0 else Side.AHEAD_RIGHT
    begun = [a for a in heard if a.outcome is Outcome.STARTED and a.zone >= Zone.WARN]
    assert begun[0].side is side
    assert begun[0].text.split(",")[0].endswith("left" if y_m > 0 else "right")
    nearest = worlds[-1].obstacles[0]
    assert nearest.nearest_m[1] * y_m > 0


def test_it_stays_the_same_thing_and_comes_nearer(walked):
    _, worlds, _ = walked
    in_way = [next(o for o in w.obstacles if o.in_corridor) for w in worlds[3:]]
    assert len({o.track_id for o in in_way}) == 1
    distances_m = [o.distance_m for o in in_way]
    assert distances_m == sorted(distances_m, reverse=True)
    assert distances_m[-1] == pytest.approx(3.6 - 2.5, abs=0.15)
    assert in_way[-1].zone is Zone.STOP


def test_sound_follows_its_evidence_within_its_lifetime(walked):
    _, _, heard = walked
    for a in heard:
        if a.outcome is Outcome.STARTED and a.zone >= Zone.WARN:
            assert 0.0 <= a.latency_s < (0.5 if a.zone is Zone.STOP else 1.0)
