"""Pixels that nobody can use: depth that is invalid, images that are tiny or huge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme.health.image_health import ImageJudge
from followme.perception.faces import FaceDetector
from followme.ros.images import colour_from_msg, colour_to_msg
from followme.settings import DepthEstimatorSettings, ImageHealthSettings, ModelSettings
from followme.stages.depth import DepthStage
from followme.values.depth_map import DepthMap, ImageState
from followme.values.frame import ColourImage, Frame
from tests.build import spot_onnx
from tests.geometry.scene import CAMERA

from .bad_instants import SENSOR, Driver, depth_with, driving, with_depth
from .conformance.subject import Messages
from .instants import DEPTH

pytestmark = pytest.mark.graph


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    with driving() as made:
        yield made


# -- depth ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [np.nan, 0.0, np.inf, -np.inf])
def test_depth_that_is_all_invalid_is_no_depth(driver: Driver, value: float) -> None:
    status = driver.status_of(driver.show(with_depth(np.full((240, 320), value, np.float32))))
    # health/sight makes it BLIND when it lasts: tests/health/test_sight.py
    assert status.valid_fraction == 0.0
    assert driver.status_of(driver.show()).valid_fraction > 0.3


@pytest.mark.parametrize("encoding", ["16UC1", "32FC1"])
def test_depth_of_the_other_byte_order_is_read_as_it_is(driver: Driver, encoding: str) -> None:
    def turned(good: Messages) -> Messages:
        depth = good[DEPTH]
        metres = np.frombuffer(bytes(depth.data), "<f4")
        counted = encoding == "16UC1"
        data = np.nan_to_num(metres * 1000).astype(">u2") if counted else metres.astype(">f4")
        depth.encoding, depth.is_bigendian, depth.step = encoding, 1, 320 * data.itemsize
        depth.data = data.tobytes()
        return good

    # not the same frame as before: a sensor that repeats itself is not used
    good, other = driver.status_of(driver.show()), driver.status_of(driver.show(turned))
    assert other.valid_fraction == pytest.approx(good.valid_fraction, abs=0.01)
    assert other.floor_offset_m == pytest.approx(good.floor_offset_m, abs=0.01)


def test_counts_of_zero_are_no_depth(driver: Driver) -> None:
    nothing = depth_with(encoding="16UC1", step=2 * 320, data=bytes(2 * 320 * 240))
    assert driver.status_of(driver.show(nothing)).valid_fraction == 0.0
    assert driver.status_of(driver.show()).valid_fraction > 0.3


def test_depth_that_is_invalid_here_and_there_is_used_where_it_is_valid(driver: Driver) -> None:
    good = driver.status_of(driver.show())
    rng = np.random.default_rng(3)
    invalid = np.array([np.nan, 0.0, np.inf, -np.inf], np.float32)
    depth_m = np.where(rng.random(SENSOR.shape) < 0.5, SENSOR, rng.choice(invalid, SENSOR.shape))
    share = np.count_nonzero(np.isfinite(depth_m) & (depth_m > 0)) / np.isfinite(SENSOR).sum()
    status = driver.status_of(driver.show(with_depth(depth_m.astype(np.float32))))
    assert status.valid_fraction == pytest.approx(share * good.valid_fraction, abs=0.02)
    assert status.floor_offset_m == pytest.approx(good.floor_offset_m, abs=0.01)
    assert driver.status_of(driver.show()).valid_fraction == pytest.approx(good.valid_fraction)


# -- sizes ---------------------------------------------------------------------------------------


def test_an_image_of_one_pixel_shows_nothing() -> None:
    # that it is heard: test_image_sizes.py
    message = colour_to_msg(ColourImage(1, np.full((1, 1, 3), 99, np.uint8)), "camera")
    image = colour_from_msg(message)
    assert ImageJudge(ImageHealthSettings()).judge(image.bgr, 1).state is ImageState.COVERED
    stage = DepthStage(replace(DepthEstimatorSettings(), use_sensor=True))
    one = Frame(1, image.bgr, CAMERA.scaled(1, 1), np.ones((1, 1), np.float32))
    result = stage.estimate(one)
    status = result.status if isinstance(result, DepthMap) else result
    assert status.image.state is ImageState.COVERED


def test_an_image_of_48_million_pixels_is_looked_at(tmp_path: Path, no_networks: None) -> None:
    bgr = np.zeros((6000, 8000, 3), np.uint8)
    bgr[::2, ::2] = 160
    bgr[1000:1600, 6000:6800] = (0, 0, 255)
    image = colour_from_msg(colour_to_msg(ColourImage(1, bgr), "camera"))
    detector = FaceDetector(spot_onnx(tmp_path / "face.onnx", "face", 24, 32), ModelSettings())
    faces = detector.look(image)
    assert len(faces) == 1 and faces.size_wh == (8000, 6000)
    x1, y1, x2, y2 = faces.xyxy[0]
    assert x1 <= 6400 <= x2 and y1 <= 1300 <= y2
    depth_m = cv2.resize(SENSOR, (800, 600), interpolation=cv2.INTER_NEAREST)
    frame = Frame(1, image.bgr, CAMERA.scaled(8000, 6000), depth_m)
    result = DepthStage(DepthEstimatorSettings()).estimate(frame)
    assert isinstance(result, DepthMap) and result.status.valid_fraction > 0.3
