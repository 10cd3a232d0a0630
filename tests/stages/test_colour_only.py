"""Colour alone: what is said comes from the network, and one that knows nothing clears nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from followme.alerts.phrases import Phrases
from followme.perception.model_file import find_model
from followme.settings import (
    DepthEstimatorSettings,
    ModelSettings,
    ObstacleFusionSettings,
    SpeechSettings,
    WalkerSettings,
)
from followme.sources.scene_file import load_walk, walk_paths
from followme.sources.walk_source import WalkSource
from followme.stages.depth import DepthStage
from followme.stages.obstacles import ObstacleStage
from followme.stages.speech import SpeechStage
from followme.values.camera import Camera
from followme.values.depth_map import Provenance
from followme.values.frame import Frame
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.obstacle import Obstacles
from followme.voices.silent import SilentVoice
from tests.build import tiny_depth_onnx
from tests.geometry.guesses import WALLS
from tests.geometry.scene import CAMERA, box_at, render, walking

PERIOD_NS = 100_000_000
NEAR_M, STEP_M = 0.3, 0.025
WALKER = WalkerSettings(camera_height_m=1.3)


def pictures() -> list[np.ndarray]:
    """Two seconds before a box, and four after it was taken away; red is how far each pixel is."""
    noise = np.random.default_rng(5)
    drawn = []
    for n in range(60):
        things = (box_at(1.6),) if n < 20 else ()
        bgr = noise.integers(0, 256, (CAMERA.height, CAMERA.width, 3), dtype=np.uint8)
        far = (render((*WALLS, *things)) - NEAR_M) / STEP_M
        bgr[..., 2] = np.clip(np.rint(far), 0, 255)
        drawn.append(bgr)
    return drawn


def walk(
    onnx: Path, given: Iterable[tuple[np.ndarray, Camera]] | None = None
) -> tuple[list[Obstacles], list[Announcement]]:
    depth = DepthStage(
        DepthEstimatorSettings(model=ModelSettings(file=str(onnx)), use_sensor=False, walker=WALKER)
    )
    obstacles = ObstacleStage(ObstacleFusionSettings(walker=WALKER))
    s, now_ns = SpeechSettings(), 0
    speech = SpeechStage(s, Phrases.load("en"), SilentVoice(s.voice, lambda: now_ns))
    worlds, heard = [], []
    for bgr, camera in given or ((bgr, CAMERA) for bgr in pictures()):
        obstacles.moved(walking(0.5, now_ns))
        seen = depth.estimate(Frame(now_ns, bgr, camera, np.ones((240, 320), np.float32)))
        assert seen.status.provenance is Provenance.MONOCULAR
        worlds.append(obstacles.see(seen, now_ns))
        heard += speech.observe(worlds[-1], now_ns * 1e-9)
        for _ in range(5):
            now_ns += PERIOD_NS // 5
            heard += speech.tick(now_ns * 1e-9)
    depth.close()
    return worlds, [a for a in heard if a.outcome is Outcome.STARTED]


def rendered() -> Iterator[tuple[np.ndarray, Camera]]:
    """Colour of the scripted walk towards a box, as its camera gives it."""
    path = next(p for p in walk_paths() if p.stem == "02_box")
    for frame in WalkSource(load_walk(path)).frames():
        assert frame.camera is not None
        yield np.asarray(frame.bgr), frame.camera


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeing")
    return walk(
        tiny_depth_onnx(
            folder / "depth.onnx", 240, 320, near_m=NEAR_M, m_per_red=STEP_M, focal_length_px=277.0
        )
    )


@pytest.fixture(scope="module", params=[1.0, 2.0, 6.0])
def constant(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("constant")
    return walk(
        tiny_depth_onnx(
            folder / "depth.onnx",
            240,
            320,
            near_m=request.param,
            m_per_red=0.0,
            focal_length_px=277.0,
        )
    )


def test_the_box_is_seen_and_its_going_too(seeing):
    worlds, heard = seeing
    box = [o for o in worlds[15].obstacles if o.in_corridor]
    assert box and box[0].distance_m == pytest.approx(1.6, abs=0.3)
    assert worlds[15].distances_known
    assert heard and not [o for o in worlds[-1].obstacles if o.in_corridor and o.distance_m < 2.5]


def test_weights_that_always_say_the_same_change_what_is_said(seeing, constant):
    assert [(a.key, a.stamp_ns) for a in constant[1]] != [(a.key, a.stamp_ns) for a in seeing[1]]


def test_they_never_call_the_way_clear_nor_say_a_number(constant):
    worlds, heard = constant
    assert not [a for a in heard if a.priority is Priority.CLEAR]
    assert not any(w.distances_known for w in worlds)
    assert all(w.observed_free == 0.0 for w in worlds)


def test_the_network_that_ships_is_heard_on_a_rendered_walk(constant):
    """Its weights decide what is said there, and what they say is never that the way is clear."""
    shipped = find_model("depth", ModelSettings())
    if shipped is None:
        pytest.skip("no depth network ships: models/depth.onnx is not there")
    worlds, heard = walk(shipped, rendered())
    assert any(o.in_corridor for w in worlds for o in w.obstacles)
    assert [(a.key, a.stamp_ns) for a in heard] != [(a.key, a.stamp_ns) for a in constant[1]]
    assert not [a for a in heard if a.priority is Priority.CLEAR]
