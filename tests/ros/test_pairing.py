from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.ros.pairing import DepthPairing, FramePairing, LabelPairing, StampRing
from followme.values.camera import Attitude, Camera
from followme.values.depth_map import DepthMap, DepthStatus, ImageHealth, Provenance
from followme.values.frame import CameraInfo, ColourImage, DepthImage, Frame, GreyImage
from followme.values.label_map import NO_CLASS, LabelInfo

HEIGHT, WIDTH = 4, 6
CAMERA = Camera(WIDTH, HEIGHT, 5.0, 5.0, 2.5, 1.5)
# of times that sum up exactly
WAIT_S = 1 / 16
PERIOD_S = 1 / 8
STEP_NS = 100_000_000
#: Longer than anything waits for what never comes.
LONG_S = 10.0


def an_image(stamp_ns: int) -> ColourImage:
    return ColourImage(stamp_ns, np.full((HEIGHT, WIDTH, 3), stamp_ns % 251, np.uint8))


def a_depth(stamp_ns: int) -> DepthImage:
    return DepthImage(stamp_ns, np.full((HEIGHT, WIDTH), 1.0 + stamp_ns, np.float32))


def an_info(stamp_ns: int, camera: Camera = CAMERA) -> CameraInfo:
    return CameraInfo(stamp_ns, camera)


def a_status(stamp_ns: int, provenance: Provenance = Provenance.SENSOR) -> DepthStatus:
    return DepthStatus(
        stamp_ns=stamp_ns,
        provenance=provenance,
        scale=1.0,
        scale_known=True,
        residual_m=math.nan,
        floor=None,
        attitude=Attitude(1.3, 0.2),
        height_known=True,
        valid_fraction=1.0,
        image=ImageHealth(),
    )


_MAKE = {
    "image": an_image,
    "depth": a_depth,
    "sigma": a_depth,
    "info": an_info,
    "status": a_status,
}


def a_part(part: str, stamp_ns: int) -> object:
    return _MAKE[part](stamp_ns)


class Driver:
    """Gives the parts of instants to a pairing, on a clock of its own.

    Instants are counted, ten a second: stamps of the next one are never near.
    """

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self.pairing = FramePairing(wait_s)
        self.now_s = 128.0

    def give(self, part: str, number: int) -> Frame | None:
        value = replace(a_part(part, number), stamp_ns=number * STEP_NS)
        return _counted(getattr(self.pairing, part)(value, self.now_s))

    def wait(self, seconds: float) -> Frame | None:
        self.now_s += seconds
        return _counted(self.pairing.overdue(self.now_s))

    def run(self, stamps: range, *parts: str) -> list[Frame]:
        """Give complete instants one period apart; return the frames."""
        frames = []
        for stamp_ns in stamps:
            got = [self.give(part, stamp_ns) for part in parts]
            frames += [f for f in got if f is not None]
            self.now_s += PERIOD_S
        return frames


