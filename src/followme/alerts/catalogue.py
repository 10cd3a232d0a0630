"""The words of one language: a YAML file, read strictly (assistive specification D)."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from followme.settings import did_you_mean

#: Names that are spoken; every other label is an obstacle.
TYPES = (
    *("person", "chair", "table", "door", "wall", "pole", "box", "bag", "bed", "sofa"),
    *("cupboard", "plant", "bin", "cart", "bicycle", "screen", "obstacle"),
)
#: Words of sides, by the lower-case name of ``followme.values.obstacle.Side``.
DIRECTIONS = ("ahead", "ahead_left", "ahead_right", "left", "right")
UNITS = ("metre", "step", "foot")
#: Ways to say one phrase: at a known distance, nearer than 1 metre, at an unknown distance.
FORMS = ("number", "close", "bare")
#: No phrase of any language may be longer (B7).
MOST_WORDS = 6

_SIGHTED = ("object", "overhang_head", "overhang_chest", "overhang_waist")
_FLOOR = ("drop", "stairs_down", "stairs_up", "glass", "floor_unclear")
_SLOTS_OF = {"object": {"type", "dir"}, **{name: {"dir"} for name in _SIGHTED[1:]}}
# What no other language can lend.
_OF_A_FILE = ("language", "max_words", "decimal")
_PLAIN = {
    "stop": (*_SIGHTED[1:], *_FLOOR),
    "warn": ("crowd",),
    "inform": ("crowd",),
    "brief": (*_FLOOR, "gap"),
    "clear": ("words",),
    "health": (
        *("vision_lost", "vision_back", "too_dark", "view_blocked", "no_distance"),
        *("view_limited", "distances_uncertain"),
    ),
    "reply": ("gone", "hushed", "hushed_thirty", "ready"),
}


class PhraseError(ValueError):
    """A catalogue that cannot be used; one sentence with file, entry and mend."""


@dataclass(frozen=True)
class Catalogue:
    """The checked content of a file.

    Parameters
    ----------
    language : str
        As the file says.
    texts : mapping of str to str
        Words by dotted name: "type.chair", "unit.metre.one", "stop.object", "warn.object.close".
    borrowed : tuple of str
        Names whose words the file lacks and another language lends.
    """

    language: str
    texts: Mapping[str, str]
    borrowed: tuple[str, ...] = ()


def read_catalogue(path: Path, lender: Catalogue | None = None) -> Catalogue:
    """Read a catalogue.

    Parameters
    ----------
    lender : Catalogue or None
        Whose words stand for those that the file lacks: a word of another language is better
        than no warning. None: nothing may be missing.

    Raises
    ------
    PhraseError
        When the file cannot be read, is no mapping, has an unknown entry, lacks one, or when an
        entry is of the wrong type, has other slots than it should, or grows too long.
    """
    content = _mapping(path)
    slots = _slots()
    flat = dict(_flatten(path, content, "", slots))
    borrowed: tuple[str, ...] = ()
    if lender is not None:
        lent = {n: t for n, t in lender.texts.items() if n not in flat and n not in _OF_A_FILE}
        borrowed = tuple(lent)
        flat |= lent
    for name in slots:
        if name not in flat:
            raise PhraseError(f"{path.name}: {name} is missing, add it as in phrases.en.yaml")
    most_words = flat.pop("max_words")
    if not isinstance(most_words, int) or not 1 <= most_words <= MOST_WORDS:
        raise PhraseError(
            f"{path.name}: max_words is {most_words!r}, give a whole number from 1 to {MOST_WORDS}"
        )
    texts = {name: _text(path, name, value) for name, value in flat.items()}
    for name, text in texts.items():
        _check_slots(path, name, text, slots[name])
    longest = _longest_words(texts)
    for name, text in texts.items():
        _check_length(path, name, text, longest, most_words)
    return Catalogue(texts["language"], texts, borrowed)


def _slots() -> dict[str, set[str]]:
    """Return every entry of a catalogue with the slots that it must have."""
    slots: dict[str, set[str]] = {"language": set(), "max_words": set(), "decimal": set()}
    slots |= {f"unit.{unit}.{plural}": set() for unit in UNITS for plural in ("one", "other")}
    slots |= {f"dir.{name}": set() for name in DIRECTIONS}
    slots |= {f"type.{name}": set() for name in TYPES}
    slots |= {f"{family}.{name}": set() for family, names in _PLAIN.items() for name in names}
    for name in ("stop.object", "warn.several", "brief.object"):
        slots[name] = {"type", "dir"}
    slots["brief.overhang"] = {"dir"}
    for family in ("warn", "inform"):
        for name in (*_SIGHTED, *_FLOOR, "gap", "approaching"):
            for form in FORMS:
                number = {"n", "unit"} if form == "number" else set()
                slots[f"{family}.{name}.{form}"] = _SLOTS_OF.get(name, set()) | number
    return slots


def _mapping(path: Path) -> Mapping[object, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PhraseError(
            f"{path.name}: cannot be read ({error.strerror}), give a catalogue of phrases"
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f" in line {mark.line + 1}"
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise PhraseError(f"{path.name}: no YAML text{where} ({reason}), mend it") from error
    if not isinstance(content, Mapping):
        kind = "empty" if content is None else f"a {type(content).__name__}"
        raise PhraseError(
            f"{path.name}: it is {kind}, write a mapping of phrases as in phrases.en.yaml"
        )
    return content


def _flatten(
    path: Path, branch: Mapping[object, object], prefix: str, known: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield dotted names and values; only known branches are entered, so none is endless."""
    for key, value in branch.items():
        name = f"{prefix}{key}"
        if name in known:
            yield name, value
        elif any(k.startswith(f"{name}.") for k in known):
            if not isinstance(value, Mapping):
                raise PhraseError(
                    f"{path.name}: {name} is {_shown(value)}, write a mapping as in phrases.en.yaml"
                )
            yield from _flatten(path, value, f"{name}.", known)
        else:
            names = {k[: len(prefix)] + k[len(prefix) :].split(".")[0] for k in known}
            raise PhraseError(
                f"{path.name}: unknown entry {name!r}, remove it{did_you_mean(name, names)}"
            )


