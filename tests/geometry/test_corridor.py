from __future__ import annotations

import numpy as np
import pytest

from followme.geometry.corridor import Band, Corridor, Extent
from followme.settings import CorridorSettings, WalkerSettings

CORRIDOR = Corridor(CorridorSettings(), WalkerSettings())


@pytest.mark.parametrize(
    ("ahead_m", "half_m"), [(0.0, 0.35), (1.0, 0.35), (1.5, 0.35), (2.5, 0.39), (3.4, 0.426)]
)
def test_half_width_grows_beyond_one_and_a_half_metres(ahead_m, half_m):
    assert CORRIDOR.half_width_at(ahead_m) == pytest.approx(half_m)
    assert CORRIDOR.half_width(np.array([ahead_m], np.float32))[0] == pytest.approx(half_m)


def test_unknown_distance_has_no_width():
    assert np.isnan(CORRIDOR.half_width(np.array([np.nan], np.float32))[0])


@pytest.mark.parametrize(
    ("height_m", "band"),
    [
        (0.049, Band.FLOOR),
        (0.05, Band.FOOT),
        (0.684, Band.FOOT),
        (0.685, Band.TORSO),
        (1.349, Band.TORSO),
        (1.35, Band.HEAD),
        (2.029, Band.HEAD),
        (2.03, Band.ABOVE),
    ],
)
def test_bands_flip_at_their_limits(height_m, band):
    assert CORRIDOR.band(height_m) is band


def test_a_tall_walker_needs_more_headroom_and_a_small_one_no_less():
    tall = Corridor(CorridorSettings(), WalkerSettings(height_m=2.1))
    small = Corridor(CorridorSettings(), WalkerSettings(height_m=1.2))
    assert tall.band(2.1) is Band.HEAD
    assert small.head_high_m == pytest.approx(2.03)


@pytest.mark.parametrize(
    ("extent", "counts"),
    [
        (Extent(0.03, 0.01, 0.0, 1.0), True),  # a pole
        (Extent(0.02, 0.01, 0.0, 1.0), False),  # a cord
        (Extent(0.10, 0.10, 0.0, 0.06), True),  # a shoe
        (Extent(0.10, 0.10, 0.0, 0.04), False),  # a carpet's edge
        (Extent(0.80, 0.60, 0.72, 0.74), True),  # a table top, thin but wide
        (Extent(0.10, 0.02, 0.90, 1.00), False),  # too small to matter
        (Extent(0.50, 0.20, 1.50, 1.90), True),  # a shelf at the head
        (Extent(0.80, 0.10, 2.00, 2.03), False),  # a door's lintel, as low as doors are
        (Extent(0.80, 0.10, 2.10, 2.40), False),  # above
    ],
)
def test_size_that_counts(extent, counts):
    assert CORRIDOR.big_enough(extent) is counts


@pytest.mark.parametrize(("bottom_m", "blind"), [(0.0, False), (0.68, False), (0.69, True)])
def test_a_cane_passes_below_what_begins_above_its_reach(bottom_m, blind):
    assert CORRIDOR.cane_blind(bottom_m) is blind
