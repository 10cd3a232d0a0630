"""Causes of lost sight, read off the images themselves."""

from __future__ import annotations

import numpy as np
import pytest

from followme.evaluation.image_faults import FaultWatch
from followme.evaluation.walk_record import Fault

PERIOD_S = 0.1


def noise(n: int, mean: float = 120.0, spread: float = 30.0) -> np.ndarray:
    grey = np.random.default_rng(n).normal(mean, spread, (24, 32, 1)).clip(0, 255)
    return np.repeat(grey, 3, axis=2).astype(np.uint8)


def watched(images) -> tuple[Fault, ...]:
    """Show images at 10 a second; None is an image that does not come."""
    watch = FaultWatch(PERIOD_S)
    for n, image in enumerate(images):
        if image is not None:
            watch.image(n * PERIOD_S, image)
    return watch.end((len(images) - 1) * PERIOD_S)


GOOD = [noise(n) for n in range(40)]


def test_a_camera_that_works_has_no_fault():
    assert watched(GOOD) == ()


@pytest.mark.parametrize(
    ("kind", "image"),
    [
        ("dark", lambda n: noise(n, 6.0, 8.0)),
        ("bright", lambda n: noise(n, 252.0, 3.0)),
        ("covered", lambda n: noise(n, 100.0, 1.5)),
        ("repeated", lambda n: GOOD[9]),
        ("stalled", lambda n: None),
    ],
)
def test_each_fault_is_found_from_its_first_image_to_its_last(kind, image):
    (fault,) = watched(GOOD[:10] + [image(n) for n in range(10, 22)] + GOOD[22:])
    assert fault.kind == kind
    assert fault.from_s == pytest.approx(1.0)
    assert fault.until_s == pytest.approx(2.2)


def test_a_camera_that_stalls_for_good_is_at_fault_to_the_end():
    (fault,) = watched(GOOD[:10] + [None] * 19)
    assert (fault.kind, fault.from_s) == ("stalled", pytest.approx(1.0))
    assert fault.until_s == pytest.approx(2.8)


def test_a_blink_is_no_fault():
    assert watched(GOOD[:10] + [None] * 3 + GOOD[13:]) == ()
    assert watched(GOOD[:10] + [noise(n, 6.0, 8.0) for n in range(4)] + GOOD[14:]) == ()
