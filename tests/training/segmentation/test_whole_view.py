"""Where a whole image lies in the input."""

from __future__ import annotations

import numpy as np
import pytest

from followme_training.common.resampling import resized_rgb
from followme_training.segmentation.whole_view import MEAN_RGB, whole_view


def noise(size_hw: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*size_hw, 3), np.uint8)


def test_an_image_is_stretched_as_the_runtime_does_it() -> None:
    rgb = noise((30, 70))
    view = whole_view(rgb, (24, 32), scale=1.5)
    assert view.shown_hw == (36, 48)
    assert (view.rgb == resized_rgb(rgb, (36, 48))).all()


@pytest.mark.parametrize("image_hw", [(375, 500), (500, 333), (513, 513), (1, 1)])
def test_an_image_that_fits_stays_as_it_is(image_hw: tuple[int, int]) -> None:
    rgb = noise(image_hw)
    view = whole_view(rgb, (513, 513), keep_aspect_ratio=True)
    height, width = view.shown_hw
    assert view.shown_hw == image_hw
    assert (view.rgb[:height, :width] == rgb).all()
    assert (view.rgb[height:] == MEAN_RGB).all()
    assert (view.rgb[:, width:] == MEAN_RGB).all()


@pytest.mark.parametrize(
    ("image_hw", "scale", "shown_hw"),
    [
        ((60, 120), 1.0, (24, 48)),
        ((120, 60), 1.0, (32, 16)),
        ((120, 60), 0.5, (16, 8)),
        ((16, 24), 1.5, (24, 36)),
        ((2, 4000), 1.0, (1, 48)),
    ],
)
def test_a_larger_image_is_shrunk_until_it_fits(image_hw, scale, shown_hw) -> None:
    view = whole_view(noise(image_hw), (32, 48), keep_aspect_ratio=True, scale=scale)
    assert view.rgb.shape == (round(32 * scale), round(48 * scale), 3)
    assert view.shown_hw == shown_hw
