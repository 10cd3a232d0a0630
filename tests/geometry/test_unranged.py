"""Names without metres: followed from image to image, with a side (B12)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.unranged import UnrangedThings
from followme.settings import HysteresisSettings, UnrangedSettings
from followme.values.detections import Detections
from followme.values.obstacle import Kind, Side

MS = 1_000_000
# with a field of view of 90 degrees the focal length is half of the width
WIDTH, FIELD = 640, 90.0


@pytest.fixture
def things() -> UnrangedThings:
    return UnrangedThings(UnrangedSettings(field_deg=FIELD), HysteresisSettings())


def seen(stamp_ms: int, *found: tuple[str, float, float], score: float = 0.8) -> Detections:
    """Return things by name, left and right edge, all of one height."""
    boxes = np.array([(left, 100, right, 300) for _, left, right in found], np.float32)
    return Detections(
        stamp_ms * MS,
        (WIDTH, 480),
        boxes.reshape(-1, 4),
        np.full(len(found), score, np.float32),
        tuple(name for name, _, _ in found),
    )


def test_what_flashes_up_once_is_nothing(things) -> None:
    things.see(seen(0, ("door", 0, 100)))
    assert things.things(0) == ()
    things.see(seen(100, ("door", 5, 105)))
    (door,) = things.things(100 * MS)
    assert (door.label, door.kind, door.side) == ("door", Kind.OBJECT, Side.LEFT)
    assert door.confidence == pytest.approx(0.8)


def test_one_thing_is_one_thing_while_it_moves_through_the_image(things) -> None:
    ids = set()
    for n in range(20):
        left = 20.0 + 15.0 * n
        things.see(seen(100 * n, ("chair", left, left + 120)))
        ids |= {t.track_id for t in things.things(100 * n * MS)}
    assert len(ids) == 1


def test_another_name_in_the_same_place_is_another_thing(things) -> None:
    for stamp_ms in (0, 100):
        things.see(seen(stamp_ms, ("door", 0, 100), ("chair", 0, 100)))
    assert {t.label for t in things.things(100 * MS)} == {"door", "chair"}
    assert len({t.track_id for t in things.things(100 * MS)}) == 2


def test_two_of_a_name_stay_two(things) -> None:
    for stamp_ms in (0, 100, 200):
        things.see(seen(stamp_ms, ("door", 0, 100), ("door", 500, 600)))
    left, right = sorted(things.things(200 * MS), key=lambda t: -t.bearing_rad)
    assert (left.side, right.side) == (Side.LEFT, Side.RIGHT)
    assert left.track_id != right.track_id


def test_what_was_not_seen_for_a_while_is_forgotten(things) -> None:
    for stamp_ms in (0, 100):
        things.see(seen(stamp_ms, ("door", 0, 100)))
    assert len(things.things(1100 * MS)) == 1
    assert things.things(1101 * MS) == ()
    # and is a new thing when it is back
    things.see(seen(1200, ("door", 0, 100)))
    assert things.things(1200 * MS) == ()


@pytest.mark.parametrize(
    ("edges", "side"),
    [
        ((0, 100), Side.LEFT),
        ((540, 639), Side.RIGHT),
        ((250, 390), Side.AHEAD),
        # beside the middle by less than 15 degrees, 86 pixels here
        ((270, 300), Side.AHEAD_LEFT),
        ((340, 370), Side.AHEAD_RIGHT),
    ],
)
def test_sides_are_those_of_the_image(things, edges, side) -> None:
    for stamp_ms in (0, 100):
        things.see(seen(stamp_ms, ("door", *edges)))
    assert things.things(100 * MS)[0].side is side


def test_the_direction_is_that_of_the_lens(things) -> None:
    # the middle of the image is 319.5; its edge of 90 degrees lies half a width beside it
    for stamp_ms in (0, 100):
        things.see(seen(stamp_ms, ("door", 319.5 - 320.0, 319.5)))
    (door,) = things.things(100 * MS)
    assert door.bearing_rad == pytest.approx(math.radians(22.5))


def test_a_side_does_not_flicker_at_the_middle(things) -> None:
    sides = set()
    for n in range(10):
        edge = 319.5 + (3 if n % 2 else -3)  # half a degree beside the middle
        things.see(seen(100 * n, ("door", 200, edge)))
        sides |= {t.side for t in things.things(100 * n * MS)}
    assert len(sides) == 1


def test_a_person_is_a_person_and_the_surest_comes_first(things) -> None:
    for stamp_ms in (0, 100):
        things.see(seen(stamp_ms, ("door", 0, 100), score=0.5))
        things.see(seen(stamp_ms, ("person", 400, 500), score=0.9))
    first, second = things.things(100 * MS)
    assert (first.label, first.kind) == ("person", Kind.PERSON)
    assert second.label == "door"


def test_no_number_is_that_of_an_obstacle(things) -> None:
    for stamp_ms in (0, 100):
        things.see(seen(stamp_ms, ("door", 0, 100)))
    assert things.things(100 * MS)[0].track_id >= 1 << 30
    things.reset()
    assert things.things(100 * MS) == ()


def test_boxes_without_area_and_images_without_things_are_borne(things) -> None:
    things.see(seen(0))
    for stamp_ms in (100, 200):
        things.see(seen(stamp_ms, ("door", 50, 50)))
    assert things.things(200 * MS) == ()


@given(st.floats(0, 500), st.floats(5, 139), st.integers(1, 6))
def test_mirrored_images_have_mirrored_sides(left: float, width: float, frames: int) -> None:
    mirrored = {
        Side.AHEAD: Side.AHEAD,
        Side.LEFT: Side.RIGHT,
        Side.RIGHT: Side.LEFT,
        Side.AHEAD_LEFT: Side.AHEAD_RIGHT,
        Side.AHEAD_RIGHT: Side.AHEAD_LEFT,
    }
    one, other = (
        UnrangedThings(UnrangedSettings(field_deg=FIELD), HysteresisSettings()) for _ in "ab"
    )
    right = left + width
    for n in range(frames + 1):
        one.see(seen(100 * n, ("door", left, right)))
        other.see(seen(100 * n, ("door", WIDTH - 1 - right, WIDTH - 1 - left)))
    (a,), (b,) = one.things(100 * frames * MS), other.things(100 * frames * MS)
    if abs(left + right - (WIDTH - 1)) > 1e-3:
        assert b.side is mirrored[a.side]
    assert b.bearing_rad == pytest.approx(-a.bearing_rad, abs=1e-6)
