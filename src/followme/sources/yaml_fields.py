"""Reads a mapping of a YAML file strictly: each key is known, each value of its kind."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from followme.settings import did_you_mean
from followme.sources.source import SourceError


class SceneError(SourceError):
    """A scene file that cannot be used; one sentence with the thing, the value and the mend."""


class Fields:
    """The keys of one mapping.

    Parameters
    ----------
    raw : object
        What YAML gave.
    where : str
        What errors call it.
    known : collection of str
        Keys that may stand in it.

    Raises
    ------
    SceneError
        When it is no mapping, or holds a key that is not known.
    """

    def __init__(self, raw: object, where: str, known: Collection[str]) -> None:
        if not isinstance(raw, Mapping):
            raise SceneError(f"{where}: {_short(raw)} must be a mapping with {', '.join(known)}")
        for key in raw:
            if key not in known:
                near = did_you_mean(key, known) or f", give one of {', '.join(known)}"
                raise SceneError(f"{where}: unknown key {key!r}{near}")
        self._raw = raw
        self.where = where

    def has(self, name: str) -> bool:
        """Return whether a key is given."""
        return self._raw.get(name) is not None

    def raw(self, name: str) -> Any:
        """Return what stands there, as YAML gave it."""
        return self._raw.get(name)

    def section(self, name: str, known: Collection[str]) -> Fields:
        """Return a mapping below; an absent one is empty."""
        value = self._raw.get(name)
        return Fields({} if value is None else value, self._name(name), known)

    def items(self, name: str) -> Sequence[Any]:
        """Return a list below; an absent one is empty."""
        value = self._raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise SceneError(f"{self._name(name)}: {_short(value)} must be a list")
        return value

    def number(
        self,
        name: str,
        default: float | None = None,
        low: float = -1000.0,
        high: float = 1000.0,
    ) -> float:
        """Return a number from low to high; without a default it must be given."""
        return self._number(self._name(name), self._given(name, default), low, high)

    def length(self, name: str, default: float | None = None, high: float = 200.0) -> float:
        """Return a length in metres, 1 mm or more."""
        return self.number(name, default, 1e-3, high)

    def whole(self, name: str, default: int | None = None, low: int = 0, high: int = 10**9) -> int:
        """Return a whole number from low to high."""
        value = self._given(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise SceneError(
                f"{self._name(name)}: {_short(value)} must be a whole number from {low} to {high}"
            )
        return value

    def numbers(
        self,
        name: str,
        count: int,
        default: tuple[float, ...] | None = None,
        low: float = -1000.0,
    ) -> tuple[float, ...]:
        """Return a fixed count of numbers, as a place or a size is given."""
        return self._numbers(self._name(name), self._given(name, default), count, low)

    def place(self, name: str, default: tuple[float, float] | None = None) -> tuple[float, float]:
        """Return a place on the floor, x and y in metres."""
        x, y = self.numbers(name, 2, default)
        return x, y

    def places(self, name: str) -> tuple[tuple[float, float], ...]:
        """Return one place or more."""
        found = []
        for n, item in enumerate(self.items(name), start=1):
            x, y = self._numbers(f"{self._name(name)}, {n}.", item, 2, -1000.0)
            found.append((x, y))
        if not found:
            raise SceneError(f"{self._name(name)}: it is missing, give places as [[x, y], ...]")
        return tuple(found)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self._given(name, default)
        if not isinstance(value, str) or not value.strip():
            raise SceneError(f"{self._name(name)}: {_short(value)} must be a text in quotes")
        return value

    def choice(self, name: str, options: Collection[str], default: str | None = None) -> str:
        """Return one of a closed set of words."""
        value = self._given(name, default)
        if not isinstance(value, str) or value not in options:
            near = did_you_mean(value, options)
            raise SceneError(
                f"{self._name(name)}: {_short(value)} is none of {', '.join(options)}{near}"
            )
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return true or false."""
        value = self._given(name, default)
        if not isinstance(value, bool):
            raise SceneError(f"{self._name(name)}: {_short(value)} must be true or false")
        return value

    def colour(self, name: str, default: tuple[int, int, int]) -> tuple[int, int, int]:
        """Return red, green and blue, 0 to 255 each."""
        red, green, blue = (
            int(v) for v in self._numbers(self._name(name), self._given(name, default), 3, 0.0, 255)
        )
        return red, green, blue

    def _given(self, name: str, default: Any) -> Any:
        value = self._raw.get(name)
        if value is None:
            if default is None:
                raise SceneError(f"{self._name(name)} is missing, give it")
            return default
        return value

    def _name(self, name: str) -> str:
        return f"{self.where} {name}"

    def _numbers(
        self, where: str, value: Any, count: int, low: float, high: float = 1000.0
    ) -> tuple[float, ...]:
        if not isinstance(value, (list, tuple)) or len(value) != count:
            raise SceneError(f"{where}: {_short(value)} must be {count} numbers in brackets")
        return tuple(self._number(where, item, low, high) for item in value)

    def _number(self, where: str, value: Any, low: float, high: float) -> float:
        usual = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not usual or not math.isfinite(value) or not low <= value <= high:
            raise SceneError(f"{where}: {_short(value)} must be a number from {low:g} to {high:g}")
        return float(value)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
