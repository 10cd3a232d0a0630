from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme_training.datasets.cutouts import Cutout
from followme_training.datasets.errors import DataError
from followme_training.datasets.pasting import Pasting, drawn_things, paste

H, W = 96, 128
P = Pasting(Path("n.zip"), {"chair": [5]}, share=1.0)


def a_thing(name: str = "chair", height: int = 40, width: int = 30) -> Cutout:
    """Return a red thing; what is beside it in its photograph is green."""
    rgb = np.zeros((height, width, 3), np.uint8)
    mask = np.ones((height, width), np.bool_)
    mask[: height // 2, : width // 2] = False
    rgb[mask], rgb[~mask] = (200, 0, 0), (0, 250, 0)
    return Cutout(name, rgb, mask)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(8, 200), st.integers(8, 200))
def test_the_mask_is_where_the_picture_shows_the_thing(seed: int, height: int, width: int) -> None:
    grey = np.full((H, W, 3), 60, np.uint8)
    got = paste(grey, a_thing("chair", height, width), 12.0, np.random.default_rng(seed))
    assert got.rgb.shape == grey.shape and got.rgb.dtype == np.uint8
    x1, y1, x2, y2 = got.xyxy
    assert 12.0 - 1e-6 <= y2 - y1 <= max(12.0, 0.7 * H) + 1e-6
    ys, xs = np.nonzero(got.mask)
    if len(ys):
        assert x1 - 1.5 <= xs.min() and xs.max() + 1 <= x2 + 1.5
        assert y1 - 1.5 <= ys.min() and ys.max() + 1 <= y2 + 1.5
    # far from it nothing is changed, and what was beside the thing never comes along
    changed = np.abs(got.rgb.astype(int) - grey).sum(2) > 8
    ys, xs = np.nonzero(changed)
    if len(ys):
        assert x1 - 3 <= xs.min() and xs.max() <= x2 + 3 and y1 - 3 <= ys.min()
    assert got.rgb[..., 1].max() <= 64


def test_the_same_seed_gives_the_same_picture() -> None:
    grey = np.full((H, W, 3), 60, np.uint8)
    one, same = (paste(grey, a_thing(), 12.0, np.random.default_rng(7)) for _ in range(2))
    other = paste(grey, a_thing(), 12.0, np.random.default_rng(8))
    assert (one.rgb == same.rgb).all() and one.xyxy == same.xyxy
    assert one.xyxy != other.xyxy
    assert (grey == 60).all(), "the picture that was given is not changed"


def test_most_of_a_thing_is_in_the_picture() -> None:
    grey = np.full((H, W, 3), 60, np.uint8)
    for seed in range(200):
        x1, y1, x2, y2 = paste(grey, a_thing(), 12.0, np.random.default_rng(seed)).xyxy
        assert 0 <= (x1 + x2) / 2 < W and 0 <= (y1 + y2) / 2 < H


def test_each_class_is_drawn_as_often_as_any_other() -> None:
    things = {"chair": [a_thing("chair")] * 99, "table": [a_thing("table")]}
    p = replace(P, kinds={"chair": [5], "table": [7]}, most=1)
    drawn = [drawn_things(things, p, np.random.default_rng(n))[0].name for n in range(300)]
    assert 100 < drawn.count("table") < 200


def test_into_some_pictures_nothing_is_pasted() -> None:
    p = replace(P, share=0.25, most=3)
    things = {"chair": [a_thing()]}
    counts = [len(drawn_things(things, p, np.random.default_rng(n))) for n in range(400)]
    assert 60 < sum(c > 0 for c in counts) < 140
    assert set(counts) == {0, 1, 2, 3}
    assert not any(drawn_things(things, replace(P, share=0.0), np.random.default_rng(0)))


def drawn_from_one_list(
    things: list[Cutout], p: Pasting, random: np.random.Generator
) -> list[Cutout]:
    """Draw as it was done while all classes lay in one list."""
    if random.random() >= p.share:
        return []
    names = sorted({c.name for c in things})
    drawn = []
    for _ in range(int(random.integers(1, p.most + 1))):
        name = names[int(random.integers(len(names)))]
        alike = [c for c in things if c.name == name]
        drawn.append(alike[int(random.integers(len(alike)))])
    return drawn


def test_a_seed_draws_what_it_always_drew() -> None:
    # a run that is repeated, or taken up again, sees the same pictures; the names are not in order
    counts = {"table": 3, "chair": 7, "bed": 2}
    things = {name: [a_thing(name) for _ in range(n)] for name, n in counts.items()}
    mixed = [things["table"][0], *things["bed"], *things["chair"], *things["table"][1:]]
    p = replace(P, share=0.6, most=4)
    for seed in range(100):
        random, same = (np.random.default_rng(seed) for _ in range(2))
        drawn, before = drawn_things(things, p, random), drawn_from_one_list(mixed, p, same)
        assert [id(c) for c in drawn] == [id(c) for c in before]
        assert random.random() == same.random(), "whatever is drawn next is the same too"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kinds": {}}, "kinds is empty"),
        ({"share": 1.5}, r"share is 1\.5"),
        ({"share": float("nan")}, "share is nan"),
        ({"most": 0}, "most is 0"),
        ({"least_px": float("nan")}, "least_px is nan"),
        ({"least_px": 1.0}, "least_px is 1; give 4 or more"),
    ],
)
def test_settings_that_cannot_be_used_are_said(changed, words: str) -> None:
    with pytest.raises(DataError, match=words):
        replace(P, **changed)


def test_a_class_that_is_not_learnt_is_not_pasted() -> None:
    P.check(("door", "chair"))
    with pytest.raises(DataError, match=r"'chair' is none of the classes; did you mean 'chairs'\?"):
        P.check(("door", "chairs"))
