from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from followme.health.image_health import ImageJudge
from followme.settings import ImageHealthSettings
from followme.sources.folder import ImageFolder
from followme.sources.source import LiveSource, SourceError
from followme.sources.webcam import WebcamSource
from followme.values.depth_map import ImageState
from tests.sources.build_recordings import an_image, write_image
from tests.sources.stand_in_camera import (
    QUICK,
    Camera,
    eventually,
    opened,
    picture,
    silent,
    taken,
)


def refused(device: str, camera: Camera) -> str:
    with pytest.raises(SourceError) as caught:
        WebcamSource(device, 10.0, 64, 48, time.time_ns, silent, camera.open, QUICK)
    assert camera.released == len(camera.openings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    camera = Camera()
    camera.there = False
    told = refused(str(tmp_path / "video7"), camera)
    assert "video7: there is no such device; plug it in" in told


def test_a_device_that_is_busy_is_refused(tmp_path: Path) -> None:
    (tmp_path / "video0").touch()
    camera = Camera()
    camera.there = False
    assert "is busy or gives no video; close the program" in refused(
        str(tmp_path / "video0"), camera
    )


def test_a_device_that_may_not_be_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "video0").touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    camera = Camera()
    camera.there = False
    assert "add yourself to its group" in refused(str(tmp_path / "video0"), camera)


def test_a_device_that_gives_nothing_is_refused() -> None:
    assert "gives no image" in refused("/dev/null", Camera())


def test_a_rate_that_is_none_is_refused() -> None:
    with pytest.raises(SourceError, match="rate_hz"):
        WebcamSource("/dev/null", 0.0, 64, 48, time.time_ns, silent, Camera().open, QUICK)


def test_the_pixels_are_those_of_the_device_without_calibration() -> None:
    camera = Camera()
    with opened(camera) as source:
        camera.shoot(picture(1))
        frame = taken(source)
        assert np.array_equal(frame.bgr, picture(1))
        assert (frame.camera, frame.depth_m, frame.motion) == (None, None, None)
        assert isinstance(source, LiveSource)
        assert (source.rate_hz, source.length, source.fault) == (1000.0, None, "")


def test_a_recording_is_not_live(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image())
    assert not isinstance(ImageFolder(tmp_path, 10.0), LiveSource)


def test_the_driver_s_time_of_capture_is_the_stamp() -> None:
    camera = Camera()
    with opened(camera) as source:
        driver_ms = time.monotonic() * 1e3 - 300.0
        camera.shoot(picture(1), driver_ms)
        stamp_ns = taken(source).stamp_ns
        # between two readings of the clock some time may pass, but not as much as was lost before
        assert driver_ms * 1e6 - 200e6 < stamp_ns <= driver_ms * 1e6 + 1


@pytest.mark.parametrize("driver_ms", [0.0, -5.0, 1e15, float("nan"), float("inf")])
def test_a_driver_without_a_usable_time_gives_that_of_grabbing(driver_ms: float) -> None:
    camera = Camera()
    with opened(camera) as source:
        before_ns = time.monotonic_ns()
        camera.shoot(picture(1), driver_ms)
        assert before_ns <= taken(source).stamp_ns <= time.monotonic_ns()


def test_a_driver_whose_time_stands_still_does_not_stop_the_stamps() -> None:
    camera = Camera()
    with opened(camera) as source:
        stuck_ms = time.monotonic() * 1e3
        stamps = []
        for seed in range(3):
            camera.shoot(picture(seed), stuck_ms)
            stamps.append(taken(source).stamp_ns)
        assert stamps[0] < stamps[1] < stamps[2]


def test_stamps_are_on_the_clock_that_was_given_and_follow_its_steps() -> None:
    camera, offset_ns = Camera(), [10**18]
    with opened(camera, now_ns=lambda: time.monotonic_ns() + offset_ns[0]) as source:
        camera.shoot(picture(1))
        first_ns = taken(source).stamp_ns
        assert first_ns > 10**18
        offset_ns[0] -= 3600 * 10**9
        camera.shoot(picture(2))
        # an hour back: the camera goes on at once
        assert taken(source).stamp_ns < first_ns


def test_only_the_newest_image_is_kept() -> None:
    camera = Camera()
    with opened(camera) as source:
        for seed in (1, 2, 3):
            camera.shoot(picture(seed))
        eventually(lambda: source.dropped == 2, "two images are overwritten")
        assert np.array_equal(taken(source).bgr, picture(3))
        assert source.newest(0.0) is None


def test_what_exceeds_the_rate_is_grabbed_but_not_decoded() -> None:
    camera = Camera()
    with opened(camera, rate_hz=10.0) as source:
        first_ms = time.monotonic() * 1e3 - 600.0
        for i in range(15):
            camera.shoot(picture(i), first_ms + 1000.0 / 30.0 * i)
        eventually(lambda: camera._shots.empty(), "all are grabbed")
        camera.shoot(picture(50))
        eventually(lambda: camera._shots.empty(), "the last is grabbed")
        eventually(lambda: np.array_equal(taken(source).bgr, picture(50)), "the last is given")
        # the one of the opening, every third of 30 a second, the last
        assert camera.decoded <= 1 + 5 + 1


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((48, 64), np.uint8),
        np.zeros((48, 64, 3), np.uint16),
        ValueError("half a JPEG"),
        OSError("gone for a moment"),
    ],
)
def test_a_damaged_image_is_left_out_and_the_next_one_is_given(damaged: Any) -> None:
    camera = Camera()
    with opened(camera) as source:
        camera.shoot(damaged)
        camera.shoot(picture(5))
        assert np.array_equal(taken(source).bgr, picture(5))
        assert len(camera.openings) == 1


