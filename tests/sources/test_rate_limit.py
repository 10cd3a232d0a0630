from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.sources.rate_limit import RateLimit

MS = 1_000_000


def passed(rate_hz: float, stamps: list[int]) -> list[int]:
    limit = RateLimit(rate_hz)
    return [s for s in stamps if limit.passes(s)]


def test_slower_recording_passes_whole() -> None:
    stamps = [n * 200 * MS for n in range(20)]
    assert passed(10.0, stamps) == stamps


def test_every_third_of_thirty_a_second_passes() -> None:
    stamps = [round(n * 1e9 / 30) for n in range(31)]
    assert passed(10.0, stamps) == stamps[::3]


def test_wavering_stamps_keep_the_beat() -> None:
    stamps = [n * 33 * MS + (n * 7 % 11 - 5) * MS for n in range(300)]
    kept = passed(10.0, stamps)
    assert len(kept) == pytest.approx(stamps[-1] / (100 * MS), rel=0.05)


def test_after_a_gap_there_is_no_burst() -> None:
    stamps = [0, *(2_000 * MS + n * 33 * MS for n in range(7))]
    assert passed(10.0, stamps) == [0, 2_000 * MS, 2_099 * MS, 2_198 * MS]


@given(
    rate_hz=st.floats(0.5, 60.0),
    gaps=st.lists(st.integers(1 * MS, 400 * MS), max_size=60),
    begin=st.integers(0, 10**18),
)
def test_rate_is_never_exceeded(rate_hz: float, gaps: list[int], begin: int) -> None:
    stamps = [begin]
    for gap in gaps:
        stamps.append(stamps[-1] + gap)
    kept = passed(rate_hz, stamps)
    assert kept[0] == begin
    seconds = (stamps[-1] - begin) * 1e-9
    assert len(kept) <= seconds * rate_hz + 1.3
