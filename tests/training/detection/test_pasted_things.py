from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from followme_training.datasets.errors import DataError
from followme_training.datasets.pasting import Pasting
from followme_training.detection.data import DetectionData
from followme_training.detection.pasted_things import with_things
from followme_training.detection.sample import Boxes, BoxSample
from followme_training.detection.sources import Source
from tests.training.datasets.test_pasting import P, a_thing

CLASSES = ("door", "chair")


def a_sample(*doors: list[int]) -> BoxSample:
    rgb = np.full((96, 128, 3), 60, np.uint8)
    boxes = Boxes.of(doors, [0] * len(doors), ignored=[[0, 0, 4, 4]], labelled=(True, False))
    return BoxSample("room", rgb, boxes)


def furnished(sample: BoxSample, seed: int, p: Pasting = P) -> BoxSample:
    return with_things(sample, np.random.default_rng(seed), {"chair": [a_thing()]}, p, CLASSES)


def test_a_pasted_thing_has_a_box_around_what_is_seen_of_it() -> None:
    p = replace(P, most=1)
    for seed in range(40):
        view = furnished(a_sample(), seed, p)
        (box,) = view.boxes.xyxy
        assert view.boxes.classes.tolist() == [1]
        assert np.isnan(view.boxes.points).all()
        ys, xs = np.nonzero(np.abs(view.rgb.astype(int) - 60).sum(2) > 25)
        seen = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])
        # a thin seam is no longer the thing
        assert np.abs(seen - box).max() < 3.5
        assert (box >= 0).all() and (box <= (128, 96, 128, 96)).all()


def test_what_it_hides_becomes_an_ignore_area_and_the_rest_stays() -> None:
    whole, none = [0, 0, 128, 96], [[x, y, x + 6, y + 6] for x in (8, 60, 110) for y in (40, 80)]
    hidden = 0
    for seed in range(60):
        view = furnished(a_sample(whole, *none), seed)
        doors = view.boxes.xyxy[view.boxes.classes == 0].tolist()
        assert whole in doors, "a thing that hides little of a box leaves it"
        gone = [b for b in none if b not in doors]
        assert sorted(b for b in view.boxes.ignored.tolist() if b in none) == sorted(gone)
        hidden += len(gone)
    assert hidden > 10


def test_which_classes_are_complete_stays_and_so_does_the_original() -> None:
    sample = a_sample([10, 10, 40, 90])
    view = furnished(sample, 1)
    assert view.boxes.labelled.tolist() == [True, False]
    assert (sample.rgb == 60).all() and len(sample.boxes.xyxy) == 1


def test_settings_name_a_class_that_is_not_learnt(boxes_zip: Path) -> None:
    source = Source("coco", boxes_zip, "labels.json")
    with pytest.raises(DataError, match=r"data\.pasting\.kinds: 'chair' is none of the classes"):
        DetectionData([source], ["face"], pasting=P)