def test_the_image_after_a_damaged_one_is_given_whatever_the_rate() -> None:
    camera = Camera()
    with opened(camera, rate_hz=0.1) as source:
        camera.shoot(picture(1))
        camera.shoot(None)
        eventually(lambda: camera._shots.empty(), "both are grabbed")
        assert source.newest(0.0) is None, "ten seconds have not passed"
    camera = Camera()
    camera.shoot(None)
    with opened(camera, rate_hz=0.1):
        assert camera.decoded == 2


def test_damaged_images_alone_are_nothing() -> None:
    camera = Camera()
    for _ in range(2000):
        camera.shoot(None)
    assert "gives no image" in refused("/dev/null", camera)


def test_a_device_that_vanishes_is_said_and_opened_again_with_growing_pauses(
    tmp_path: Path,
) -> None:
    camera = Camera()
    with opened(camera, device=str(tmp_path / "video0")) as source:
        camera.there = False
        eventually(lambda: "no such device; plug it in" in source.fault, "the fault")
        tried = len(camera.openings)
        eventually(lambda: len(camera.openings) >= tried + 4, "it is tried again")
        gaps = np.diff(camera.openings[1:])
        assert all(gap >= pause for gap, pause in zip(gaps, (0.01, 0.02, 0.02), strict=False))
        assert source.newest(0.0) is None
        camera.there = True
        camera.shoot(picture(7))
        assert np.array_equal(taken(source).bgr, picture(7))
        assert source.fault == ""
    assert camera.released == len(camera.openings)


def test_a_device_that_falls_silent_is_opened_again() -> None:
    camera = Camera()
    with opened(camera) as source:
        eventually(lambda: len(camera.openings) > 1, "it is opened again")
        assert "gives no image" in source.fault
        camera.shoot(picture(1))
        assert np.array_equal(taken(source).bgr, picture(1))
        assert source.fault == ""


def test_a_device_that_another_program_took_is_said_to_be_busy() -> None:
    camera = Camera()
    with opened(camera) as source:
        camera.there = False
        eventually(lambda: "is busy" in source.fault, "the fault")


def test_frozen_images_reach_the_judge_of_images_as_such() -> None:
    camera, clock_ns = Camera(), [0]
    judge = ImageJudge(ImageHealthSettings())

    def states(seeds: list[int]) -> list[ImageState]:
        found = []
        for seed in seeds:
            clock_ns[0] += 400_000_000
            camera.shoot(picture(seed))
            frame = taken(source)
            found.append(judge.judge(frame.bgr, frame.stamp_ns).state)
        return found

    with opened(camera, now_ns=lambda: clock_ns[0] + 10**12) as source:
        assert ImageState.FROZEN not in states([1, 2, 3, 4, 5])
        assert states([6, 6, 6, 6, 6])[-1] is ImageState.FROZEN
        assert ImageState.FROZEN not in states([7, 8])


def test_another_size_than_asked_is_reported_once_and_again_when_it_changes() -> None:
    camera, told = Camera(), []
    with opened(camera, report=told.append) as source:
        for size in ((32, 24), (32, 24), (16, 12)):
            camera.shoot(picture(1, *size))
            assert taken(source).bgr.shape == (size[1], size[0], 3)
    assert [t.partition(": ")[2] for t in told] == [
        "asked for 64x48, it gives 32x24",
        "asked for 64x48, it gives 16x12",
    ]


@pytest.mark.parametrize(("size_wh", "compressed"), [((640, 480), False), ((1280, 720), True)])
def test_large_images_are_asked_for_compressed(size_wh: tuple[int, int], compressed: bool) -> None:
    camera = Camera()
    with opened(camera, size_wh=size_wh):
        assert camera.asked[cv2.CAP_PROP_FRAME_WIDTH] == size_wh[0]
        assert camera.asked[cv2.CAP_PROP_FRAME_HEIGHT] == size_wh[1]
        assert (cv2.CAP_PROP_FOURCC in camera.asked) == compressed


def test_frames_end_when_the_source_is_closed() -> None:
    camera = Camera()
    with opened(camera) as source:
        frames = source.frames()
        camera.shoot(picture(1))
        assert np.array_equal(next(frames).bgr, picture(1))
        source.close()
        source.close()
        assert next(frames, None) is None
        assert not source._thread.is_alive()
        assert camera.released == 1
        camera.shoot(picture(2))
        assert source.newest(0.0) is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_fails_says_so() -> None:
    camera, broken = Camera(), []

    def now_ns() -> int:
        if broken:
            raise RuntimeError("the clock is gone")
        return time.monotonic_ns()

    with opened(camera, now_ns=now_ns) as source:
        broken.append(True)
        camera.shoot(picture(1))
        eventually(lambda: "the clock is gone" in source.fault, "the fault")
        assert camera.released == 1
