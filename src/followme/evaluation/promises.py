"""Whether what a walk promises can be judged at all, asked before hours are spent on others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from followme.evaluation.expectations import (
    Ban,
    Expectation,
    ExpectationError,
    Message,
    expectation_of,
)
from followme.sources.scene_file import load_walk


def check_promises(path: Path) -> None:
    """Refuse a walk that promises what nobody can judge.

    Parameters
    ----------
    path : Path
        File of the walk.

    Raises
    ------
    ValueError
        When the file or its expectations cannot be read, or are about a thing that is not there.
    """
    walk = load_walk(path)
    where = f"walk {path.name}: expect"
    known = sorted(thing.id for thing in walk.scene.things)
    for part, of in _named(expectation_of(walk.expect, where)):
        if of not in known:
            there = f"there are {', '.join(map(str, known))}" if known else "there is none"
            raise ExpectationError(f"{where} {part} of: there is no thing with id {of}, {there}")


def _named(expected: Expectation) -> Iterator[tuple[str, int]]:
    """Yield where an expectation names things, and by which ids."""
    parts: tuple[tuple[str, Sequence[Message | Ban]], ...] = (
        ("messages", expected.messages),
        ("never", expected.never),
    )
    for part, those in parts:
        for n, one in enumerate(those, start=1):
            if one.of is not None:
                yield f"{part}, {n}.", one.of
