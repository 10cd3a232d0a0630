from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from followme.perception import model_file
from followme.perception.card import ModelError
from followme.settings import DepthEstimatorSettings, DepthFusionSettings, ModelSettings
from followme.stages.depth import DepthStage
from followme.values.camera import Camera
from followme.values.depth_map import (
    DepthMap,
    DepthStatus,
    ImageState,
    MonocularDepth,
    Provenance,
)
from followme.values.frame import Frame
from tests.build import tiny_depth_onnx
from tests.geometry.guesses import WALLS, holed
from tests.geometry.scene import ATTITUDE, CAMERA, box_at, render

MS = 1_000_000
FLOOR_M = render()
WHOLE_M = render(WALLS)  # no pixel is missing
RNG = np.random.default_rng(4)


def an_image(high: int = 256) -> np.ndarray:
    """Return an image that differs from all others."""
    return RNG.integers(0, high, (CAMERA.height, CAMERA.width, 3), dtype=np.uint8)


def a_frame(
    stamp_ns: int = 0,
    depth_m: np.ndarray | None = None,
    bgr: np.ndarray | None = None,
    camera: Camera | None = CAMERA,
) -> Frame:
    return Frame(stamp_ns, an_image() if bgr is None else bgr, camera, depth_m)


@pytest.fixture
def no_model_comes_along(monkeypatch) -> None:
    def share_path(*parts: str) -> Path:
        raise FileNotFoundError("/".join(parts))

    monkeypatch.setattr(model_file, "share_path", share_path)


@pytest.fixture
def without_network(no_model_comes_along) -> DepthStage:
    return DepthStage(DepthEstimatorSettings())


@pytest.fixture
def with_network(tmp_path) -> DepthStage:
    """A network that says 2 m for each pixel."""
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", 12, 16, near_m=2.0, m_per_red=0.0)
    return DepthStage(DepthEstimatorSettings(model=ModelSettings(file=str(onnx))))


def test_without_sensor_and_network_there_is_a_word_and_no_depth(without_network):
    status = without_network.estimate(a_frame(5))
    assert isinstance(status, DepthStatus)
    assert status.stamp_ns == 5
    assert status.provenance is Provenance.UNKNOWN
    assert status.valid_fraction == 0.0
    assert not status.scale_known
    assert status.note.endswith(".")


def test_a_sensor_gives_its_own_metres_and_the_floor(without_network):
    depth = without_network.estimate(a_frame(5, FLOOR_M))
    assert isinstance(depth, DepthMap)
    assert depth.stamp_ns == depth.status.stamp_ns == 5
    assert depth.status.provenance is Provenance.SENSOR
    assert depth.status.scale_known
    assert depth.status.image.state is ImageState.OK
    attitude = depth.status.attitude
    assert attitude.height_m == pytest.approx(ATTITUDE.height_m, abs=0.01)
    assert attitude.pitch_rad == pytest.approx(ATTITUDE.pitch_rad, abs=0.01)
    near = np.isfinite(depth.depth_m) & np.isfinite(FLOOR_M)
    assert depth.depth_m[near] == pytest.approx(FLOOR_M[near], rel=0.02)


def test_a_network_fills_in_where_there_is_no_sensor(with_network):
    depth = with_network.estimate(a_frame(7))
    assert isinstance(depth, DepthMap)
    assert depth.status.provenance is Provenance.MONOCULAR
    assert depth.stamp_ns == 7
    assert not depth.status.scale_known  # nobody told the height of the camera
    # the network was trained at 100 px for an image 16 wide; this lens is 277 px at 320
    expected_m = 2.0 * (277.0 / 320 * 16) / 100.0 * depth.status.scale
    assert np.nanmedian(depth.depth_m) == pytest.approx(expected_m, rel=1e-3)


def asked_by(stage: DepthStage, monkeypatch) -> list[int]:
    """Return the stamps of the images that the network of a stage will be asked about."""
    stamps: list[int] = []
    infer = stage.network.infer

    def noted(frame: Frame) -> MonocularDepth:
        stamps.append(frame.stamp_ns)
        return infer(frame)

    monkeypatch.setattr(stage.network, "infer", noted)
    return stamps


