"""Notes about objects that are told apart by identity: two intents of one thing may be equal."""

from __future__ import annotations

import copy
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class ByIdentity(Generic[K, V]):
    """A mapping by identity, which holds its keys; a deep copy of it knows the copies of them."""

    def __init__(self) -> None:
        self._pairs: dict[int, tuple[K, V]] = {}

    def __len__(self) -> int:
        return len(self._pairs)

    def __setitem__(self, key: K, value: V) -> None:
        self._pairs[id(key)] = (key, value)

    def get(self, key: object) -> V | None:
        """Return what was noted, None where nothing was."""
        pair = self._pairs.get(id(key))
        return None if pair is None else pair[1]

    def pop(self, key: object) -> V | None:
        """Return what was noted and forget it, None where nothing was."""
        pair = self._pairs.pop(id(key), None)
        return None if pair is None else pair[1]

    def __deepcopy__(self, memo: dict[int, Any]) -> ByIdentity[K, V]:
        """Return notes about the copies of the same objects."""
        twin: ByIdentity[K, V] = ByIdentity()
        memo[id(self)] = twin
        for key, value in self._pairs.values():
            twin[copy.deepcopy(key, memo)] = copy.deepcopy(value, memo)
        return twin
