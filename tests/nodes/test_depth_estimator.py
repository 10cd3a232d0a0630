from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.build import tiny_depth_onnx
from tests.geometry.guesses import WALLS, holed
from tests.geometry.scene import CAMERA, render
from tests.real_ros import MISSING, a_domain_id, initialised

if MISSING:
    pytest.skip(
        f"{', '.join(MISSING)} cannot be imported: run 'make test'", allow_module_level=True
    )

from followme.nodes.depth_estimator import DepthEstimator
from followme.values.frame import CameraInfo, ColourImage, DepthImage, Frame

ROOM_M = render(WALLS)
L515_M = 0.00025


@pytest.fixture
def start() -> Iterator[Any]:
    """Return what makes a configured node with parameters."""
    nodes: list[DepthEstimator] = []

    def make(**overrides: Any) -> DepthEstimator:
        node = DepthEstimator(overrides={"autostart": False, **overrides})
        nodes.append(node)
        node.trigger_configure()
        return node

    with initialised(a_domain_id()):
        yield make
        for node in nodes:
            node.destroy_node()


def an_image(stamp_ns: int) -> ColourImage:
    rng = np.random.default_rng(stamp_ns)
    return ColourImage(stamp_ns, rng.integers(0, 255, (240, 320, 3), dtype=np.uint8))


def frame_by(node: DepthEstimator, depth: DepthImage) -> Frame:
    """Return the frame that a node makes of image, calibration and depth of one stamp."""
    got: list[Frame] = []
    node.slot.put = got.append
    node._put(node._pairing.info(CameraInfo(depth.stamp_ns, CAMERA), 0.0))
    node._image_came(an_image(depth.stamp_ns), "camera")
    node._depth_came(depth, "camera")
    return got[-1]


def seen_by(node: DepthEstimator, *frames: Frame) -> dict[str, Any]:
    """Return what a node says about itself after frames."""
    published: list[tuple[str, Any]] = []
    node.publish = lambda topic, value: published.append((topic, value))
    for frame in frames:
        node.work(frame)
    stamps = {value.stamp_ns for topic, value in published if topic.startswith("depth/")}
    assert stamps == {frame.stamp_ns for frame in frames}
    return node.facts()


@pytest.mark.parametrize(
    ("count_m", "counted", "factor"),
    [(0.001, True, 1.0), (L515_M, True, 0.25), (L515_M, False, 1.0)],
    ids=["D435 and Kinect", "L515", "metres"],
)
def test_a_count_is_as_long_as_the_parameter_says(start, count_m, counted, factor):
    node = start(**{"depth.count_m": count_m})
    frame = frame_by(node, DepthImage(1, np.full((240, 320), 4.0, np.float32), counted))
    assert frame.depth_m == pytest.approx(4.0 * factor)


def test_diagnostics_say_whose_metres_these_are(start):
    facts = seen_by(start(), Frame(1, an_image(1).bgr, CAMERA, ROOM_M))
    assert facts["depth_from"] == "sensor" and facts["depth_scale_known"]
    assert facts["depth_note"] == "" and facts["sensor_late_s"] == 0.0


def test_diagnostics_say_that_a_sensor_is_frozen(no_networks, start):
    frames = [Frame(1 + i * 10**8, an_image(i).bgr, CAMERA, ROOM_M) for i in range(7)]
    facts = seen_by(start(), *frames)
    assert facts["depth_from"] == "unknown" and "repeats its last frame" in facts["depth_note"]


@pytest.mark.parametrize(
    ("depth_m", "word"),
    [
        (np.full((240, 320), np.nan, np.float32), "0 usable pixels"),
        (holed(ROOM_M, 0.5), "does not fit the sensor"),
        (None, "height was not given"),
    ],
    ids=["all invalid", "constant network", "no sensor, no height"],
)
def test_diagnostics_say_why_sensor_and_network_are_not_fused(start, tmp_path, depth_m, word):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", 12, 16, near_m=2.0, m_per_red=0.0)
    node = start(**{"model.file": str(onnx)})
    assert node._pairing.network
    facts = seen_by(node, Frame(1, an_image(1).bgr, CAMERA, depth_m))
    assert word in facts["depth_note"]
    assert facts["depth_from"] == ("sensor" if "fit" in word else "monocular")
