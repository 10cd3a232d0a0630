"""Labels painted over the picture: thin, only where known, below all that warns."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.drawing.palette import (
    CLASS_COLOURS,
    FLOOR_COLOUR,
    SIGHT_COLOUR,
    UNKNOWN_CLASSES,
    ZONE_COLOUR,
    class_colours,
)
from followme.drawing.segments import (
    are_about,
    classes_in,
    draw_legend,
    draw_segments,
    legend_box,
)
from followme.drawing.text import Scale
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.label_map import NO_CLASS, LabelMap
from followme.values.obstacle import Sight, Zone

from .scenes import STAMP_NS, an_image, an_obstacle, drawn, pixels_of, seen

NAMES = ("floor", "wall", "door", "chair", "unknown")
# the left of the picture: no band above, no map, no legend at the right, no subtitle below
LEFT = (slice(60, 400), slice(10, 300))
HALF_SECOND_NS = 500_000_000


def labels_of(labels: np.ndarray, names=NAMES, stamp_ns=STAMP_NS) -> LabelMap:
    labels = np.ascontiguousarray(labels, np.uint8)
    return LabelMap(stamp_ns, labels, np.full_like(labels, 255), names)


def all_of(label: int, height=480, width=640, **facts) -> LabelMap:
    return labels_of(np.full((height, width), label), **facts)


def painted(labels: LabelMap, grey=110, height=480, width=640) -> np.ndarray:
    bgr = np.full((height, width, 3), grey, np.uint8)
    draw_segments(bgr, labels)
    return bgr


# -- paint


@pytest.mark.parametrize(("label", "colour"), list(enumerate(class_colours(NAMES[:4]))))
def test_a_third_of_the_colour_of_its_class_is_laid_over_a_pixel(label, colour):
    expected = 0.66 * 110 + 0.34 * np.array(colour)
    assert np.abs(painted(all_of(label)) - expected).max() <= 1


@pytest.mark.parametrize("label", [NO_CLASS, NAMES.index("unknown")])
def test_unknown_is_not_painted_neither_as_floor_nor_as_anything(label):
    assert (painted(all_of(label)) == 110).all()


def test_unknown_pixels_among_known_ones_stay_as_they_are():
    labels = np.zeros((480, 640))
    labels[100:200, 100:200] = NO_CLASS
    bgr = painted(labels_of(labels))
    assert (bgr[100:200, 100:200] == 110).all()
    assert (bgr[labels == 0] != 110).any(axis=-1).all()


def test_a_line_in_the_colour_of_the_class_runs_where_two_meet():
    labels = np.zeros((48, 64))
    labels[:, 32:] = 1
    labels[30:] = 3
    bgr = painted(labels_of(labels), height=48, width=64)
    floor, wall, _, chair, _ = class_colours(NAMES)
    assert (bgr[:29, 31] == floor).all()
    assert (bgr[29, :31] == floor).all() and (bgr[29, 33:] == wall).all()
    for colour in (floor, wall, chair):
        assert len(pixels_of(bgr, colour)[0]) in (0, 29 + 32, 32)


@pytest.mark.parametrize("size", [(120, 160), (240, 320), (960, 1280), (100, 77)])
def test_labels_of_another_size_lie_over_the_same_part_of_the_picture(size):
    labels = np.full(size, NO_CLASS)
    labels[: size[0] // 2, : size[1] // 2] = 3
    bgr = painted(labels_of(labels))
    assert (bgr[:230, :310] != 110).any(axis=-1).all()
    assert (bgr[250:] == 110).all() and (bgr[:, 330:] == 110).all()


@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    picture=st.tuples(st.integers(0, 12), st.integers(0, 12)),
    seed=st.integers(0, 99),
)
def test_no_size_stops_the_painting_and_unknown_is_never_touched(size, picture, seed):
    some = np.array([0, 1, 2, 3, 4, NO_CLASS], np.uint8)
    labels = np.random.default_rng(seed).choice(some, size)
    bgr = np.full((*picture, 3), 110, np.uint8)
    draw_segments(bgr, labels_of(labels))
    if picture == size and labels.size:
        unknown = (labels == NO_CLASS) | (labels == 4)
        assert (bgr[unknown] == 110).all()
        assert (bgr[~unknown] != 110).any(axis=-1).all()


# -- colours


def _in_lab(colours: list[tuple[int, int, int]]) -> np.ndarray:
    """Return CIE L*a*b* (4, N, 3): as seen, and with each dichromacy (Machado et al. 2009)."""
    sights = np.array(
        [
            np.eye(3).tolist(),
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
             [-0.003882, -0.048116, 1.051998]],
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
             [-0.011820, 0.042940, 0.968881]],
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
             [0.004733, 0.691367, 0.303900]],
        ]
    )  # fmt: skip
    srgb = np.array(colours, float)[:, ::-1] / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    as_seen = np.clip(np.einsum("sij,nj->sni", sights, linear), 0, 1)
    gamma = np.where(as_seen <= 0.0031308, 12.92 * as_seen, 1.055 * as_seen ** (1 / 2.4) - 0.055)
    return cv2.cvtColor(gamma.astype(np.float32), cv2.COLOR_RGB2Lab)


def _least_apart(colours: list[tuple[int, int, int]]) -> float:
    lab = _in_lab(colours)
    pairs = itertools.combinations(range(len(colours)), 2)
    return min(float(np.linalg.norm(lab[:, a] - lab[:, b], axis=-1).min()) for a, b in pairs)


def test_the_distance_of_colours_is_measured_right():
    assert _least_apart([(0, 0, 0), (255, 255, 255)]) == pytest.approx(100, abs=0.5)
    # red and green of one brightness are what some people cannot tell apart
    assert _least_apart([(0, 0, 200), (0, 110, 0)]) < 26


def test_colours_of_classes_stay_apart_for_colour_blind_people_too():
    assert _least_apart([FLOOR_COLOUR, *CLASS_COLOURS]) > 25


@pytest.mark.parametrize("colour", [FLOOR_COLOUR, *CLASS_COLOURS])
def test_no_class_has_the_colour_of_a_zone_or_of_sight(colour):
    lab = _in_lab([colour, *ZONE_COLOUR.values(), *SIGHT_COLOUR.values()])[0]
    assert np.linalg.norm(lab[1:] - lab[0], axis=-1).min() > 20


def test_floor_is_never_green_wherever_it_stands():
    for names in (("floor", "wall"), ("unknown", "floor"), ("wall", "door", "floor")):
        blue, green, red = class_colours(names)[names.index("floor")]
        assert green < min(blue, red)


def test_classes_that_say_unknown_take_no_colour_from_the_others():
    plain = class_colours(("floor", "wall", "door"))
    assert class_colours(("unknown", "floor", "wall", "door"))[1:] == plain


def test_forty_classes_have_forty_colours():
    assert len(set(class_colours([f"class {i}" for i in range(40)]))) == 40


# -- of which image


@pytest.mark.parametrize(
    ("older_ns", "about"),
    [(0, True), (HALF_SECOND_NS, True), (HALF_SECOND_NS + 1, False), (-HALF_SECOND_NS - 1, False)],
)
def test_labels_are_drawn_over_images_of_the_next_half_second(older_ns, about):
    labels = all_of(0, stamp_ns=STAMP_NS - older_ns)
    assert are_about(labels, STAMP_NS) is about
    plain, out = drawn(seen()), drawn(seen(), labels=labels)
    assert (out[LEFT] != plain[LEFT]).any() == about
    assert about or np.array_equal(out, plain)


# -- legend


def written(monkeypatch, draw) -> list[tuple[str, int]]:
    """Return the words that something writes, with the row below each."""
    words = []
    original = cv2.putText

    def record(bgr, text, origin, *rest):
        words.append((text, origin[1]))
        return original(bgr, text, origin, *rest)

    monkeypatch.setattr(cv2, "putText", record)
    draw()
    return words


def a_street(**columns: int) -> LabelMap:
    """Return labels that show a class in so many columns each."""
    labels, at = np.full((480, 640), NO_CLASS), 0
    for name, count in columns.items():
        labels[:, at : at + count] = NAMES.index(name)
        at += count
    return labels_of(labels)


def test_classes_come_by_size_without_specks_and_without_the_unknown():
    street = a_street(wall=100, chair=200, unknown=300)
    assert classes_in(street) == ["chair", "wall"]
    labels = street.labels.copy()
    labels[:8, :8] = NAMES.index("door")
    assert classes_in(labels_of(labels)) == ["chair", "wall"]
    labels[:40, :40] = NAMES.index("door")
    assert classes_in(labels_of(labels)) == ["chair", "wall", "door"]


def test_nothing_known_has_no_classes():
    assert classes_in(all_of(NO_CLASS)) == []
    assert classes_in(all_of(NO_CLASS, names=())) == []
    assert classes_in(labels_of(np.zeros((0, 0)))) == []


def test_the_legend_names_the_classes_in_the_order_of_their_numbers(monkeypatch):
    bgr = an_image().bgr.copy()
    street = a_street(chair=300, floor=10, wall=100)
    words = written(
        monkeypatch, lambda: draw_legend(bgr, street, (500, 200, 630, 470), Scale.of(640, 480))
    )
    assert [text for text, _ in words] == ["floor", "wall", "chair"]
    rows = [row for _, row in words]
    assert 200 < rows[0] < rows[1] < rows[2] < 260
    for name in ("floor", "wall", "chair"):
        colour = class_colours(NAMES)[NAMES.index(name)]
        _, columns = pixels_of(bgr, colour)
        assert len(columns) > 40 and columns.min() >= 500 and columns.max() < 630
    assert not len(pixels_of(bgr, class_colours(NAMES)[2])[0])  # no door
    assert (bgr[:, :500] == 110).all() and (bgr[:200] == 110).all()


def test_where_there_is_little_room_the_largest_classes_are_named(monkeypatch):
    bgr = an_image().bgr.copy()
    street = a_street(floor=10, wall=100, door=30, chair=300)
    box = (500, 200, 630, 200 + 40)
    words = written(monkeypatch, lambda: draw_legend(bgr, street, box, Scale.of(640, 480)))
    assert [text for text, _ in words] == ["wall", "chair"]
    assert (bgr[240:] == 110).all()


@pytest.mark.parametrize("box", [(500, 200, 630, 205), (600, 200, 604, 400), (630, 300, 500, 200)])
def test_without_room_there_is_no_legend(box):
    bgr = an_image().bgr.copy()
    draw_legend(bgr, a_street(floor=300), box, Scale.of(640, 480))
    assert (bgr == 110).all()


def test_the_legend_stands_below_the_map_or_in_its_place():
    scale = Scale.of(640, 480)
    assert legend_box((0, 28, 640, 480), (496, 36, 632, 225), scale) == (496, 233, 632, 472)
    assert legend_box((0, 28, 640, 480), None, scale) == (320, 36, 632, 472)


@pytest.mark.parametrize(
    "size", [(640, 480), (320, 240), (1280, 720), (160, 120), (64, 48), (9, 7)]
)
def test_no_size_of_the_picture_stops_the_overlay(size):
    width, height = size
    out = drawn(seen(), image=an_image(*size), labels=a_street(floor=200, wall=300), saying="Door")
    assert out.shape == (height, width, 3)


# -- nothing that warns is hidden


def exactly(bgr: np.ndarray, colour) -> np.ndarray:
    return (bgr == colour).all(axis=-1)


@pytest.mark.parametrize("zone", [Zone.STOP, Zone.WARN, Zone.INFORM])
@pytest.mark.parametrize("y", [0.9, 0.0, -0.6, -1.3])
def test_frames_and_plates_of_obstacles_lie_over_paint_and_legend(zone, y):
    things = seen(an_obstacle(2.0, y, zone=zone, top=1.9))
    labels = a_street(floor=300, wall=100, door=100, chair=100)
    colour = ZONE_COLOUR[zone]
    plain, out = drawn(things), drawn(things, labels=labels)
    assert np.array_equal(exactly(plain, colour), exactly(out, colour))
    assert exactly(out, colour).sum() > 200


@pytest.mark.parametrize("sight", [Sight.SEEING, Sight.DEGRADED, Sight.BLIND])
def test_the_band_the_words_and_the_frame_of_blindness_are_the_same(sight):
    said = {"saying": "Stop! Chair ahead", "now_ns": STAMP_NS}
    plain = drawn(seen(sight=sight, reason="dark"), **said)
    out = drawn(seen(sight=sight, reason="dark"), labels=a_street(floor=300, wall=340), **said)
    letters = exactly(plain[430:], (255, 255, 255))
    assert letters.any() and (out[430:][letters] == 255).all()
    if sight is not Sight.SEEING:  # whose band the picture shines through
        assert np.array_equal(plain[:28], out[:28])
    if sight is Sight.BLIND:
        assert np.array_equal(plain[:, :3], out[:, :3])
    # the bar stays dark enough for white letters
    assert out[450:465, 10:100].max() < 128


def test_the_map_is_the_same_but_for_what_shines_through():
    things = seen(an_obstacle(2.0, 0.3, zone=Zone.STOP))
    chart = (slice(40, 220), slice(498, 630))
    plain, out = drawn(things)[chart], drawn(things, labels=all_of(1))[chart]
    assert np.abs(plain.astype(int) - out).max() < 20


def test_faces_stay_blurred_below_the_paint():
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    box = np.array([[200, 200, 260, 270]], np.float32)
    faces = Detections(STAMP_NS, (640, 480), box, np.ones(1, np.float32), ("face",))
    image = ColourImage(STAMP_NS, noise)
    out = drawn(seen(), image=image, camera=None, faces=faces, labels=all_of(0))
    assert out[200:270, 200:260].std() < 0.5 * out[300:370, 50:110].std()


def test_all_unknown_is_like_no_labels():
    assert np.array_equal(drawn(seen()), drawn(seen(), labels=all_of(NO_CLASS)))
    assert "unknown" in UNKNOWN_CLASSES
