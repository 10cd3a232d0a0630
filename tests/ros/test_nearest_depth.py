"""A depth sensor with stamps of its own: what is paired with which image, and what is said."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.ros.pairing import FramePairing
from followme.values.frame import ColourImage, DepthImage, Frame

MS = 1_000_000
WAIT_S = 0.05
BEGIN_MS = 1_000
TOPIC = "/camera/depth/image_raw"


class Camera:
    """Gives images and depth; depth holds the milliseconds of its own stamp."""

    def __init__(self, network: bool = False) -> None:
        self.pairing = FramePairing(WAIT_S)
        self.pairing.network = network
        self.frames: list[Frame] = []
        self.now_ms = float(BEGIN_MS)

    def image(self, stamp_ms: int) -> None:
        picture = ColourImage(stamp_ms * MS, np.zeros((4, 6, 3), np.uint8))
        self._take(self.pairing.image(picture, self.now_ms / 1e3))

    def depth(self, stamp_ms: int) -> None:
        metres = DepthImage(stamp_ms * MS, np.full((4, 6), stamp_ms, np.float32))
        self._take(self.pairing.depth(metres, self.now_ms / 1e3))

    def until(self, now_ms: float) -> None:
        """Let time pass as the node does, in steps of 20 ms at most."""
        while self.now_ms < now_ms:
            self.now_ms = min(self.now_ms + 20.0, now_ms)
            self._take(self.pairing.overdue(self.now_ms / 1e3))

    def run(
        self, offset_ms: int, depth_first: bool = True, count: int = 30, period_ms: int = 100
    ) -> None:
        """Give images and depth, whose stamps are so far after those of the images."""
        begin_ms = int(self.now_ms)
        for stamp_ms in range(begin_ms, begin_ms + count * period_ms, period_ms):
            self.until(stamp_ms + 5)
            for part in ("depth", "image") if depth_first else ("image", "depth"):
                self.depth(stamp_ms + offset_ms) if part == "depth" else self.image(stamp_ms)
        self.until(stamp_ms + period_ms)

    @property
    def said(self) -> str:
        pairing = self.pairing
        return pairing.fit.sentence(TOPIC, pairing.late_s, pairing.wait_s)

    def offsets_ms(self) -> list[int | None]:
        """Return how far after its image the depth of each frame was taken."""
        return [
            None if f.depth_m is None else round(f.depth_m[0, 0]) - f.stamp_ns // MS
            for f in self.frames
        ]

    def _take(self, frame: Frame | None) -> None:
        if frame is not None:
            self.frames.append(frame)


@pytest.fixture
def camera() -> Camera:
    return Camera()


@pytest.mark.parametrize("depth_first", [True, False])
@pytest.mark.parametrize("offset_ms", [-20, -12, -1, 0, 1, 12, 20])
def test_depth_within_20_ms_is_taken_for_every_image(camera, offset_ms, depth_first):
    camera.run(offset_ms, depth_first)
    assert camera.offsets_ms() == [offset_ms] * 30
    assert camera.pairing.incomplete == 0
    assert camera.pairing.late_s == 0.0
    assert camera.said == ""


@pytest.mark.parametrize("depth_first", [True, False])
@pytest.mark.parametrize("offset_ms", [-12, 0, 12])
def test_nothing_waits_longer_than_it_takes_to_know_the_nearest(camera, offset_ms, depth_first):
    camera.run(offset_ms, depth_first, count=6)  # by now it waits for no calibration
    camera.frames.clear()
    stamp_ms = int(camera.now_ms)
    camera.now_ms += 5.0
    if depth_first:
        camera.depth(stamp_ms + offset_ms)
    camera.image(stamp_ms)
    if not depth_first:
        assert camera.frames == []
        camera.depth(stamp_ms + offset_ms)
    assert camera.offsets_ms() == [offset_ms]


@pytest.mark.parametrize("offset_ms", [-50, -21, 21, 50])
@pytest.mark.parametrize("network", [True, False])
def test_depth_farther_away_is_taken_for_no_image_and_the_offset_is_said(offset_ms, network):
    camera = Camera(network)
    camera.run(offset_ms)
    assert all(offset is None for offset in camera.offsets_ms())
    assert len(camera.frames) == (30 if network else 0)
    side = "before" if offset_ms < 0 else "after"
    if abs(offset_ms) == 50:  # as far from the image before as from the one after
        side = "(before|after)"
    assert re.fullmatch(
        f"{TOPIC}: its stamps are {abs(offset_ms)} ms {side} those of the nearest image, more than "
        "20 ms, so that it is not used; let its driver give depth and colour of the same moment, "
        "by the same clock",
        camera.said,
    )


def test_another_clock_is_said_with_all_of_its_offset(camera):
    camera.run(-7_000)
    assert "its stamps are 7000 ms before" in camera.said


def test_what_is_said_ends_with_the_first_pair_or_with_depth(camera):
    camera.run(30, count=12)
    assert "30 ms after" in camera.said
    camera.run(12, count=1)
    assert camera.said == ""
    camera.run(30, count=12)
    camera.now_ms += 1_000.0
    camera.image(int(camera.now_ms))
    assert camera.said == ""


def test_some_images_without_depth_are_not_worth_a_word(camera):
    camera.run(30, count=5)
    assert camera.said == ""


@pytest.mark.parametrize("offset_ms", [0, -12, 12])
def test_depth_that_always_comes_too_late_is_said(offset_ms):
    camera = Camera(network=True)
    for n in range(30):
        camera.until(BEGIN_MS + 100 * n)
        camera.image(BEGIN_MS + 100 * n)
        camera.depth(BEGIN_MS + 100 * (n - 2) + offset_ms)
    assert set(camera.offsets_ms()) == {None}
    late_s = 0.2 - offset_ms * 1e-3
    assert camera.pairing.late_s == pytest.approx(late_s)
    assert f"it comes when images are {late_s:.2f} s further" in camera.said
    assert "give more than 0.05 s as pair_wait_s" in camera.said


@pytest.mark.parametrize(
    ("depths_ms", "taken_ms"),
    [((-12, 8), 8), ((-8, 12), -8), ((-12, 0), 0), ((-18, 17), 17), ((-17, 18), -17)],
)
@pytest.mark.parametrize("image_at", [0, 1, 2])
def test_of_two_candidates_the_nearest_is_taken_not_the_latest(
    camera, depths_ms, taken_ms, image_at
):
    """The image comes before both, between them, or after both."""
    for n in range(2):
        if n == image_at:
            camera.image(BEGIN_MS)
        camera.depth(BEGIN_MS + depths_ms[n])
    if image_at == 2:
        camera.image(BEGIN_MS)
    camera.until(BEGIN_MS + 100)
    assert camera.offsets_ms() == [taken_ms]


@pytest.mark.parametrize("lag_frames", [0, 1, 2])
@pytest.mark.parametrize("depth_first", [True, False])
def test_equal_stamps_of_a_fast_camera_are_never_mixed_up(camera, lag_frames, depth_first):
    """At 60 images a second the depth of both neighbours is within 20 ms."""
    stamps = [BEGIN_MS + 17 * n for n in range(40)]
    for n, stamp_ms in enumerate(stamps):
        camera.until(stamp_ms)
        if not depth_first:
            camera.image(stamp_ms)
        if n >= lag_frames:
            camera.depth(stamps[n - lag_frames])
        if depth_first:
            camera.image(stamp_ms)
    assert set(camera.offsets_ms()) == {0}
    assert len(camera.frames) >= 36


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True),
    st.integers(0, 60),
    st.integers(0, 6),
)
def test_whatever_comes_before_the_image_waits_no_more_the_nearest_is_taken(
    depths_ms, image_ms, image_at
):
    camera = Camera()
    depths_ms = sorted(depths_ms)[-5:]
    before, after = depths_ms[:image_at], depths_ms[image_at:]
    for stamp_ms in before:
        camera.depth(BEGIN_MS + stamp_ms)
    camera.image(BEGIN_MS + image_ms)
    given_early = bool(camera.frames)
    for stamp_ms in after:
        camera.depth(BEGIN_MS + stamp_ms)
    camera.until(camera.now_ms + 100)
    known = before if given_early else depths_ms
    best_ms = min(abs(d - image_ms) for d in known)
    got = camera.offsets_ms()
    if best_ms > 20:
        assert [o for o in got if o is not None] == []
    else:
        assert got and got[0] is not None and abs(got[0]) <= 20