def _counted(frame: Frame | None) -> Frame | None:
    return None if frame is None else replace(frame, stamp_ns=frame.stamp_ns // STEP_NS)


@pytest.fixture
def learned() -> Driver:
    """A driver whose camera has a sensor and was seen for a while."""
    driver = Driver()
    assert len(driver.run(range(1, 11), "info", "depth", "image")) == 10
    return driver


@pytest.fixture
def sensorless() -> Driver:
    """A driver whose camera gives calibrated images only, seen for a while."""
    driver = Driver()
    for stamp_ns in range(1, 11):
        got = [driver.give("info", stamp_ns), driver.give("image", stamp_ns)]
        assert any(got) or driver.wait(WAIT_S)
        driver.now_s += PERIOD_S
    return driver


class TestFrames:
    def test_nothing_came_and_nothing_is_overdue(self):
        assert Driver().wait(LONG_S) is None

    def test_of_several_that_waited_too_long_the_newest_goes_on(self):
        driver = Driver()
        driver.give("image", 1)
        driver.give("image", 2)
        assert driver.wait(LONG_S).stamp_ns == 2
        assert driver.pairing.incomplete == 1
        assert driver.wait(LONG_S) is None

    @given(st.permutations(["image", "depth", "info"]))
    def test_any_order_gives_the_one_frame_with_all_parts(self, order):
        driver = Driver()
        first, second, third = (driver.give(part, 3) for part in order)
        assert (first, second) == (None, None)
        assert third.stamp_ns == 3
        assert third.camera == CAMERA
        assert np.array_equal(third.bgr, an_image(3).bgr)
        assert np.array_equal(third.depth_m, a_depth(3).depth_m)
        assert driver.wait(LONG_S) is None

    @given(st.lists(st.permutations(["image", "depth"]), min_size=8, max_size=8))
    def test_each_instant_gives_one_frame_whatever_comes_first(self, orders):
        driver = Driver()
        frames = []
        for stamp_ns, order in enumerate(orders):
            frames += driver.run(range(stamp_ns, stamp_ns + 1), "info", *order)
        assert [f.stamp_ns for f in frames] == list(range(8))
        for frame in frames:
            assert frame.depth_m[0, 0] == 1.0 + frame.stamp_ns
        assert driver.pairing.incomplete == 0

    def test_values_go_on_by_reference(self):
        driver = Driver()
        image, depth = an_image(3), a_depth(3)
        driver.give("info", 3)
        driver.pairing.depth(depth, driver.now_s)
        frame = driver.pairing.image(image, driver.now_s)
        assert np.shares_memory(frame.bgr, image.bgr)
        assert np.shares_memory(frame.depth_m, depth.depth_m)

    def test_depth_that_is_a_little_late_is_waited_for(self, learned):
        assert learned.give("image", 11) is None
        assert learned.wait(0.9 * WAIT_S) is None
        assert learned.give("depth", 11).depth_m is not None
        assert learned.pairing.incomplete == 0

    def test_depth_that_lags_by_more_than_a_period_is_still_found(self, learned):
        """A depth sensor that needs longer than a frame lasts must not blind the walker."""
        frames = []
        for stamp_ns in range(11, 31):
            frames.append(learned.give("image", stamp_ns))
            learned.now_s += 0.01
            frames.append(learned.give("depth", stamp_ns - 1))
            frames.append(learned.wait(0.01))
        got = [f for f in frames if f is not None]
        assert len(got) >= 18
        assert all(f.depth_m[0, 0] == 1.0 + f.stamp_ns for f in got)
        stamps = [f.stamp_ns for f in got]
        assert stamps == sorted(set(stamps))

    def test_an_image_whose_depth_got_lost_is_passed_over_while_the_sensor_lives(self, learned):
        assert learned.give("image", 11) is None
        assert learned.wait(WAIT_S) is None
        assert learned.pairing.incomplete == 1
        # and does not come back when its depth does
        assert learned.give("depth", 11) is None
        frames = learned.run(range(12, 15), "info", "depth", "image")
        assert [f.stamp_ns for f in frames] == [12, 13, 14]

    def test_where_a_network_sees_too_it_goes_on_without(self, learned):
        learned.pairing.network = True
        assert learned.give("image", 11) is None
        frame = learned.wait(WAIT_S)
        assert frame.stamp_ns == 11 and frame.depth_m is None
        assert learned.pairing.incomplete == 0

    @pytest.mark.parametrize("network", [False, True])
    def test_depth_that_is_200_ms_late_is_laid_over_no_image_and_its_age_told(self, network):
        behind = 2
        driver = Driver()
        driver.run(range(1, 11), "info", "depth", "image")
        driver.pairing.network = network
        frames = []
        for i in range(11, 21):
            frames.append(driver.give("image", i))
            frames.append(driver.give("depth", i - behind))
            frames.append(driver.wait(WAIT_S))
        got = [f for f in frames if f is not None]
        assert len(got) == (10 if network else 0)
        assert all(f.depth_m is None for f in got)
        assert driver.pairing.late_s == pytest.approx(0.2)
        assert driver.run(range(21, 22), "info", "depth", "image")
        assert driver.pairing.late_s == 0.0

    def test_when_the_next_frame_is_complete_an_older_one_is_passed_over(self, learned):
        learned.give("image", 11)
        learned.give("depth", 12)
        assert learned.give("image", 12).stamp_ns == 12
        assert learned.pairing.incomplete == 1
        assert learned.give("depth", 11) is None
        assert learned.wait(LONG_S) is None

    def test_a_sensor_that_fell_silent_is_no_longer_waited_for(self, learned):
        learned.now_s += 1.0
        frame = learned.give("image", 20)
        assert frame is not None
        assert frame.depth_m is None
        assert frame.camera == CAMERA

    def test_an_image_that_waits_when_the_sensor_dies_goes_on_without_depth(self):
        driver = Driver(wait_s=1.0)
        driver.run(range(1, 11), "info", "depth", "image")
        assert driver.give("image", 11) is None
        frame = driver.wait(1.0)
        assert frame.stamp_ns == 11
        assert frame.depth_m is None

    def test_depth_of_another_instant_is_never_taken(self, learned):
        learned.give("depth", 12)
        assert learned.give("image", 11) is None

    def test_at_first_an_image_waits_its_time_and_goes_on_with_what_there_is(self):
        driver = Driver()
        assert driver.give("image", 1) is None
        assert driver.wait(0.9 * WAIT_S) is None
        frame = driver.wait(WAIT_S)
        assert (frame.stamp_ns, frame.camera, frame.depth_m) == (1, None, None)
        assert driver.wait(LONG_S) is None

    def test_without_a_sensor_images_go_on_at_once_when_that_was_learned(self, sensorless):
        assert sensorless.give("info", 11) is None
        assert sensorless.give("image", 11).stamp_ns == 11

    def test_without_a_sensor_no_image_is_lost(self, sensorless):
        assert sensorless.pairing.incomplete == 0

    def test_a_camera_that_was_never_calibrated_does_not_hold_up_images(self):
        driver = Driver()
        for stamp_ns in range(1, 6):
            assert driver.give("image", stamp_ns) is None
            assert driver.wait(WAIT_S).camera is None
        assert driver.give("image", 6).camera is None

    def test_one_calibration_holds_until_the_next(self, sensorless):
        sensorless.now_s += LONG_S
        assert sensorless.give("image", 99).camera == CAMERA

    def test_a_calibration_belongs_to_the_image_of_its_stamp(self, sensorless):
        zoomed = Camera(WIDTH, HEIGHT, 9.0, 9.0, 2.5, 1.5)
        sensorless.pairing.info(an_info(12 * STEP_NS, zoomed), sensorless.now_s)
        sensorless.pairing.info(an_info(11 * STEP_NS), sensorless.now_s)
        assert sensorless.give("image", 12).camera == zoomed

    def test_a_calibration_for_another_size_is_scaled(self, sensorless):
        twice = CAMERA.scaled(2 * WIDTH, 2 * HEIGHT)
        sensorless.pairing.info(an_info(11 * STEP_NS, twice), sensorless.now_s)
        camera = sensorless.give("image", 11).camera
        assert (camera.width, camera.height) == (WIDTH, HEIGHT)
        assert camera.fx == pytest.approx(CAMERA.fx)
        assert camera.cx == pytest.approx(CAMERA.cx)

    def test_a_sensor_that_appears_late_is_noticed(self, sensorless):
        sensorless.give("depth", 11)
        assert sensorless.give("image", 11).depth_m is not None
        assert sensorless.give("image", 12) is None
        assert sensorless.give("depth", 12).depth_m is not None

    def test_what_was_cleared_is_learned_again(self, learned):
        learned.give("image", 11)
        learned.pairing.clear()
        assert learned.wait(LONG_S) is None
        assert learned.give("depth", 11) is None
        assert learned.give("image", 12) is None  # it may have a sensor and a calibration

    def test_depth_of_long_ago_is_forgotten(self):
        driver = Driver()
        driver.give("info", 0)
        for stamp_ns in range(7):
            driver.give("depth", stamp_ns)
        assert driver.give("image", 0) is None
        assert driver.give("image", 6).depth_m is not None

    @given(
        st.lists(
            st.tuples(st.sampled_from(["image", "depth", "info"]), st.integers(0, 9)),
            max_size=60,
        )
    )
    def test_no_frame_comes_twice_and_none_is_made_up(self, events):
        driver, images, got = Driver(), set(), []
        for part, stamp_ns in events:
            if part == "image" and stamp_ns in images:
                continue
            images |= {stamp_ns} if part == "image" else set()
            got += [driver.give(part, stamp_ns), driver.wait(0.02)]
        stamps = [f.stamp_ns for f in got if f is not None]
        assert len(stamps) == len(set(stamps))
        assert set(stamps) <= images
        for frame in filter(None, got):
            assert frame.depth_m is None or frame.depth_m[0, 0] == 1.0 + frame.stamp_ns


_PARTS = ("depth", "sigma", "info", "status")


class TestDepthMaps:
    @given(st.permutations(_PARTS))
    def test_any_order_gives_the_one_map(self, order):
        pairing = DepthPairing()
        *early, last = (pairing.put(part, a_part(part, 5)) for part in order)
        assert early == [None, None, None]
        assert isinstance(last, DepthMap)
        assert last.stamp_ns == 5
        assert last.camera == CAMERA
        assert last.status == a_status(5)

    def test_depth_is_not_taken_for_its_deviation(self):
        pairing = DepthPairing()
        pairing.put("info", an_info(5))
        pairing.put("depth", DepthImage(5, np.full((HEIGHT, WIDTH), 2.0, np.float32)))
        pairing.put("status", a_status(5))
        got = pairing.put("sigma", DepthImage(5, np.full((HEIGHT, WIDTH), 0.1, np.float32)))
        assert got.depth_m[0, 0] == np.float32(2.0)
        assert got.sigma_m[0, 0] == np.float32(0.1)

    @given(st.permutations([(p, s) for p in _PARTS for s in range(4)]))
    def test_instants_that_are_mixed_up_are_sorted_out(self, order):
        pairing = DepthPairing()
        got = [pairing.put(part, a_part(part, stamp_ns)) for part, stamp_ns in order]
        maps = [m for m in got if m is not None]
        assert sorted(m.stamp_ns for m in maps) == [0, 1, 2, 3]
        assert all(m.depth_m[0, 0] == 1.0 + m.stamp_ns for m in maps)

    def test_parts_of_different_stamps_make_nothing(self):
        pairing = DepthPairing()
        assert [pairing.put(p, a_part(p, n)) for n, p in enumerate(_PARTS)] == [None] * 4

    def test_the_word_that_there_is_no_depth_goes_alone_and_at_once(self):
        pairing = DepthPairing()
        none = a_status(5, Provenance.UNKNOWN)
        assert pairing.put("status", none) is none

    def test_instants_of_long_ago_are_forgotten(self):
        pairing = DepthPairing()
        for stamp_ns in range(6):
            for part in _PARTS[:-1]:
                pairing.put(part, a_part(part, stamp_ns))
        assert pairing.put("status", a_status(0)) is None
        assert pairing.put("status", a_status(5)) is not None

    def test_what_was_cleared_is_gone(self):
        pairing = DepthPairing()
        for part in _PARTS[:-1]:
            pairing.put(part, a_part(part, 5))
        pairing.clear()
        assert pairing.put("status", a_status(5)) is None

    def test_depth_of_another_size_than_its_calibration_is_refused(self):
        pairing = DepthPairing()
        pairing.put("info", an_info(5, CAMERA.scaled(8, 8)))
        pairing.put("depth", a_depth(5))
        pairing.put("sigma", a_depth(5))
        with pytest.raises(ValueError, match="depth_m"):
            pairing.put("status", a_status(5))
        # and the next instant is not spoilt by it
        got = [pairing.put(part, a_part(part, 6)) for part in _PARTS]
        assert isinstance(got[-1], DepthMap)


def test_a_part_that_comes_twice_counts_once():
    ring = StampRing(("a", "b"))
    assert ring.put(1, "a", "old") is None
    assert ring.put(1, "a", "new") is None
    assert ring.put(1, "b", 2) == {"a": "new", "b": 2}
    assert ring.put(1, "b", 2) is None


def a_grey(stamp_ns: int, value: int = 1, height: int = HEIGHT) -> GreyImage:
    return GreyImage(stamp_ns, np.full((height, WIDTH), value, np.uint8))


class TestLabels:
    @pytest.fixture
    def pairing(self) -> LabelPairing:
        made = LabelPairing()
        made.info(LabelInfo(0, ("floor", "chair"), ((), ()), "m.onnx", ""))
        return made

    @pytest.mark.parametrize("order", [("labels", "confidence"), ("confidence", "labels")])
    def test_labels_and_confidence_of_one_stamp_are_a_map(self, pairing, order):
        values = {"labels": a_grey(5, 1), "confidence": a_grey(5, 200)}
        first, second = order
        assert pairing.put(first, values[first]) is None
        found = pairing.put(second, values[second])
        assert found is not None
        assert (found.stamp_ns, found.names) == (5, ("floor", "chair"))
        assert (found.labels == 1).all() and (found.confidence == 200).all()

    def test_those_of_two_stamps_are_none(self, pairing):
        assert pairing.put("labels", a_grey(5)) is None
        assert pairing.put("confidence", a_grey(6)) is None

    def test_numbers_without_names_are_none_until_the_names_come(self):
        pairing = LabelPairing()
        for stamp_ns in (5, 6):
            pairing.put("labels", a_grey(stamp_ns))
            found = pairing.put("confidence", a_grey(stamp_ns))
            assert (found is None) is (stamp_ns == 5)
            pairing.info(LabelInfo(0, ("floor", "chair"), ((), ()), "m.onnx", ""))

    def test_a_number_that_has_no_name_is_refused(self, pairing):
        pairing.put("labels", a_grey(5, 2))
        with pytest.raises(ValueError, match="class 2 has no name"):
            pairing.put("confidence", a_grey(5))

    def test_two_sizes_are_refused(self, pairing):
        pairing.put("labels", a_grey(5))
        with pytest.raises(ValueError, match="confidence"):
            pairing.put("confidence", a_grey(5, height=HEIGHT + 1))

    def test_what_the_numbers_mean_outlasts_a_jump_of_time(self, pairing):
        pairing.put("labels", a_grey(5))
        pairing.clear()
        assert pairing.put("confidence", a_grey(5)) is None
        assert pairing.put("labels", a_grey(5)) is not None

    def test_unknown_pixels_need_no_name(self, pairing):
        pairing.put("labels", a_grey(5, NO_CLASS))
        found = pairing.put("confidence", a_grey(5, 10))
        assert found is not None and (found.labels == NO_CLASS).all()

    def test_who_does_not_want_the_confidence_does_not_wait_for_it(self):
        pairing = LabelPairing(with_confidence=False)
        assert pairing.put("labels", a_grey(4, 1)) is None
        pairing.info(LabelInfo(0, ("floor", "chair"), ((), ()), "m.onnx", ""))
        found = pairing.put("labels", a_grey(5, 1))
        assert found is not None
        assert (found.stamp_ns, found.names) == (5, ("floor", "chair"))
        assert (found.labels == 1).all() and (found.confidence == 255).all()
        with pytest.raises(ValueError, match="class 2 has no name"):
            pairing.put("labels", a_grey(6, 2))