@pytest.mark.parametrize(("missing", "asked"), [(0.0, False), (0.15, False), (0.3, True)])
def test_a_network_is_asked_only_where_a_sensor_leaves_much_open(
    with_network, monkeypatch, missing, asked
):
    stamps = asked_by(with_network, monkeypatch)
    depth = with_network.estimate(a_frame(3, holed(WHOLE_M, missing)))
    assert isinstance(depth, DepthMap)
    assert depth.status.provenance is Provenance.SENSOR  # 2 m everywhere fits no room
    assert stamps == ([3] if asked else [])


@pytest.mark.parametrize("depth_m", [holed(WHOLE_M, 0.5), None], ids=["sensor", "no sensor"])
def test_a_network_is_not_asked_about_an_image_that_shows_nothing(
    with_network, monkeypatch, depth_m
):
    stamps = asked_by(with_network, monkeypatch)
    grey = np.full((CAMERA.height, CAMERA.width, 3), 128, np.uint8)
    for i, bgr in enumerate((grey, an_image(10), np.full_like(grey, 255))):
        result = with_network.estimate(a_frame(i * 100 * MS, depth_m, bgr))
        status = result.status if isinstance(result, DepthMap) else result
        assert status.image.state is not ImageState.OK
        sensor = depth_m is not None
        assert status.provenance is (Provenance.SENSOR if sensor else Provenance.UNKNOWN)
    assert stamps == []


def test_a_network_is_not_asked_where_its_metre_could_be_any_length(with_network, monkeypatch):
    """No lens, no height, no sensor: 13 ms an image would be spent on what nobody may believe."""
    stamps = asked_by(with_network, monkeypatch)
    status = with_network.estimate(a_frame(0, camera=None))
    assert stamps == [] and status.provenance is Provenance.UNKNOWN
    assert "give the parameter walker.camera_height_m" in status.note
    with_network.estimate(a_frame(100 * MS))
    assert stamps == [100 * MS], "a known lens is enough"


def test_a_network_is_not_asked_where_fusion_is_off(tmp_path, monkeypatch):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", 12, 16)
    off = DepthFusionSettings(enabled=False)
    stage = DepthStage(DepthEstimatorSettings(model=ModelSettings(file=str(onnx)), fusion=off))
    stamps = asked_by(stage, monkeypatch)
    stage.estimate(a_frame(0, holed(WHOLE_M, 0.5)))
    assert stamps == []


def test_a_network_fills_the_holes_of_a_sensor(tmp_path):
    """Red is laid over the image so that the network sees the room, a third too far away."""
    near_m, step_m = 0.5, 0.03
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", 120, 160, near_m=near_m, m_per_red=step_m)
    stage = DepthStage(DepthEstimatorSettings(model=ModelSettings(file=str(onnx))))
    ratio = 277.0 / 2 / 100.0  # focal length at the input over the one that was trained for
    red = np.clip((1.33 * WHOLE_M / ratio - near_m) / step_m, 0, 255)
    bgr = an_image()
    bgr[..., 2] = red.astype(np.uint8)
    sensor_m = holed(WHOLE_M, 0.5)
    depth = stage.estimate(a_frame(5, sensor_m, bgr))
    assert isinstance(depth, DepthMap)
    assert depth.status.provenance is Provenance.FUSED and depth.status.scale_known
    hole = np.isnan(sensor_m)
    assert np.median(np.abs(depth.depth_m - WHOLE_M)[hole]) < 0.06


def test_a_frozen_sensor_is_not_used_while_the_image_goes_on(without_network, with_network):
    sensor_m = WHOLE_M
    for stage, provenance in (
        (without_network, Provenance.UNKNOWN),
        (with_network, Provenance.MONOCULAR),
    ):
        results = [stage.estimate(a_frame(ms * MS, sensor_m)) for ms in (0, 250, 499, 500, 750)]
        statuses = [r.status if isinstance(r, DepthMap) else r for r in results]
        assert [s.provenance for s in statuses] == [Provenance.SENSOR] * 3 + [provenance] * 2
        assert "repeats its last frame" in statuses[3].note
        assert statuses[3].stamp_ns == 500 * MS
        again = stage.estimate(a_frame(800 * MS, holed(sensor_m, 0.1)))
        assert again.status.provenance is Provenance.SENSOR and again.status.note == ""


