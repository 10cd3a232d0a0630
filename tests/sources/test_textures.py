from __future__ import annotations

import numpy as np
import pytest

from followme.sources.atlas import Atlas
from followme.sources.parts import Finish
from followme.sources.textures import draw


@pytest.mark.parametrize("finish", list(Finish))
@pytest.mark.parametrize(
    "size_m", [(0.001, 0.001), (0.02, 1.0), (1.0, 0.02), (1.0, 2.1), (9.0, 2.4)]
)
def test_every_finish_can_be_drawn_at_any_size(finish: Finish, size_m: tuple[float, float]) -> None:
    picture = draw(finish, size_m, (120, 100, 80), np.random.default_rng(0), 60.0)
    assert picture.shape[2] == 3
    assert picture.shape[0] >= 2
    assert picture.shape[1] >= 2
    assert np.isfinite(picture).all()


def test_colours_are_red_green_blue_and_pictures_blue_green_red() -> None:
    picture = draw(Finish.PLAIN, (1.0, 1.0), (200, 100, 10), np.random.default_rng(0), 50.0)
    blue, green, red = picture.mean(axis=(0, 1))
    assert blue < green < red


def test_a_wall_has_its_skirting_below() -> None:
    wall = draw(Finish.WALL, (4.0, 2.5), (210, 200, 190), np.random.default_rng(0), 50.0)
    assert wall[:3].mean() < 0.6 * wall[-40:-20].mean()


def test_the_atlas_keeps_pictures_apart_with_a_rim() -> None:
    atlas = Atlas()
    places = [atlas.add(np.full((5, 2000, 3), value, np.float32)) for value in (10, 20, 30)]
    whole = atlas.picture()
    for (column, row), value in zip(places, (10, 20, 30), strict=True):
        assert (whole[row - 1 : row + 6, column - 1 : column + 2001, :3] == value).all()


def test_a_picture_wider_than_any_is_refused() -> None:
    with pytest.raises(ValueError, match="coarser"):
        Atlas().add(np.zeros((2, 40_000, 3), np.float32))
