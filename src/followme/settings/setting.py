"""One setting: default, bounds, unit and words, and how a table of them is read.

Each part of FollowMe keeps its settings in one frozen dataclass whose fields are made by
:func:`setting`. ROS parameters, the YAML file, command line flags and the tables of the
documentation all come from these dataclasses.
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import math
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

Value = bool | int | float | str
T = TypeVar("T")


class SettingsError(ValueError):
    """A setting that cannot be used; the text names it, its value and the mend."""


@dataclass(frozen=True)
class Setting:
    """What is known about one setting.

    Parameters
    ----------
    name : str
        Dotted, as the ROS parameter is called ("corridor.half_width_m").
    type : type
        bool, int, float or str.
    default : bool, int, float or str
        Value when nobody sets it.
    text : str
        What it does, for a person.
    unit : str
        Unit, empty for none.
    low, high : float or None
        Bounds, both included; every number has both.
    choices : tuple of str
        Closed set of values of a str, empty when open.
    read_only : bool
        Whether it can only be set at start.
    """

    name: str
    type: type
    default: Value
    text: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = False

    def check(self, value: object) -> Value:
        """Return ``value`` in the setting's type.

        Raises
        ------
        SettingsError
            When type, bounds or choices are not kept.
        """
        accepted = (int, float) if self.type is float else self.type
        if not isinstance(value, accepted) or (isinstance(value, bool) and self.type is not bool):
            raise SettingsError(
                f"{self.name}: {value!r} is {type(value).__name__}, "
                f"give {_WORDS[self.type]} ({self.allowed()})"
            )
        if self.choices and value not in self.choices:
            raise SettingsError(
                f"{self.name}: {value!r} is none of {', '.join(self.choices)}"
                f"{did_you_mean(str(value), self.choices)}"
            )
        if self.type in (int, float) and not self._inside(typing.cast(float, value)):
            raise SettingsError(f"{self.name}: {value!r} is out of range, give {self.allowed()}")
        # only now: a whole number may be too large to be a float
        return float(typing.cast(float, value)) if self.type is float else typing.cast(Value, value)

    def allowed(self) -> str:
        """Return the permitted values in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.low is None and self.high is None:
            return f"default {self.default!r}"
        unit = f" {self.unit}" if self.unit else ""
        if self.high is None:
            return f"{self.low:.10g}{unit} or more"
        if self.low is None:
            return f"{self.high:.10g}{unit} or less"
        return f"{self.low:.10g} to {self.high:.10g}{unit}"

    def _inside(self, value: float) -> bool:
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        return low <= value <= high and abs(value) != math.inf  # NaN is outside


# quotes: YAML reads a bare no, on or 1.0 as something else
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}


def setting(
    default: Value,
    text: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    read_only: bool = False,
) -> Any:
    """Declare a field of a settings dataclass; see :class:`Setting`."""
    return dataclasses.field(
        default=default,
        metadata={
            "text": text,
            "unit": unit,
            "low": low,
            "high": high,
            "choices": choices,
            "read_only": read_only,
        },
    )


def settings_of(kind: type) -> list[Setting]:
    """Return every setting of a dataclass, parts flattened with dots, in order."""
    return list(_walk(kind, ""))


def _walk(kind: type, prefix: str) -> Iterator[Setting]:
    types = typing.get_type_hints(kind)
    for f in dataclasses.fields(kind):
        if dataclasses.is_dataclass(types[f.name]):
            yield from _walk(types[f.name], f"{prefix}{f.name}.")
        else:
            default = typing.cast(Value, f.default)
            yield Setting(f"{prefix}{f.name}", types[f.name], default, **f.metadata)


def build(kind: type[T], values: Mapping[str, object]) -> T:
    """Make a settings dataclass from dotted names.

    Parameters
    ----------
    kind : type
        The dataclass.
    values : mapping of str to value
        What differs from the defaults.

    Raises
    ------
    SettingsError
        For an unknown name (with the nearest valid one), a wrong type, a value out of range, or
        values that contradict each other.
    """
    known = {s.name: s for s in settings_of(kind)}
    for name in values:
        if name not in known:
            raise SettingsError(f"unknown setting {name!r}{did_you_mean(name, known)}")
    checked = {name: known[name].check(value) for name, value in values.items()}
    return _assemble(kind, checked, "")


def _assemble(kind: type[T], values: Mapping[str, Value], prefix: str) -> T:
    types = typing.get_type_hints(kind)
    arguments: dict[str, object] = {}
    for f in dataclasses.fields(kind):  # type: ignore[arg-type]
        name = f"{prefix}{f.name}"
        if dataclasses.is_dataclass(types[f.name]):
            arguments[f.name] = _assemble(types[f.name], values, f"{name}.")
        elif name in values:
            arguments[f.name] = values[name]
    try:
        return kind(**arguments)
    except SettingsError as error:  # a part does not know what it is called
        raise SettingsError(f"{prefix}{error}") from None


def rising(instance: object, *names: str) -> None:
    """Hold that each setting of a part is at least as large as the one before it.

    Raises
    ------
    SettingsError
        Naming the two that contradict each other.
    """
    for lower, upper in itertools.pairwise(names):
        low, high = getattr(instance, lower), getattr(instance, upper)
        if low > high:
            raise SettingsError(
                f"{lower}: {low!r} is above {upper}, which is {high!r}; lower it or raise {upper}"
            )


def flatten(instance: object) -> dict[str, Value]:
    """Return the dotted names and values of a settings dataclass."""
    flat: dict[str, Value] = {}
    for s in settings_of(type(instance)):
        value: Any = instance
        for step in s.name.split("."):
            value = getattr(value, step)
        flat[s.name] = value
    return flat


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known word, or an empty text."""
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
