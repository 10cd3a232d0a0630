from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.drawing.palette import AMBER, BLUE, GREEN, GREY, RED, ZONE_COLOUR
from followme.values.camera import Camera
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.obstacle import Kind, Sight, Zone

from . import scenes
from .scenes import STAMP_NS, an_image, an_obstacle, drawn, pixels_of, seen

# the middle of the picture: no band above, no map at the right, no subtitle below
MIDDLE = (0, 60, 490, 470)
# below the labels of things three metres ahead
FEET = (0, 260, 490, 470)


def test_nothing_known_gives_a_picture_with_a_band_that_says_so():
    out = drawn(None, camera=None)
    assert out.shape == (480, 640, 3)
    assert out.dtype == np.uint8
    assert (out[2, 300] == GREY).all()
    assert (out[300, :400] == 110).all()


def test_the_image_itself_is_never_changed_even_when_read_only():
    image = an_image()
    image.bgr.flags.writeable = False
    before = image.bgr.copy()
    out = drawn(seen(an_obstacle()), image=image, saying="Chair ahead")
    assert (image.bgr == before).all()
    assert not np.shares_memory(out, image.bgr)
    assert out.flags.writeable


@pytest.mark.parametrize("zone", [Zone.STOP, Zone.WARN, Zone.INFORM, Zone.CLEAR])
def test_each_zone_has_its_colour_and_no_other(zone):
    out = drawn(seen(an_obstacle(zone=zone)))
    for other, colour in ZONE_COLOUR.items():
        found = len(pixels_of(out, colour, box=MIDDLE)[0])
        assert (found > 50) == (other is zone), (other, found)


def test_zones_differ_in_brightness_too_so_that_colour_is_not_needed():
    luma = [0.114 * b + 0.587 * g + 0.299 * r for b, g, r in (RED, BLUE, AMBER)]
    assert luma[0] + 40 < luma[1] < luma[2] - 20


def test_the_weight_of_the_frame_grows_with_urgency():
    counts = [
        len(pixels_of(drawn(seen(an_obstacle(zone=zone))), ZONE_COLOUR[zone], box=FEET)[0])
        for zone in (Zone.INFORM, Zone.WARN, Zone.STOP)
    ]
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize(("y", "side"), [(0.7, "left"), (-0.7, "right")])
def test_an_obstacle_is_drawn_on_its_own_side(y, side):
    _, columns = pixels_of(drawn(seen(an_obstacle(3.0, y))), AMBER, box=MIDDLE)
    assert (columns.max() < 320) if side == "left" else (columns.min() > 320)


def test_an_obstacle_and_its_mirror_image_are_drawn_mirrored():
    left = pixels_of(drawn(seen(an_obstacle(3.0, 0.3, label=""))), AMBER, box=(0, 200, 640, 480))
    right = pixels_of(drawn(seen(an_obstacle(3.0, -0.3, label=""))), AMBER, box=(0, 200, 640, 480))
    assert left[1].min() == pytest.approx(639 - right[1].max(), abs=1)
    assert left[0].max() == pytest.approx(right[0].max(), abs=1)


def test_a_nearer_obstacle_is_drawn_larger_and_its_foot_lower():
    near = pixels_of(drawn(seen(an_obstacle(2.5))), AMBER, box=MIDDLE)
    far = pixels_of(drawn(seen(an_obstacle(4.5))), AMBER, box=MIDDLE)
    assert near[0].max() > far[0].max()
    assert np.ptp(near[1]) > np.ptp(far[1])


def test_the_frame_ends_where_the_pinhole_says():
    camera, status = scenes.a_camera(), scenes.a_status()
    right_edge = np.array([(3.0, -0.25, 0.0), (3.0, -0.25, 1.0)])
    corners = camera.project(status.attitude.to_optical(right_edge))
    u, v = corners.max(axis=0)
    rows, columns = pixels_of(drawn(seen(an_obstacle(3.0))), AMBER, box=FEET)
    assert columns.max() == pytest.approx(u, abs=3)
    assert rows.max() == pytest.approx(v, abs=3)


def test_a_camera_of_another_size_is_scaled_to_the_picture():
    full = drawn(seen(an_obstacle()))
    half = drawn(seen(an_obstacle()), camera=scenes.a_camera().scaled(320, 240))
    assert np.array_equal(full, half)


def test_an_overhang_hangs_and_is_tied_to_the_floor_below():
    hanging = an_obstacle(4.0, bottom=1.1, top=1.5, kind=Kind.OVERHANG)
    rows, columns = pixels_of(drawn(seen(hanging)), AMBER, box=MIDDLE)
    lowest_of_frame = rows[np.bincount(rows, minlength=480)[rows] > 40].max()
    below = rows > lowest_of_frame + 10
    assert below.sum() > 20
    assert np.ptp(columns[below]) < 8


