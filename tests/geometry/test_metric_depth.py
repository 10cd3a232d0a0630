from __future__ import annotations

import math

import numpy as np
import pytest

from followme.geometry.metric_depth import MetricDepth
from followme.settings import DepthSettings, FloorSettings, WalkerSettings
from followme.values.camera import Attitude
from followme.values.depth_map import (
    DepthMap,
    DepthStatus,
    ImageHealth,
    ImageState,
    MonocularDepth,
    Provenance,
)
from followme.values.frame import Frame
from tests.geometry.guesses import holed, network, room, sparse
from tests.geometry.scene import CAMERA, S, box_at, depth_map, frame_of, metric_depth, render

OK = ImageHealth()
BLANK = np.zeros((240, 320, 3), np.uint8)


def guess(depth_m, focal_known=True, std=0.1, stamp_ns=0):
    return MonocularDepth(stamp_ns, depth_m, np.full_like(depth_m, std), focal_known)


def told(height_m=1.3):
    return MetricDepth(DepthSettings(), FloorSettings(), WalkerSettings(camera_height_m=height_m))


def test_no_depth_at_all_is_said_in_a_sentence():
    status = metric_depth().estimate(Frame(7, BLANK, CAMERA), None, OK)
    assert isinstance(status, DepthStatus)
    assert status.provenance is Provenance.UNKNOWN and not status.scale_known
    assert status.stamp_ns == 7 and status.note.endswith(".") and math.isnan(status.scale)


def test_a_sensor_without_a_single_valid_pixel_is_still_a_sensor():
    depth = metric_depth().estimate(frame_of(np.full((240, 320), np.nan, np.float32)), None, OK)
    assert isinstance(depth, DepthMap)
    assert depth.status.valid_fraction == 0.0 and np.isnan(depth.depth_m).all()
    assert depth.status.floor is None and "No floor" in depth.status.note


def test_sensor_metres_are_known_and_the_floor_gives_height_and_pitch():
    status = depth_map((box_at(3.0),)).status
    assert status.provenance is Provenance.SENSOR
    assert status.scale_known and status.height_known and status.scale == 1.0
    assert status.attitude.height_m == pytest.approx(1.3, abs=0.01)
    assert status.attitude.pitch_rad == pytest.approx(math.radians(10.0), abs=0.002)
    assert status.note == ""


def test_sigma_follows_the_sensor_and_is_unknown_where_depth_is():
    depth = depth_map((box_at(3.0),))
    np.testing.assert_array_equal(np.isnan(depth.depth_m), np.isnan(depth.sigma_m))
    known = np.isfinite(depth.depth_m)
    expected = 0.005 + 0.003 * depth.depth_m[known] ** 2
    np.testing.assert_allclose(depth.sigma_m[known], expected, rtol=1e-5)


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (160, 120), (424, 240)])
def test_sensor_depth_of_any_size_comes_out_at_the_work_size(size):
    camera = CAMERA.scaled(*size)
    frame = Frame(0, np.zeros((480, 640, 3), np.uint8), CAMERA.scaled(640, 480))
    depth_m = render((box_at(2.0),), camera=camera)
    depth = metric_depth().estimate(Frame(0, frame.bgr, frame.camera, depth_m), None, OK)
    assert depth.depth_m.shape == (240, 320) and depth.camera.width == 320
    assert depth.status.attitude.height_m == pytest.approx(1.3, abs=0.02)


def test_a_frame_without_calibration_has_a_nominal_camera_and_says_so():
    frame = Frame(0, BLANK, None, render((box_at(2.0),)))
    depth = metric_depth().estimate(frame, None, OK)
    assert depth.camera.nominal and "65 degrees" in depth.status.note
    assert depth.camera.fx == pytest.approx(160.0 / math.tan(math.radians(32.5)))


def test_health_is_passed_on_and_hides_no_depth():
    dark = ImageHealth(ImageState.DARK, 3.0)
    depth = metric_depth().estimate(frame_of(render()), None, dark)
    assert depth.status.image is dark and depth.status.valid_fraction > 0.5


