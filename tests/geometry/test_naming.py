from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.measuring import Blob
from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.geometry.naming import Sighting, SightingRing, names_of
from followme.settings import NamingSettings
from followme.values.detections import Detections
from followme.values.label_map import NO_CLASS, LabelMap
from followme.values.obstacle import Kind

from .scene import Walk, box_at

H, W = 120, 160
S = NamingSettings()
NAMES = ("floor", "chair", "person")


@lru_cache(maxsize=1)
def _any_blob() -> Blob:
    walk = Walk()
    walk.look([box_at(2.0)])
    return walk.finder._tracker.tracks[0].blob


def a_blob(rows: slice, columns: slice, weight: int = 1) -> Blob:
    """A thing whose pixels fill a rectangle."""
    pixel = np.arange(H * W).reshape(H, W)[rows, columns].ravel()
    return replace(_any_blob(), pixel=pixel, pixel_weight=weight)


def a_sighting(*blobs: Blob) -> Sighting:
    return Sighting(H, W, tuple(enumerate(blobs, start=1)))


def found(*boxes: tuple[float, float, float, float], name="chair", score=None, size=(W, H)):
    n = len(boxes)
    sure = np.linspace(0.9, 0.8, n) if score is None else np.array(score)
    return Detections(
        0,
        size,
        np.array(boxes, np.float32).reshape(n, 4),
        sure.astype(np.float32),
        (name,) * n if isinstance(name, str) else name,
    )


def boxed(sighting: Sighting, *boxes, who=OBJECTS, s=S, **facts) -> dict[int, str]:
    return names_of(sighting, who, found(*boxes, **facts), s)


LEFT = a_blob(slice(40, 80), slice(20, 50))
RIGHT = a_blob(slice(40, 80), slice(100, 130))
LEFT_BOX, RIGHT_BOX = (20, 40, 49, 79), (100, 40, 129, 79)


def test_nothing_was_seen():
    assert boxed(a_sighting(LEFT)) == {1: ""}


def test_nothing_stands_there():
    assert boxed(a_sighting(), LEFT_BOX) == {}


@pytest.mark.parametrize(("box", "named"), [(LEFT_BOX, 1), (RIGHT_BOX, 2)])
def test_a_box_names_the_thing_in_it_and_no_other(box, named):
    assert boxed(a_sighting(LEFT, RIGHT), box) == {1: "", 2: "", named: "chair"}


def test_a_box_of_a_larger_image_names_the_same_thing():
    large = tuple(4 * (v + 0.5) - 0.5 for v in LEFT_BOX)
    assert boxed(a_sighting(LEFT, RIGHT), large, size=(4 * W, 4 * H)) == {1: "chair", 2: ""}


def test_what_stands_behind_a_thing_does_not_get_its_name():
    wall = a_blob(slice(0, 100), slice(0, 160))
    assert boxed(a_sighting(LEFT, wall), LEFT_BOX) == {1: "chair", 2: ""}


def test_a_pole_before_a_thing_does_not_get_its_name():
    pole = a_blob(slice(35, 80), slice(34, 36))
    assert boxed(a_sighting(pole, LEFT), LEFT_BOX) == {1: "", 2: "chair"}
    assert boxed(a_sighting(pole), LEFT_BOX) == {1: ""}


def test_only_pixels_inside_the_shrunk_box_count():
    # a third lies in the box, all of it in its rim
    rim = a_blob(slice(40, 80), slice(10, 22))
    assert boxed(a_sighting(rim), LEFT_BOX, s=NamingSettings(box_share=0.1)) == {1: ""}


def test_the_few_pixels_of_a_speck_name_nothing():
    speck = a_blob(slice(50, 54), slice(30, 34))
    assert boxed(a_sighting(speck), (29, 49, 34, 54)) == {1: ""}


def test_pixels_stand_for_those_that_were_thinned_out():
    thin = a_blob(slice(40, 80, 2), slice(20, 50, 2), weight=4)
    sparse = a_blob(slice(40, 80, 4), slice(20, 50, 4))
    assert boxed(a_sighting(thin), LEFT_BOX) == {1: "chair"}
    assert boxed(a_sighting(sparse), LEFT_BOX) == {1: ""}


