from __future__ import annotations

import math

import numpy as np
import pytest

from followme.sources.sway import FULL_SWAY, NO_SWAY, Lean

_TIMES = np.arange(0.0, 10.0, 0.01)


@pytest.mark.parametrize("seed", range(6))
def test_a_walker_sways_as_the_specification_has_it(seed: int) -> None:
    swaying = FULL_SWAY.chosen(seed)
    leans = [swaying.at(t, 1.0) for t in _TIMES]
    pitch, yaw, roll = (
        math.degrees(max(abs(getattr(lean, f"{axis}_rad")) for lean in leans))
        for axis in ("pitch", "yaw", "roll")
    )
    assert 1.99 < pitch < 4.01
    assert 2.99 < yaw < 6.01
    assert 2.99 < roll < 3.01
    assert 0.0199 < max(lean.up_m for lean in leans) < 0.0301
    turns = np.diff(np.sign([lean.yaw_rad for lean in leans]))
    assert 1.5 < np.count_nonzero(turns) / 2 / 10.0 < 2.1


def test_the_seed_chooses() -> None:
    assert FULL_SWAY.chosen(3) == FULL_SWAY.chosen(3)
    assert FULL_SWAY.chosen(3) != FULL_SWAY.chosen(4)


def test_who_stands_does_not_sway_and_who_is_slow_sways_less() -> None:
    swaying = FULL_SWAY.chosen(1)
    assert swaying.at(1.23, 0.0) == Lean(0.0, 0.0, 0.0, 0.0)
    slow, fast = swaying.at(1.23, 0.25), swaying.at(1.23, 2.0)
    assert slow.yaw_rad == pytest.approx(0.5 * fast.yaw_rad)


def test_no_sway_is_none() -> None:
    assert NO_SWAY.chosen(5).at(2.0, 1.0) == Lean(0.0, 0.0, 0.0, 0.0)
