from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from followme.perception.card import ModelError
from followme.perception.depth import DepthNetwork
from followme.settings import ModelSettings
from followme.values.camera import Camera
from followme.values.frame import Frame
from tests.build import tiny_depth_onnx

H, W = 6, 8


def a_frame(red: int = 100, size: tuple[int, int] = (H, W), camera: Camera | None = None) -> Frame:
    bgr = np.zeros((*size, 3), np.uint8)
    bgr[..., 2] = red
    return Frame(7, bgr, camera)


def a_camera(fx: float, fy: float, size: tuple[int, int] = (H, W), nominal=False) -> Camera:
    height, width = size
    return Camera(width, height, fx, fy, (width - 1) / 2, (height - 1) / 2, nominal)


@pytest.fixture
def onnx(tmp_path) -> Path:
    """Depth 1 m + 1 cm for each step of red, at a focal length of 100 px."""
    return tiny_depth_onnx(tmp_path / "depth.onnx", H, W)


def a_network(onnx: Path, **settings: object) -> DepthNetwork:
    return DepthNetwork(onnx, ModelSettings(**settings))


@pytest.mark.parametrize("runtime", ["onnxruntime", "openvino"])
def test_metres_and_their_deviation_come_with_the_stamp_of_the_image(onnx, runtime):
    depth = a_network(onnx, runtime=runtime).infer(a_frame(red=100))
    assert depth.stamp_ns == 7
    assert depth.depth_m.shape == depth.log_std.shape == (H, W)
    assert depth.depth_m == pytest.approx(2.0)
    assert depth.log_std == pytest.approx(0.1)
    assert depth.depth_m.dtype == depth.log_std.dtype == np.float32


def test_red_is_red_and_not_blue(onnx):
    bgr = np.zeros((H, W, 3), np.uint8)
    bgr[..., 0] = 200  # blue only
    assert a_network(onnx).infer(Frame(0, bgr)).depth_m == pytest.approx(1.0)


def test_left_stays_left_and_above_stays_above(onnx):
    bgr = np.zeros((2 * H, 2 * W, 3), np.uint8)
    bgr[:H, :W, 2] = 100
    depth_m = a_network(onnx).infer(Frame(0, bgr)).depth_m
    assert depth_m[: H // 2, : W // 2] == pytest.approx(2.0)
    assert depth_m[H // 2 :, W // 2 :] == pytest.approx(1.0)


@pytest.mark.parametrize("size", [(1, 1), (3, 4), (6, 8), (480, 640), (5, 900)])
def test_an_image_of_any_size_is_resized_to_the_networks(onnx, size):
    assert a_network(onnx).infer(a_frame(size=size)).depth_m.shape == (H, W)


@pytest.mark.parametrize("axis", [0, 1])
def test_an_image_that_shrinks_is_averaged_along_each_side(onnx, axis):
    red = np.tile(np.array([200, 0, 0, 200], np.uint8), (H, W)[axis])
    bgr = np.zeros((4 * H, W, 3) if axis == 0 else (H, 4 * W, 3), np.uint8)
    bgr[..., 2] = red[:, None] if axis == 0 else red
    assert a_network(onnx).infer(Frame(0, bgr)).depth_m == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("fx", "size", "ratio"),
    [
        (100.0, (H, W), 1.0),
        (50.0, (H, W), 0.5),  # a wider lens: what looks this large is nearer
        (200.0, (H, W), 2.0),
        (800.0, (8 * H, 8 * W), 1.0),  # a larger image of the same lens
        (100.0, (H, 2 * W), 0.5),  # the width alone decides
        (100.0, (2 * H, W), 1.0),
    ],
)
def test_metres_grow_with_the_focal_length_at_the_networks_size(onnx, fx, size, ratio):
    frame = a_frame(red=100, size=size, camera=a_camera(fx, 333.0, size))
    assert a_network(onnx).infer(frame).depth_m == pytest.approx(2.0 * ratio)
    assert a_network(onnx).infer(frame).log_std == pytest.approx(0.1)


def test_the_focal_length_is_known_only_from_a_calibration(onnx):
    network = a_network(onnx)
    assert network.infer(a_frame(camera=a_camera(100.0, 100.0))).focal_known
    assert not network.infer(a_frame(camera=a_camera(100.0, 100.0, nominal=True))).focal_known
    assert not network.infer(a_frame()).focal_known


def test_an_unknown_camera_leaves_the_metres_as_they_are(onnx):
    assert a_network(onnx).infer(a_frame(red=50)).depth_m == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("facts", "far"),
    [
        ({"near_m": -1.0, "m_per_red": 0.02}, 200),  # red 0 gives -1 m
        ({"near_m": 0.0, "m_per_red": 0.01}, 200),  # red 0 gives 0 m
    ],
)
def test_pixels_without_a_usable_number_are_unknown(tmp_path, facts, far):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W, **facts)
    bgr = np.zeros((H, W, 3), np.uint8)
    bgr[:, W // 2 :, 2] = far
    depth = a_network(onnx).infer(Frame(0, bgr))
    assert np.isnan(depth.depth_m[:, : W // 2]).all()
    assert np.isnan(depth.log_std[:, : W // 2]).all()
    assert np.isfinite(depth.depth_m[:, W // 2 :]).all()
    assert np.isfinite(depth.log_std[:, W // 2 :]).all()


@pytest.mark.parametrize(
    "facts",
    [
        {"near_m": float("nan")},
        {"near_m": float("inf")},
        {"near_m": -10.0},
        {"log_std": float("nan")},
        {"log_std": float("inf")},
        {"log_std": -0.1},
    ],
)
def test_an_image_without_any_usable_number_is_an_error(tmp_path, facts):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W, **facts)
    with pytest.raises(ModelError, match=r"^depth.onnx: no pixel of its depth is a positive fin"):
        a_network(onnx).infer(a_frame())


def test_the_card_of_another_task_is_refused(tmp_path):
    onnx = tiny_depth_onnx(
        tmp_path / "faces.onnx", H, W, card={"task": "face", "focal_length_px": None}
    )
    with pytest.raises(
        ModelError, match=r"^faces.json: task is 'face', a network for 'depth' is needed"
    ):
        a_network(onnx)


def test_a_depth_network_takes_no_letterbox(tmp_path):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W, card={"resize": "letterbox"})
    with pytest.raises(ModelError, match=r"^depth.json: resize is 'letterbox', depth needs 'pla"):
        a_network(onnx)


def test_outputs_by_other_names_are_refused(tmp_path):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W, output_names=("depth", "sigma"))
    with pytest.raises(ModelError, match="it has no output 'log_depth_std'"):
        a_network(onnx)


def test_the_number_of_threads_reaches_the_engine(onnx):
    engine = a_network(onnx, threads=2)._session._engine
    assert engine._session.get_session_options().intra_op_num_threads == 2


def test_a_closed_network_says_so(onnx):
    network = a_network(onnx)
    network.close()
    network.close()
    with pytest.raises(ModelError, match="closed"):
        network.infer(a_frame())
