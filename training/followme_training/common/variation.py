"""What a study varies: the text of an option, and the variants that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class StudyError(ValueError):
    """A study that cannot be carried out; one sentence with the mend."""


@dataclass(frozen=True)
class Variant:
    """One of the trainings of a study.

    Parameters
    ----------
    name : str
        What is changed, for people.
    changes : tuple of (str, str)
        Keys with dots of a settings file, and the values they get.
    """

    name: str
    changes: tuple[tuple[str, str], ...]

    @property
    def options(self) -> list[str]:
        """The changes as the command line has them."""
        return [f"--{key}={value}" for key, value in self.changes]

    @property
    def folder(self) -> str:
        """Name of a folder for its run."""
        return re.sub(r"[^\w.=+-]+", "-", self.name).strip("-")


def variants_of(options: Sequence[str]) -> list[Variant]:
    """Return what a study trains, in the order given.

    Each option is varied on its own, all else being as in the settings file: three options of two
    values each are six variants, not eight.

    Parameters
    ----------
    options : sequence of str
        ``KEY=VALUE,VALUE``, or ``KEY=VALUE,VALUE;KEY=VALUE,VALUE`` for keys that only make sense
        together: the first value of one goes with the first of the other, and so on. Commas inside
        of brackets belong to a value.

    Raises
    ------
    StudyError
        On a text of another form, and on variants that are given twice.
    """
    found = [variant for option in options for variant in _of_option(option)]
    for attribute, words in (("name", "is given twice"), ("folder", "has the folder of another")):
        seen: set[str] = set()
        for variant in found:
            mark = getattr(variant, attribute)
            if mark in seen:
                raise StudyError(f"variant {variant.name!r} {words}; give each value once")
            seen.add(mark)
    return found


def _of_option(option: str) -> list[Variant]:
    columns: dict[str, list[str]] = {}
    for part in split_outside_brackets(option, ";"):
        key, _, values = (text.strip() for text in part.partition("="))
        listed = split_outside_brackets(values, ",")
        if not key or key in columns or not all(listed):
            raise StudyError(
                f"what to vary is {option!r}; give KEY=VALUE,VALUE, as model.loss=focal,dice"
            )
        columns[key] = listed
    counts = {key: len(values) for key, values in columns.items()}
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{key} has {count}" for key, count in counts.items())
        raise StudyError(f"keys that vary together need as many values each, but {said}")
    shown = [_shown(values) for values in columns.values()]
    rows = zip(zip(*columns.values(), strict=True), zip(*shown, strict=True), strict=True)
    return [_variant(columns, given, words) for given, words in rows]


def _variant(keys: Iterable[str], given: Sequence[str], words: Sequence[str]) -> Variant:
    name = " ".join(f"{k.rpartition('.')[2]}={w}" for k, w in zip(keys, words, strict=True))
    return Variant(name, tuple(zip(keys, given, strict=True)))


def _shown(values: Sequence[str]) -> list[str]:
    """Return values for people: of paths the last part, where that tells them apart."""
    ends = [v if v[0] in "[({" else v.rstrip("/").rpartition("/")[2] or v for v in values]
    return ends if len(set(ends)) == len(set(values)) else list(values)


def split_outside_brackets(text: str, mark: str) -> list[str]:
    """Return the parts of a text between marks that are in no brackets, without outer spaces."""
    parts, depth, begun = [], 0, 0
    for i, letter in enumerate(text):
        depth += (letter in "[({") - (letter in "])}")
        if letter == mark and depth == 0:
            parts.append(text[begun:i].strip())
            begun = i + 1
    return [*parts, text[begun:].strip()]
