"""A bar on a terminal for what takes more than a moment; nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Protocol, TypeVar

T = TypeVar("T", covariant=True)


class Indexed(Protocol[T]):
    """What has a length and things by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> T: ...


def progress(things: Indexed[T], words: str) -> Iterator[T]:
    """Yield things in their order, under a bar that says what is done with them."""
    if not sys.stderr.isatty():
        for i in range(len(things)):
            yield things[i]
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    for i in track(range(len(things)), description=words, console=console, transient=True):
        yield things[i]
