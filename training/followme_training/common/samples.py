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
    return [samples[i] for i in evenly(len(samples), count)]


def evenly(total: int, count: int) -> list[int]:
    """Return the places of at most so many of a row, evenly spread from the first on."""
    chosen = max(0, min(count, total))
    return [i * total // chosen for i in range(chosen)]