@pytest.mark.parametrize(
    ("rows", "columns", "used"),
    [
        (240, 320, True),
        (120, 160, True),
        (60, 80, True),
        (241, 320, True),  # rounded
        (180, 320, False),
        (320, 240, False),
        (1, 400, False),
    ],
)
def test_depth_of_another_shape_is_not_stretched_over_the_image(
    without_network, rows, columns, used
):
    sensor_m = cv2.resize(WHOLE_M, (columns, rows), interpolation=cv2.INTER_NEAREST)
    result = without_network.estimate(a_frame(0, sensor_m))
    assert isinstance(result, DepthMap) is used
    if not used:
        assert f"depth is {columns}x{rows}, its image 320x240: it is not aligned" in result.note
        assert result.provenance is Provenance.UNKNOWN


def test_depth_of_another_shape_leaves_the_metres_to_the_network(with_network):
    depth = with_network.estimate(a_frame(0, np.ones((180, 320), np.float32)))
    assert depth.status.provenance is Provenance.MONOCULAR
    assert depth.status.note.startswith("The sensor's depth is 320x180")


def test_reset_forgets_a_frozen_sensor(without_network):
    for ms in (0, 600):
        without_network.estimate(a_frame(ms * MS, WHOLE_M))
    without_network.reset()
    assert isinstance(without_network.estimate(a_frame(700 * MS, WHOLE_M)), DepthMap)


def test_a_sensor_that_is_switched_off_leaves_the_metres_to_the_network(tmp_path):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", 12, 16, near_m=2.0, m_per_red=0.0)
    model = ModelSettings(file=str(onnx))
    depth = DepthStage(DepthEstimatorSettings(model=model, use_sensor=False)).estimate(
        a_frame(0, FLOOR_M)
    )
    assert isinstance(depth, DepthMap)
    assert depth.status.provenance is Provenance.MONOCULAR


def test_sensor_and_network_may_take_turns(with_network):
    frames = [a_frame(0, FLOOR_M), a_frame(100 * MS), a_frame(200 * MS, FLOOR_M)]
    provenances = [with_network.estimate(frame).status.provenance for frame in frames]
    assert provenances == [Provenance.SENSOR, Provenance.MONOCULAR, Provenance.SENSOR]


def test_a_model_that_cannot_be_used_is_refused_at_the_start(tmp_path):
    file = str(tmp_path / "none.onnx")
    with pytest.raises(ModelError, match=r"^model.file: there is no file "):
        DepthStage(DepthEstimatorSettings(model=ModelSettings(file=file)))


@pytest.mark.parametrize(
    ("high", "state"), [(10, ImageState.DARK), (256, ImageState.OK)], ids=["dark", "well"]
)
@pytest.mark.parametrize("depth_m", [FLOOR_M, None], ids=["sensor", "no sensor"])
def test_what_the_image_says_comes_with_the_depth(without_network, high, state, depth_m):
    result = without_network.estimate(a_frame(0, depth_m, an_image(high)))
    status = result.status if isinstance(result, DepthMap) else result
    assert status.image.state is state


def test_a_camera_that_repeats_itself_is_frozen_after_half_a_second(without_network):
    image = an_image()
    states = [
        without_network.estimate(a_frame(ms * MS, FLOOR_M, image)).status.image.state
        for ms in (0, 250, 499, 500)
    ]
    assert states == [ImageState.OK] * 3 + [ImageState.FROZEN]


def test_reset_forgets_the_floor_and_the_last_image(without_network):
    image = an_image()
    without_network.estimate(a_frame(0, FLOOR_M, image))
    without_network.reset()
    status = without_network.estimate(a_frame(600 * MS, None, image))
    assert isinstance(status, DepthStatus)
    assert status.image.state is ImageState.OK
    walker = DepthEstimatorSettings().walker
    assert status.attitude.pitch_rad == pytest.approx(np.radians(walker.assumed_pitch_deg))
    assert status.attitude.height_m == walker.assumed_camera_height_m
    assert not status.height_known


def test_a_box_is_nearer_than_the_floor_behind_it(without_network):
    depth = without_network.estimate(a_frame(0, render([box_at(1.5, 0.6)])))
    assert isinstance(depth, DepthMap)
    left, right = depth.depth_m[:, :160], depth.depth_m[:, 160:]
    assert np.nanmin(left) < 1.6
    assert np.nanmean(left) < np.nanmean(right)


def test_closing_frees_the_network_and_is_no_error_without_one(with_network, without_network):
    without_network.close()
    with_network.close()
    with pytest.raises(ModelError, match="closed"):
        with_network.estimate(a_frame())
