"""Walks stay where the generator has learnt, and come back to where they began."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from followme_training.datasets.errors import DataError
from followme_training.gan.sampling import latents
from followme_training.gan.walk import sheet, walk_latents, write_walk


def test_a_walk_passes_its_places_and_keeps_their_length() -> None:
    anchors = latents(3, 64, 0)
    way = walk_latents(anchors, 10)
    assert way.shape == (30, 64)
    assert np.allclose(way[::10], anchors, atol=1e-5)
    lengths, ends = np.linalg.norm(way, axis=1), np.linalg.norm(anchors, axis=1)
    # a straight line would fall to .7 of it in the middle
    assert lengths.min() > 0.95 * ends.min()
    steps = np.linalg.norm(np.diff(way, axis=0), axis=1)
    assert steps.max() < 2 * steps.min()


def test_places_on_one_line_are_walked_straight() -> None:
    one = np.ones((1, 4), np.float32)
    for other in (one, -one, 2 * one):
        way = walk_latents(np.concatenate([one, other]), 4)
        assert np.isfinite(way).all()
        assert np.allclose(way[2], (one + other) / 2, atol=1e-5)


@pytest.mark.parametrize(("places", "steps"), [(1, 5), (3, 0)])
def test_a_walk_to_nowhere_is_said(places: int, steps: int) -> None:
    with pytest.raises(DataError, match="goes nowhere; give 2 places and 1"):
        walk_latents(latents(places, 4, 0), steps)


def test_the_gif_has_each_step(tmp_path: Path) -> None:
    def sample(z: np.ndarray) -> np.ndarray:
        grey = (127 + 40 * z[:, :1, None, None]).clip(0, 255).astype(np.uint8)
        return np.broadcast_to(grey, (len(z), 8, 8, 3)).copy()

    write_walk(sample, 4, tmp_path / "w.gif", seed=0, places=2, steps=3)
    with Image.open(tmp_path / "w.gif") as film:
        assert film.n_frames == 6
        assert film.size == (8 * 8 * 2, 2 * 8 * 2)


def test_a_sheet_has_every_image_in_its_place() -> None:
    images = np.arange(5, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    joined = sheet(images, columns=3, enlarged=2)
    assert joined.shape == (8, 12, 3)
    assert [int(joined[0, x, 0]) for x in (0, 4, 8)] == [0, 1, 2]
    assert [int(joined[4, x, 0]) for x in (0, 4, 8)] == [3, 4, 255]
