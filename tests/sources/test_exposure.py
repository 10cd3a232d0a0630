from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from followme.sources.exposure import blurred, covered, dimmed


def _dot() -> NDArray[np.uint8]:
    image = np.zeros((21, 31, 3), np.uint8)
    image[10, 15] = 240
    return image


def test_a_still_camera_does_not_blur() -> None:
    image = _dot()
    assert blurred(image, 0.3, -0.4) is image


@pytest.mark.parametrize("sign", [1, -1])
def test_blur_goes_where_the_image_goes_and_keeps_the_light(sign: int) -> None:
    across, down = blurred(_dot(), sign * 4.0, 0.0), blurred(_dot(), 0.0, sign * 4.0)
    assert np.count_nonzero(across[10, :, 0]) == 5
    assert np.count_nonzero(across[:, 15, 0]) == 1
    assert (down[:, 15, 0] == across[10, 5:26, 0]).all()
    assert across[..., 0].sum() == pytest.approx(240, abs=3)


def test_faster_turns_blur_more() -> None:
    peaks = [int(blurred(_dot(), px, 0.0).max()) for px in (0.0, 0.8, 2.0, 4.0, 8.0)]
    assert peaks == sorted(peaks, reverse=True)
    assert len(set(peaks)) == 5


def test_light_is_scaled_and_clipped() -> None:
    image = np.full((4, 5, 3), 100, np.uint8)
    assert dimmed(image, 1.0) is image
    assert (dimmed(image, 0.02) == 2).all()
    assert (dimmed(image, 3.0) == 255).all()


def test_a_cover_is_even() -> None:
    image = covered(4, 5, 40.4)
    assert image.shape == (4, 5, 3)
    assert (image == 40).all()
