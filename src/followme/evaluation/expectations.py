"""What a walk promises: the part ``expect`` of its YAML file, in words and as values.

The part says which messages must come, where the thing really was when each could be heard, and
what must not be said::

    expect:
      messages:                      # each must come; they are matched in this order
        - say: WARN
          distance_m: [2.8, 3.7]     # W@3.7-2.8: true distance at onset, at the walk's speed
          words: [Head height]
        - say: STOP
          distance_m: [1.5, 2.1]
      at_most: 2                     # messages in the whole walk
      never:
        - {say: CLEAR, before: passed}

``messages``, a list; each message is a mapping of

``say``
    What must be heard: WARN, STOP, INFORM, CLEAR, HEALTH (sight lost, limited or back; distances
    uncertain), HAZARD (WARN or STOP or INFORM) or ANY (the default).
``of``
    Id of the thing it must be about; left out: whatever thing it is about. Truth decides which
    thing a message is about, not the message.
``distance_m``
    ``[near, far]``: horizontal distance from below the camera to the nearest point of the thing
    that it is about (or of ``of``), in truth, when the first sample could be heard. A pair holds
    at the speed of the walk; at other speeds of the grid each limit moves as rule B3 moves its
    zone. A mapping from speeds in m/s to pairs says it for each speed instead.
``approach_mps``
    Speed of the thing toward the walker (default 0); only used to move ``distance_m`` by B3.
``foot``
    true: a cane finds the thing, so B3 stops later for it (default false); used likewise.
``after``
    What it is an answer to: ``entry`` (the thing ``of`` comes into the corridor within 5 m),
    ``dark`` (mean brightness of the image falls below 12 of 255) or a number, seconds in the walk.
    Left out: the start of the walk.
``within_s``
    Onset at most this long after that, or ``[soonest, latest]``. Left out: any time after it.
``words``
    One of these must stand in the text; upper and lower case are the same.

``at_most``
    Messages in the whole walk, tones without words too. The end of a warning (CLEAR, B7) is not
    counted here. Neither here nor anywhere else do the greeting and other replies count.
``at_most_per_minute``, ``duty_at_most``
    Messages in any 60 s, and the largest share of any 20 s that is filled with sound.
``every_stop``
    true: whenever a thing truly is in the zone STOP for 0.6 s or longer, STOP is heard of it.
``spaced_s``
    Messages with the same catalogue key are at least this far apart.
``least_gap_m``
    The walker is never nearer than this to a thing of the corridor (only where the walker reacts).
``never``
    A list of what must not be said: a word of ``say`` alone, or a mapping of ``say``, ``words``
    (one of these in the text), ``number`` (true: a number in the text), ``of``, ``from_s`` and
    ``until_s`` (seconds in the walk; left out: from its start, to its end) and ``before: passed``
    (only until the walker has passed the thing ``of``, or all things where that is left out). All
    that is given must hold together for a message to break the rule.

Nothing but these keys may stand there; a wrong one is refused with the nearest right one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from followme.settings import did_you_mean

#: What ``say`` may ask for.
SAYINGS = ("WARN", "STOP", "INFORM", "CLEAR", "HEALTH", "HAZARD", "ANY")
#: What a message may be an answer to, beside a number of seconds.
ENTRY, DARK = "entry", "dark"

Window = tuple[float, float]


class ExpectationError(ValueError):
    """An expectation that cannot be judged; one sentence with the thing, the value and the mend."""


@dataclass(frozen=True)
class Message:
    """A message that must come; see the text of this module.

    Parameters
    ----------
    say : str
        One of :data:`SAYINGS`.
    of : int or None
        Id of the thing.
    distance_m : mapping of speed to (near, far)
        Empty: anywhere. The key NaN stands for the speed of the walk itself.
    approach_mps : float
        Speed of the thing toward the walker.
    foot : bool
        Whether a cane finds it.
    after : str or float
        ENTRY, DARK, or seconds in the walk.
    within_s : tuple of two floats
        Soonest and latest.
    words : tuple of str
        One of these must be in the text; empty: any text.
    """

    say: str = "ANY"
    of: int | None = None
    distance_m: tuple[tuple[float, Window], ...] = ()
    approach_mps: float = 0.0
    foot: bool = False
    after: str | float = 0.0
    within_s: Window = (0.0, math.inf)
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ban:
    """What must not be said; see the text of this module."""

    say: str = "ANY"
    words: tuple[str, ...] = ()
    number: bool = False
    of: int | None = None
    from_s: float = 0.0
    until_s: float = math.inf
    before_passed: bool = False


@dataclass(frozen=True)
class Expectation:
    """All that a walk promises."""

    messages: tuple[Message, ...] = ()
    at_most: int | None = None
    at_most_per_minute: float | None = None
    duty_at_most: float | None = None
    every_stop: bool = False
    spaced_s: float | None = None
    least_gap_m: float | None = None
    never: tuple[Ban, ...] = ()


def expectation_of(raw: Mapping[str, Any], where: str = "expect") -> Expectation:
    """Read the part ``expect`` of a walk.

    Parameters
    ----------
    raw : mapping
        As YAML gives it; empty promises nothing.
    where : str
        What an error calls it.

    Raises
    ------
    ExpectationError
        For an unknown key, a value of the wrong sort, or a window that is upside down.
    """
    keys = _checked(raw, tuple(Expectation.__dataclass_fields__), where)
    messages = _listed(keys.get("messages", ()), f"{where} messages")
    never = _listed(keys.get("never", ()), f"{where} never")
    return Expectation(
        messages=tuple(
            _message(m, f"{where} messages, {n}.") for n, m in enumerate(messages, start=1)
        ),
        at_most=_optional(keys, "at_most", where, whole=True),
        at_most_per_minute=_optional(keys, "at_most_per_minute", where),
        duty_at_most=_optional(keys, "duty_at_most", where),
        every_stop=_flag(keys, "every_stop", where),
        spaced_s=_optional(keys, "spaced_s", where),
        least_gap_m=_optional(keys, "least_gap_m", where),
        never=tuple(_ban(b, f"{where} never, {n}.") for n, b in enumerate(never, start=1)),
    )


def _message(raw: Any, where: str) -> Message:
    keys = _checked(raw, tuple(Message.__dataclass_fields__), where)
    after = keys.get("after", 0.0)
    if after not in (ENTRY, DARK):
        after = _number(after, f"{where} after", f"{ENTRY}, {DARK} or seconds from 0")
    if after == ENTRY and keys.get("of") is None:
        raise ExpectationError(
            f"{where} after: entry needs the thing that comes in, give its id as of"
        )
    within = keys.get("within_s", math.inf)
    return Message(
        say=_saying(keys, where),
        of=_thing(keys, where),
        distance_m=_distances(keys.get("distance_m"), f"{where} distance_m"),
        approach_mps=_number(keys.get("approach_mps", 0.0), f"{where} approach_mps"),
        foot=_flag(keys, "foot", where),
        after=after,
        within_s=_window(within, f"{where} within_s")
        if isinstance(within, list)
        else (0.0, within if within == math.inf else _number(within, f"{where} within_s")),
        words=_words(keys, where),
    )


def _ban(raw: Any, where: str) -> Ban:
    if isinstance(raw, str):
        raw = {"say": raw}
    known = ("say", "words", "number", "of", "from_s", "until_s", "before")
    keys = _checked(raw, known, where)
    before = keys.get("before")
    if before not in (None, "passed"):
        raise ExpectationError(f"{where} before: {before!r} must be passed, or be left out")
    until = keys.get("until_s", math.inf)
    return Ban(
        say=_saying(keys, where),
        words=_words(keys, where),
        number=_flag(keys, "number", where),
        of=_thing(keys, where),
        from_s=_number(keys.get("from_s", 0.0), f"{where} from_s"),
        until_s=until if until == math.inf else _number(until, f"{where} until_s"),
        before_passed=before is not None,
    )


def _checked(raw: Any, known: Collection[str], where: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise ExpectationError(f"{where}: {raw!r} must be a mapping with {', '.join(known)}")
    for key in raw:
        if key not in known:
            raise ExpectationError(f"{where}: unknown key {key!r}{did_you_mean(key, known)}")
    return raw


def _listed(raw: Any, where: str) -> Sequence[Any]:
    if not isinstance(raw, (list, tuple)):
        raise ExpectationError(f"{where}: {raw!r} must be a list")
    return raw


def _saying(keys: Mapping[str, Any], where: str) -> str:
    say = keys.get("say", "ANY")
    if say not in SAYINGS:
        near = did_you_mean(str(say).upper(), SAYINGS)
        raise ExpectationError(f"{where} say: {say!r} is none of {', '.join(SAYINGS)}{near}")
    return str(say)


def _number(value: Any, where: str, kind: str = "a number from 0") -> float:
    usual = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not usual or not 0 <= value < math.inf:
        raise ExpectationError(f"{where}: {value!r} must be {kind}")
    return float(value)


def _optional(keys: Mapping[str, Any], name: str, where: str, *, whole: bool = False) -> Any:
    value = keys.get(name)
    if value is None:
        return None
    if whole and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise ExpectationError(f"{where} {name}: {value!r} must be a whole number from 0")
    return value if whole else _number(value, f"{where} {name}")


def _flag(keys: Mapping[str, Any], name: str, where: str) -> bool:
    value = keys.get(name, False)
    if not isinstance(value, bool):
        raise ExpectationError(f"{where} {name}: {value!r} must be true or false")
    return value


def _thing(keys: Mapping[str, Any], where: str) -> int | None:
    return _optional(keys, "of", where, whole=True)  # type: ignore[no-any-return]


def _words(keys: Mapping[str, Any], where: str) -> tuple[str, ...]:
    words = _listed(keys.get("words", ()), f"{where} words")
    if not all(isinstance(word, str) and word.strip() for word in words):
        raise ExpectationError(f"{where} words: {words!r} must be a list of texts")
    return tuple(words)


def _window(raw: Any, where: str) -> Window:
    if not isinstance(raw, (list, tuple)) or len(raw) != 2:
        raise ExpectationError(f"{where}: {raw!r} must be a pair, the smaller number first")
    low, high = (_number(value, where) for value in raw)
    if not low < high:
        raise ExpectationError(f"{where}: {raw!r} is upside down, give the smaller number first")
    return low, high


def _distances(raw: Any, where: str) -> tuple[tuple[float, Window], ...]:
    if raw is None:
        return ()
    if isinstance(raw, Mapping):
        return tuple(
            (_number(v, f"{where} speed"), _window(pair, where)) for v, pair in raw.items()
        )
    return ((math.nan, _window(raw, where)),)