def _text(path: Path, name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PhraseError(f"{path.name}: {name} is {_shown(value)}, write its words in quotes")
    return value


def _shown(value: object) -> str:
    # an alias may make a value endless or huge
    shown = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else "no text"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _check_slots(path: Path, name: str, text: str, wanted: set[str]) -> None:
    try:
        fields = [f for f in string.Formatter().parse(text) if f[1] is not None]
    except ValueError as error:
        raise PhraseError(
            f"{path.name}: {name} has a single brace ({error}), write slots as {{type}}"
        ) from error
    for _, slot, spec, conversion in fields:
        if slot not in wanted or spec or conversion:
            allowed = ", ".join(f"{{{w}}}" for w in sorted(wanted)) or "none"
            raise PhraseError(
                f"{path.name}: {name} has the unknown slot {{{slot}}}, allowed: {allowed}"
                f"{did_you_mean(str(slot), wanted)}"
            )
    for slot in sorted(wanted - {str(f[1]) for f in fields}):
        raise PhraseError(f"{path.name}: {name} lacks the slot {{{slot}}}, put it where it belongs")


def _longest_words(texts: Mapping[str, str]) -> dict[str, str]:
    """Return for each slot the value with the most words."""

    def longest(prefix: str) -> str:
        values = [text for name, text in texts.items() if name.startswith(prefix)]
        return max(values, key=lambda text: len(text.split()))

    return {"type": longest("type."), "dir": longest("dir."), "unit": longest("unit."), "n": "2"}


def _check_length(
    path: Path, name: str, text: str, longest: Mapping[str, str], most_words: int
) -> None:
    words = len(text.format_map(longest).split())
    if words > most_words:
        raise PhraseError(
            f"{path.name}: {name} grows to {words} words, shorten it to {most_words} at most"
        )
