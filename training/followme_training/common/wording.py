"""What a parser complains about, in one sentence a person can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_UNKNOWN = re.compile(
    r"(?:does not accept option|Key|Option) '(?P<key>[\w.]+)'"
    r"|unrecognized arguments: --?(?P<arg>[\w.-]+)"
)


def one_sentence(message: str, known: Iterable[str]) -> str:
    """Return a message of the parser as one sentence.

    Parameters
    ----------
    message : str
        What jsonargparse says, often many lines of unions and usage.
    known : iterable of str
        Keys with dots that a file may have.
    """
    found = _UNKNOWN.search(message)
    if found:
        key = found["key"] or found["arg"]
        return f"key {key!r} is unknown{did_you_mean(key, known)}"
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    if not lines:
        return "the arguments cannot be used"
    # which key is in the first line, what is wrong with it in the second
    return " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]


def did_you_mean(key: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known key, or an empty text.

    A key is compared as a whole, and, as a whole tells little of a typo in a long one, by its
    last part among the keys beside it.
    """
    keys = sorted(known)
    before, _, last = key.rpartition(".")
    beside = {k.rpartition(".")[2]: k for k in keys if k.rpartition(".")[0] == before}
    near = difflib.get_close_matches(last, beside, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {beside[near[0]]!r}?"
    whole = difflib.get_close_matches(key, keys, n=1, cutoff=0.5)
    return f"; did you mean {whole[0]!r}?" if whole else ""