def test_the_last_floor_is_carried_for_two_seconds_then_assumed():
    m = metric_depth()
    tilted = Attitude(1.45, math.radians(18.0))
    m.estimate(frame_of(render(attitude=tilted)), None, OK)
    wall = np.full((240, 320), 1.0, np.float32)
    soon = m.estimate(frame_of(wall, S), None, OK).status
    late = m.estimate(frame_of(wall, 3 * S), None, OK).status
    assert soon.floor is None and soon.height_known and "last one" in soon.note
    assert soon.attitude.height_m == pytest.approx(1.45, abs=0.01)
    assert late.attitude == Attitude(1.30, math.radians(10.0)) and not late.height_known
    assert "assumed" in late.note


def test_a_told_height_is_known_without_a_floor():
    status = told(1.2).estimate(frame_of(np.full((240, 320), 1.0, np.float32)), None, OK).status
    assert status.height_known and status.attitude.height_m == 1.2


def test_a_plane_far_from_the_told_height_is_no_floor():
    m = told(1.0)
    assert m.estimate(frame_of(render(attitude=Attitude(1.6, 0.3))), None, OK).status.floor is None


def test_the_top_of_a_near_box_is_not_taken_for_the_floor():
    m = metric_depth()
    for i in range(60):
        box = box_at(3.0 - 0.05 * i, width=3.0, deep=2.0, z=(0.0, 1.0))
        status = m.estimate(frame_of(render((box,)), i * S // 10), None, OK).status
        assert status.attitude.height_m == pytest.approx(1.3, abs=0.06) or not status.height_known


def test_time_that_runs_backwards_forgets_the_floor():
    m = metric_depth()
    m.estimate(frame_of(render(attitude=Attitude(1.5, 0.3)), 5 * S), None, OK)
    wall = np.full((240, 320), 1.0, np.float32)
    assert not m.estimate(frame_of(wall, 4 * S), None, OK).status.height_known


def test_reset_forgets_the_floor():
    m = metric_depth()
    m.estimate(frame_of(render()), None, OK)
    m.reset()
    wall = np.full((240, 320), 1.0, np.float32)
    assert not m.estimate(frame_of(wall, 1), None, OK).status.height_known


def test_a_network_alone_is_a_guess():
    depth = metric_depth().estimate(Frame(0, BLANK, CAMERA), guess(render((box_at(2.0),))), OK)
    assert depth.status.provenance is Provenance.MONOCULAR
    assert not depth.status.scale_known and not depth.status.height_known
    assert "height was not given" in depth.status.note


@pytest.mark.parametrize(
    ("stretch", "known"), [(0.6, False), (0.8, True), (1.0, True), (1.25, True), (1.6, False)]
)
def test_a_told_height_and_a_seen_floor_give_a_network_its_scale(stretch, known):
    true_m = render((box_at(3.0),))
    depth = told().estimate(Frame(0, BLANK, CAMERA), guess(true_m * np.float32(stretch)), OK)
    assert depth.status.scale == pytest.approx(1.0 / stretch, rel=0.01)
    assert depth.status.scale_known is known
    assert depth.status.attitude.height_m == pytest.approx(1.3, abs=0.02)
    box = depth.depth_m[100:130, 150:170]
    np.testing.assert_allclose(box, true_m[100:130, 150:170], rtol=0.01)


def test_the_floor_of_a_network_may_waver_from_image_to_image():
    """Its metre is another each time: what would be a step in a sensor's is none."""
    m = told()
    for n, stretch in enumerate((1.2, 1.0, 1.2, 1.05)):
        stamp_ns = n * 100_000_000
        stretched = guess(render() * np.float32(stretch), stamp_ns=stamp_ns)
        depth = m.estimate(Frame(stamp_ns, BLANK, CAMERA), stretched, OK)
        assert depth.status.floor is not None, f"image {n}"


def test_an_uncalibrated_camera_has_no_known_scale_even_so():
    m = told()
    depth = m.estimate(Frame(0, BLANK, None), guess(render(), focal_known=False), OK)
    assert not depth.status.scale_known and "not calibrated" in depth.status.note


def test_a_network_without_lens_and_height_gives_no_metres():
    """Its metre could be any length: relative depth never comes out as metres."""
    m = metric_depth()
    status = m.estimate(Frame(0, BLANK, None), guess(render(), focal_known=False), OK)
    assert isinstance(status, DepthStatus) and status.provenance is Provenance.UNKNOWN
    assert "neither calibrated nor is its height told" in status.note
    with_lens = m.estimate(Frame(1, BLANK, CAMERA), guess(render(), stamp_ns=1), OK)
    assert with_lens.status.provenance is Provenance.MONOCULAR
    assert not with_lens.status.scale_known


def test_a_network_says_how_sure_it_is():
    depth = metric_depth().estimate(Frame(0, BLANK, CAMERA), guess(render(), std=0.2), OK)
    known = np.isfinite(depth.depth_m)
    np.testing.assert_allclose(depth.sigma_m[known], 0.2 * depth.depth_m[known], rtol=1e-5)


def test_a_network_of_another_size_comes_out_at_the_work_size():
    small = render((box_at(3.0),), camera=CAMERA.scaled(256, 192))
    depth = told().estimate(Frame(0, BLANK, CAMERA), guess(small), OK)
    assert depth.depth_m.shape == depth.sigma_m.shape == (240, 320)
    assert depth.status.scale == pytest.approx(1.0, abs=0.02)


def test_a_sensor_wins_over_a_network_that_says_something_else():
    frame = frame_of(render((box_at(3.0),)))
    depth = metric_depth().estimate(frame, guess(np.full((240, 320), 9.0, np.float32)), OK)
    assert depth.status.provenance is Provenance.SENSOR
    assert np.nanmedian(depth.depth_m) < 8.0
    assert "does not fit" in depth.status.note and depth.status.scale_known


class TestSensorAndNetwork:
    def test_the_network_fills_what_the_sensor_misses(self):
        sensor_m = holed(room(), 0.5)
        depth = metric_depth().estimate(frame_of(sensor_m, 7), network(room(), stamp_ns=7), OK)
        status = depth.status
        assert status.provenance is Provenance.FUSED and status.stamp_ns == depth.stamp_ns == 7
        assert status.scale_known and status.scale == 1.0 and status.height_known
        assert status.valid_fraction == 1.0 and 0.0 < status.residual_m < 0.2
        assert status.attitude.height_m == pytest.approx(1.3, abs=0.05)
        assert status.note == ""
        hole = np.isnan(sensor_m)
        assert np.median(np.abs(depth.depth_m - room())[hole]) < 0.06
        assert (depth.sigma_m[hole] >= 0.049 * depth.depth_m[hole]).all()

    def test_a_hundredth_of_the_sensor_shows_the_floor_too(self):
        depth = metric_depth().estimate(frame_of(sparse(room(), 0.01)), network(room()), OK)
        assert depth.status.provenance is Provenance.FUSED and depth.status.floor is not None
        assert depth.status.attitude.height_m == pytest.approx(1.3, abs=0.15)

    def test_a_sensor_that_gives_nothing_leaves_the_metres_to_the_network_and_says_so(self):
        nothing = np.full((240, 320), np.nan, np.float32)
        depth = metric_depth().estimate(frame_of(nothing), network(room()), OK)
        assert depth.status.provenance is Provenance.MONOCULAR and not depth.status.scale_known
        assert "0 usable pixels" in depth.status.note

    @pytest.mark.parametrize("lost", ["all invalid", "no frame"])
    def test_for_a_second_the_scale_of_the_last_frame_holds(self, lost):
        m = metric_depth()
        m.estimate(frame_of(holed(room(), 0.3)), network(room()), OK)
        nothing = np.full((240, 320), np.nan, np.float32)

        def later(stamp_ns):
            frame = frame_of(nothing, stamp_ns) if lost == "all invalid" else a_blank(stamp_ns)
            return m.estimate(frame, network(room(), stamp_ns=stamp_ns), OK)

        soon, late = later(S // 2), later(3 * S)
        assert soon.status.provenance is Provenance.FUSED and soon.status.scale_known
        assert "last scale" in soon.status.note
        assert np.mean(np.abs(soon.depth_m / room() - 1.0)) < 0.1
        assert late.status.provenance is Provenance.MONOCULAR and not late.status.scale_known

    @pytest.mark.parametrize("factor", [0.5, 2.0])
    def test_metres_that_differ_by_two_are_not_spoken_unless_the_floor_vouches(self, factor):
        wrong = network(room() * np.float32(factor), 1.0, 0.0, 0.02)
        frames = [frame_of(holed(room(), 0.3), i * S // 10) for i in range(10)]
        doubted, vouched = (
            [m.estimate(frame, wrong, OK) for frame in frames][-1].status
            for m in (metric_depth(), told())
        )
        for status in (doubted, vouched):
            assert status.provenance is Provenance.SENSOR and "factor" in status.note
        assert not doubted.scale_known and vouched.scale_known

    @pytest.mark.parametrize(("stretch", "known"), [(0.8, True), (1.25, True), (1.6, False)])
    def test_the_floor_still_corrects_the_sensor_and_with_it_what_was_filled(self, stretch, known):
        m = told()
        sensor_m = holed(room() * np.float32(stretch), 0.3)
        for i in range(12):
            depth = m.estimate(frame_of(sensor_m, i * S // 10), network(room(), 1.0, 0.0), OK)
        assert depth.status.provenance is Provenance.FUSED
        assert depth.status.scale == pytest.approx(1.0 / stretch, rel=0.03)
        assert depth.status.scale_known is known
        hole = np.isnan(sensor_m) & (room() < 4.0)
        assert np.median(np.abs(depth.depth_m / room() - 1.0)[hole]) < 0.05

    @pytest.mark.parametrize("size", [(640, 480), (160, 120), (424, 240)])
    def test_a_sensor_of_another_size_is_laid_over_the_whole_image(self, size):
        width, height = size
        rows = np.arange(height) * 240 // height
        columns = np.arange(width) * 320 // width
        sensor_m = holed(room(), 0.3)[np.ix_(rows, columns)]
        frame = Frame(0, np.zeros((480, 640, 3), np.uint8), CAMERA.scaled(640, 480), sensor_m)
        depth = metric_depth().estimate(frame, network(room()), OK)
        assert depth.status.provenance is Provenance.FUSED and depth.depth_m.shape == (240, 320)
        assert np.median(np.abs(depth.depth_m - room())) < 0.06

    def test_sizes_may_change_on_the_way(self):
        m = metric_depth()
        for i, step in enumerate((1, 2, 1)):
            sensor_m = np.ascontiguousarray(holed(room(), 0.3)[::step, ::step])
            depth = m.estimate(
                Frame(i * S // 10, BLANK, CAMERA, sensor_m), network(room(), stamp_ns=i), OK
            )
            assert depth.status.provenance is Provenance.FUSED

    def test_flying_pixels_are_taken_out(self):
        sensor_m = holed(room(), 0.3)
        thing = room()[125:180, 140:180]
        edge = 159 + int(np.argmax(room()[150, 159:] > thing.max() + 1.0))
        sensor_m[120:180, edge - 2 : edge + 3] = room()[120:180, edge - 2 : edge + 3]
        sensor_m[120:180, edge] = 3.0
        depth = metric_depth().estimate(frame_of(sensor_m), network(room(), error=0.02), OK)
        assert np.mean(depth.depth_m[121:179, edge] == np.float32(3.0)) < 0.1

    def test_without_a_camera_height_a_network_alone_is_a_guess(self):
        depth = told(0.0).estimate(a_blank(0), network(room()), OK)
        assert not depth.status.scale_known and "height was not given" in depth.status.note

    def test_a_scale_that_the_floor_corrects_is_told(self):
        depth = told().estimate(a_blank(0), guess(render() * np.float32(1.3)), OK)
        assert depth.status.scale_known and "1.30 times" in depth.status.note

    def test_twice_gives_the_same_bits(self):
        def run():
            m = metric_depth()
            for i in range(3):
                sensor_m = holed(room(), 0.5, seed=i)
                depth = m.estimate(frame_of(sensor_m, i * S // 10), network(room()), OK)
            return depth

        one, two = run(), run()
        np.testing.assert_array_equal(one.depth_m, two.depth_m)
        np.testing.assert_array_equal(one.sigma_m, two.sigma_m)


def a_blank(stamp_ns):
    return Frame(stamp_ns, BLANK, CAMERA)
