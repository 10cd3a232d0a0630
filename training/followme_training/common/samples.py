"""Samples by number, and a few of many."""

from __future__ import annotations

from typing import Protocol, TypeVar

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)


class Samples(Protocol[S_co]):
    """Samples by number; each may be read only when it is asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> S_co: ...


def spread(samples: Samples[S], count: int) -> list[S]:
    """Return at most so many, evenly spread over all; only these are read."""
    step = max(1, len(samples) // count)
    return [samples[i] for i in range(0, len(samples), step)][:count]