def test_of_two_boxes_on_one_thing_the_surer_one_names_it():
    two = (LEFT_BOX, LEFT_BOX)
    sighting = a_sighting(LEFT)
    assert boxed(sighting, *two, name=("chair", "door"), score=(0.6, 0.9)) == {1: "door"}
    assert boxed(sighting, *two, name=("chair", "door"), score=(0.9, 0.6)) == {1: "chair"}


def test_a_face_makes_a_person_of_the_thing_it_is_a_part_of():
    person = a_blob(slice(20, 100), slice(60, 90))
    face = (70, 22, 80, 34)
    assert boxed(a_sighting(person, LEFT), face, who=FACES) == {1: "person", 2: ""}
    assert boxed(a_sighting(person), face, who=OBJECTS) == {1: ""}


def test_a_face_beside_a_thing_names_nothing():
    assert boxed(a_sighting(LEFT), (60, 40, 70, 50), who=FACES) == {1: ""}


def labelled(labels: np.ndarray, confidence: int | np.ndarray = 200) -> LabelMap:
    sure = np.zeros_like(labels) + np.asarray(confidence, np.uint8)
    return LabelMap(0, labels, sure, NAMES)


def by_labels(blob: Blob, labels: np.ndarray, confidence=200, s=S) -> str:
    return names_of(a_sighting(blob), LABELS, labelled(labels, confidence), s)[1]


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_labels_of_an_image_of_any_size_name_the_things_below_them(factor):
    labels = np.zeros((factor * H, factor * W), np.uint8)
    labels[:, : factor * W // 2] = 1
    labels[:, factor * W // 2 :] = 2
    named = names_of(a_sighting(LEFT, RIGHT), LABELS, labelled(labels), S)
    assert named == {1: "chair", 2: "person"}


def test_the_majority_inside_a_thing_names_it():
    labels = np.full((H, W), 2, np.uint8)
    labels[40:80, 20:38] = 1
    assert by_labels(LEFT, labels) == "chair"
    assert by_labels(LEFT, labels, s=NamingSettings(label_share=0.7)) == ""


def test_sure_pixels_weigh_more():
    labels = np.full((H, W), 2, np.uint8)
    labels[40:80, 20:38] = 1
    sure = np.where(labels == 2, 255, 50).astype(np.uint8)
    assert by_labels(LEFT, labels, sure) == "person"


def test_floor_names_no_thing():
    assert by_labels(LEFT, np.zeros((H, W), np.uint8)) == ""


def test_labels_that_nobody_is_sure_of_name_nothing():
    assert by_labels(LEFT, np.ones((H, W), np.uint8), 0) == ""


class TestUnknownPixels:
    """Class 0 is a thing here, so that unknown taken for it would be heard."""

    THINGS = ("chair", "person")

    def named(self, labels: np.ndarray, confidence: int = 200, s=S) -> str:
        sure = np.full(labels.shape, confidence, np.uint8)
        seen = LabelMap(0, labels, sure, self.THINGS)
        return names_of(a_sighting(LEFT), LABELS, seen, s)[1]

    @pytest.mark.parametrize("share", [0.0, 0.5])
    def test_they_name_nothing(self, share):
        s = NamingSettings(label_share=share)
        assert self.named(np.full((H, W), NO_CLASS, np.uint8), s=s) == ""

    def test_they_name_nothing_where_there_are_no_names_at_all(self):
        unknown = np.full((H, W), NO_CLASS, np.uint8)
        seen = LabelMap(0, unknown, unknown, ())
        assert names_of(a_sighting(LEFT), LABELS, seen, S) == {1: ""}

    @pytest.mark.parametrize(("columns", "name"), [(14, ""), (16, "person")])
    def test_they_are_a_part_of_the_thing(self, columns, name):
        labels = np.full((H, W), NO_CLASS, np.uint8)
        labels[:, 20 : 20 + columns] = 1  # the thing has 30 columns
        assert self.named(labels) == name

    def test_they_lend_no_weight_to_a_name_that_few_pixels_have(self):
        labels = np.full((H, W), NO_CLASS, np.uint8)
        labels[:, 20:24] = 0
        assert self.named(labels) == ""


@given(
    st.lists(
        st.tuples(st.integers(0, 150), st.integers(0, 110), st.integers(1, 60), st.integers(1, 60)),
        max_size=5,
    ),
    st.lists(
        st.tuples(st.integers(0, 150), st.integers(0, 110), st.integers(1, 60), st.integers(1, 60)),
        max_size=4,
    ),
)
def test_each_thing_has_one_answer_and_a_box_names_one_thing_at_most(blobs, boxes):
    sighting = a_sighting(*(a_blob(slice(y, y + h), slice(x, x + w)) for x, y, w, h in blobs))
    corners = [(x, y, x + w, y + h) for x, y, w, h in boxes]
    named = boxed(sighting, *corners, name=tuple(f"box{i}" for i in range(len(boxes))))
    assert set(named) == {id for id, _ in sighting.things}
    given_names = [n for n in named.values() if n]
    assert len(set(given_names)) == len(given_names)


def test_left_and_right_swap_with_the_picture():
    mirrored = [(W - 1 - r, t, W - 1 - x, b) for x, t, r, b in (LEFT_BOX,)]
    swapped = a_blob(slice(40, 80), slice(W - 50, W - 20))
    assert boxed(a_sighting(swapped, LEFT), *mirrored) == {1: "chair", 2: ""}


def test_the_ring_forgets_the_oldest():
    ring = SightingRing()
    for stamp_ns in range(7):
        ring.put(stamp_ns, a_sighting())
    assert [ring.get(n) is not None for n in range(8)] == [False] * 2 + [True] * 5 + [False]
    ring.clear()
    assert ring.get(6) is None


class TestThroughTheFinder:
    """A walker who looks at a box that is called something."""

    def look(self, walk: Walk, name: str, late: int = 0, frames: int = 6, who=OBJECTS, **more):
        """Look some frames; each is named after ``late`` further ones."""
        stamps: list[int] = []
        for _ in range(frames):
            stamps.append(walk.stamp_ns)
            last = walk.look([box_at(3.0)], **more)
            if len(stamps) > late:
                everywhere = found((90, 60, 230, 200), name=name, size=(320, 240))
                at = stamps[-1 - late]
                walk.finder.name(who, replace(everywhere, stamp_ns=at))
        return last, walk

    def test_a_thing_gets_the_name_of_its_box(self):
        found_things, _ = self.look(Walk(), "chair")
        (thing,) = found_things.obstacles
        assert (thing.label, thing.kind) == ("chair", Kind.OBJECT)

    @pytest.mark.parametrize(("late", "label"), [(0, "chair"), (3, "chair"), (4, "chair"), (5, "")])
    def test_names_may_come_while_their_depth_is_remembered(self, late, label):
        found_things, _ = self.look(Walk(), "chair", late=late, frames=12)
        assert found_things.obstacles[0].label == label

    def test_a_person_is_a_kind(self):
        found_things, _ = self.look(Walk(), "person")
        assert found_things.obstacles[0].kind is Kind.PERSON
        found_things, _ = self.look(Walk(), "face", who=FACES)
        assert (found_things.obstacles[0].kind, found_things.obstacles[0].label) == (
            Kind.PERSON,
            "person",
        )

    def test_a_name_changes_nothing_but_label_kind_and_confidence(self):
        named, _ = self.look(Walk(), "person")
        plain, _ = self.look(Walk(), "person", late=99)
        (a,), (b,) = named.obstacles, plain.obstacles
        assert replace(a, label="", kind=b.kind, confidence=b.confidence) == b
        assert a.confidence <= b.confidence

    def test_a_thing_out_of_view_keeps_its_name(self):
        _, walk = self.look(Walk(), "chair")
        carried = walk.finder.carry(walk.stamp_ns + 300_000_000)
        assert carried.obstacles[0].label == "chair"

    def test_what_hangs_stays_an_overhang_whatever_it_is_called(self):
        walk = Walk()
        for _ in range(6):
            stamp_ns = walk.stamp_ns
            seen = walk.look([box_at(3.0, z=(1.2, 1.9))])
            box = found((0, 0, 319, 239), name="person", size=(320, 240))
            easy = replace(walk.finder._s, naming=NamingSettings(box_cover=0.0))
            walk.finder._s = easy
            walk.finder.name(OBJECTS, replace(box, stamp_ns=stamp_ns))
        (thing,) = seen.obstacles
        assert (thing.kind, thing.label) == (Kind.OVERHANG, "person")

    def test_after_a_jump_of_time_old_names_find_nothing(self):
        _, walk = self.look(Walk(), "", late=99)
        old_ns = walk.stamp_ns - 100_000_000
        walk.finder.reset()
        walk.finder.name(OBJECTS, replace(found(LEFT_BOX), stamp_ns=old_ns))
        assert walk.finder._tracker.tracks == []