def test_a_drop_lies_flat_on_the_floor():
    drop = an_obstacle(2.5, width_m=1.0, kind=Kind.DROP_OFF, label="", zone=Zone.STOP)
    rows, _ = pixels_of(drawn(seen(drop)), RED, box=(0, 300, 490, 470))
    upright, _ = pixels_of(drawn(seen(replace(drop, kind=Kind.OBJECT))), RED, box=(0, 60, 490, 470))
    assert np.ptp(rows) < 0.5 * np.ptp(upright)


def test_something_out_of_view_is_pointed_at_on_its_side_unless_it_is_of_no_concern():
    for y, columns in ((3.0, slice(0, 8)), (-3.0, slice(632, 640))):
        beside = an_obstacle(0.5, y, zone=Zone.WARN)
        assert (drawn(seen(beside))[60:, columns] == AMBER).all(axis=-1).any()
        nothing = drawn(seen(replace(beside, zone=Zone.CLEAR)))
        assert not (nothing[60:, columns] == GREY).all(axis=-1).any()


def test_the_most_urgent_frame_lies_on_top():
    both = seen(an_obstacle(2.0, zone=Zone.WARN), an_obstacle(2.0, zone=Zone.STOP))
    out = drawn(both)
    assert not len(pixels_of(out, AMBER, box=(150, 300, 490, 430))[0])
    assert len(pixels_of(out, RED, box=(150, 300, 490, 430))[0])


@pytest.mark.parametrize(
    ("sight", "colour", "others"),
    [(Sight.BLIND, RED, (GREEN, AMBER)), (Sight.DEGRADED, AMBER, (GREEN, RED))],
)
def test_the_whole_band_has_the_colour_of_limited_sight(sight, colour, others):
    band = drawn(seen(sight=sight, reason="dark"))[:28]
    assert (band[3, 20:] == colour).all()
    for other in others:
        assert not (band == other).all(axis=-1).any()


def test_seeing_has_a_green_field_and_no_more():
    out = drawn(seen())
    rows, columns = pixels_of(out, GREEN)
    assert rows.max() < 30
    assert 60 < columns.max() < 160


def test_blind_frames_the_picture_and_stops_tinting_the_way():
    blind, seeing = drawn(seen(sight=Sight.BLIND, reason="frozen")), drawn(seen())
    for edge in (blind[:, 0], blind[:, -1], blind[-1]):
        assert (edge == RED).all()
    assert (blind[440, 320] == 110).all()
    assert (seeing[440, 320] > 110).all()


def test_the_corridor_is_symmetric_and_narrows_with_distance():
    out = drawn(seen())[:, :490]
    rows, columns = pixels_of(out, (255, 255, 255), box=(150, 250, 490, 478))
    for row in (300, 400, 470):
        here = columns[rows == row]
        assert here.min() + here.max() == pytest.approx(639, abs=4)
    assert np.ptp(columns[rows == 470]) > np.ptp(columns[rows == 300])


@pytest.mark.parametrize("floor", [True, False])
def test_the_corridor_is_dashed_where_the_floor_was_not_found(floor):
    out = drawn(seen(), status=scenes.a_status(floor=floor))
    rows, _ = pixels_of(out, (255, 255, 255), box=(200, 300, 310, 470))
    gaps = np.diff(sorted(set(rows)))
    assert (gaps.max() < 5) == floor


def test_words_lie_on_a_dark_bar_at_the_bottom():
    silent, speaking = drawn(seen()), drawn(seen(), saying="Stop! Chair ahead")
    assert (speaking[-4:, 5] < silent[-4:, 5]).all()
    assert (speaking[-4:, 5] > 0).all()  # the picture shines through
    assert (speaking[445:470, 150:490] > 240).any()
    assert np.array_equal(silent[60:400], speaking[60:400])


def test_the_age_is_written_only_when_the_time_is_known():
    without = drawn(seen())
    with_age = drawn(seen(), now_ns=STAMP_NS + 45_000_000)
    assert not np.array_equal(without[:28, 500:], with_age[:28, 500:])
    assert np.array_equal(without[28:], with_age[28:])


def test_the_map_has_the_walkers_left_at_its_left():
    chart = (496, 40, 632, 225)
    _, left = pixels_of(drawn(seen(an_obstacle(3.0, 1.2))), AMBER, box=chart)
    _, right = pixels_of(drawn(seen(an_obstacle(3.0, -1.2))), AMBER, box=chart)
    assert left.max() < 564 < right.min()


