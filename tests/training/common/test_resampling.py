from __future__ import annotations

import numpy as np
import pytest

from followme_training.common.resampling import low_passed, resized_rgb


def test_what_shrinks_is_averaged() -> None:
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[::2, ::2] = 200
    assert (resized_rgb(rgb, (2, 2)) == 50).all()


def test_what_grows_lies_between_its_neighbours() -> None:
    rgb = np.zeros((1, 2, 3), np.uint8)
    rgb[:, 1] = 100
    assert resized_rgb(rgb, (1, 4))[0, :, 0].tolist() == [0, 25, 75, 100]


@pytest.mark.parametrize(("step_x", "step_y"), [(4.0, 1.0), (1.0, 4.0)])
def test_only_the_side_that_is_skipped_over_is_smoothed(step_x: float, step_y: float) -> None:
    rgb = np.zeros((32, 32, 3), np.uint8)
    rgb[16, 16] = 255
    smooth = low_passed(rgb, step_x, step_y)[..., 0]
    across, down = (smooth > 8).any(0).sum(), (smooth > 8).any(1).sum()
    assert (across > 2) == (step_x > 1)
    assert (down > 2) == (step_y > 1)