def test_the_map_has_far_things_above_near_ones():
    chart = (496, 40, 632, 225)
    near, _ = pixels_of(drawn(seen(an_obstacle(1.0))), AMBER, box=chart)
    far, _ = pixels_of(drawn(seen(an_obstacle(4.0))), AMBER, box=chart)
    assert far.max() < near.min()


def test_faces_are_blurred_before_anything_is_drawn_over_them():
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    box = np.array([[200, 200, 260, 270]], np.float32)
    faces = Detections(STAMP_NS, (640, 480), box, np.ones(1, np.float32), ("face",))
    image = ColourImage(STAMP_NS, noise)
    out = drawn(seen(), image=image, camera=None, faces=faces)
    assert out[200:270, 200:260].std() < 0.3 * noise.std()
    assert np.array_equal(out[300:400, 50:180], noise[300:400, 50:180])


@pytest.fixture
def written(monkeypatch):
    """Record where each text ends up."""
    boxes = []
    original = cv2.putText

    def record(bgr, text, origin, face, size, *rest):
        (width, height), below = cv2.getTextSize(text, face, size, 1)
        left, bottom = origin
        boxes.append((text, bgr.shape, left, bottom - height, left + width, bottom + below))
        return original(bgr, text, origin, face, size, *rest)

    monkeypatch.setattr(cv2, "putText", record)
    return boxes


@pytest.mark.parametrize(
    "size", [(640, 480), (320, 240), (1280, 720), (160, 120), (64, 48), (9, 7)]
)
def test_no_text_ever_leaves_the_picture(written, size):
    image = an_image(*size)
    things = [an_obstacle(1.0 + 0.4 * i, 1.5 - 0.3 * i, label="cupboard " * 6) for i in range(12)]
    out = drawn(
        seen(*things, sight=Sight.DEGRADED, reason="scale_unknown"),
        image=image,
        saying="A very long announcement that nobody would ever want to hear in one go " * 3,
        now_ns=STAMP_NS + 12_345_678_901,
    )
    assert out.shape == image.bgr.shape
    for text, shape, left, top, right, bottom in written:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= shape[1], text
        assert bottom <= shape[0], text
    if size[0] >= 320:
        assert any(text.startswith("cupboard") for text, *_ in written)


def test_labels_tell_name_and_distance_and_a_question_mark_where_it_is_not_known(written):
    drawn(seen(an_obstacle(2.06, 0.0)))
    drawn(seen(an_obstacle(2.06, 0.0, label=""), distances_known=False))
    drawn(seen(replace(an_obstacle(2.0), distance_m=math.nan)))
    texts = [text for text, *_ in written]
    assert "chair 2.1 m" in texts
    assert "obstacle ? m" in texts
    assert "chair ? m" in texts


any_number = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=60, deadline=None)
@given(
    numbers=st.lists(any_number, min_size=9, max_size=9),
    kind=st.sampled_from(Kind),
    zone=st.sampled_from(Zone),
    label=st.text(max_size=20),
    saying=st.text(max_size=60),
)
def test_nothing_that_an_obstacle_may_hold_stops_the_drawing(numbers, kind, zone, label, saying):
    x, y, z, d, bearing, bottom, top, y_min, y_max = numbers
    strange = replace(
        an_obstacle(kind=kind, zone=zone, label=label),
        nearest_m=(x, y, z),
        distance_m=d,
        bearing_rad=bearing,
        bottom_m=bottom,
        top_m=top,
        y_min_m=y_min,
        y_max_m=y_max,
    )
    with np.errstate(all="ignore"):
        out = drawn(seen(strange), image=an_image(160, 120), saying=saying)
    assert out.shape == (120, 160, 3)


@settings(max_examples=40, deadline=None)
@given(
    pitch_deg=st.floats(-89.0, 89.0),
    roll_deg=st.floats(-180.0, 180.0),
    height_m=st.floats(0.0, 3.0),
    focal_px=st.floats(1.0, 5000.0),
)
def test_no_attitude_stops_the_drawing(pitch_deg, roll_deg, height_m, focal_px):
    status = scenes.a_status(pitch_deg=pitch_deg, roll_deg=roll_deg, height_m=height_m)
    camera = Camera(160, 120, focal_px, focal_px, 80.0, 60.0)
    out = drawn(
        seen(an_obstacle(), an_obstacle(0.1, kind=Kind.DROP_OFF)),
        image=an_image(160, 120),
        status=status,
        camera=camera,
    )
    assert out.shape == (120, 160, 3)
