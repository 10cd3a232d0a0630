"""Reads numbers, texts, lists, dicts and arrays of bytes out of a pickle, and runs nothing.

CIFAR's official Python files are pickles, and whoever loads a pickle runs what its writer wanted.
Here the opcodes are read as data, one by one; the only names that mean anything are those by which
numpy writes an array of bytes. All else is refused. The opcodes are described in the standard
library's ``pickletools``.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_MARK = object()
#: Opcodes whose argument is the value.
_VALUES = frozenset(
    [
        *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "FLOAT", "BINFLOAT"),
        *("STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES"),
        *("UNICODE", "BINUNICODE", "SHORT_BINUNICODE"),
    ]
)
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_NAMES = {
    "numpy.core.multiarray _reconstruct": "array",
    "numpy._core.multiarray _reconstruct": "array",
    "numpy ndarray": "ndarray",
    "numpy dtype": "dtype",
    "_codecs encode": "encode",
}
_BYTES = ("u1", "uint8", "|u1", "B")


class PickleError(ValueError):
    """A pickle that holds more than plain data, or is damaged; one sentence."""


class _Name(NamedTuple):
    """One of the few names that are known."""

    name: str


class _Unfilled:
    """An array or a type of numbers whose content comes with the next opcode."""

    def __init__(self, kind: str, words: tuple[Any, ...]) -> None:
        self.kind = kind
        self.words = words
        self.array: Any = None


def read_plain_pickle(data: bytes) -> Any:
    """Return what is in a pickle.

    Parameters
    ----------
    data : bytes
        Of protocol 0 to 4, of Python 2 or 3. Texts of Python 2 come as str by Latin-1.

    Raises
    ------
    PickleError
        On any name but those of numpy's arrays, on any opcode that plain data do not need, and on
        data that end too early.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    try:
        for code, argument, _ in pickletools.genops(data):
            if code.name == "STOP":
                return _finished(stack.pop())
            _step(code.name, argument, stack, memo)
    except PickleError:
        raise
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        StopIteration,
        RecursionError,
    ) as error:
        raise PickleError(f"it is damaged ({error})") from error
    raise PickleError("it ends too early")


def _step(name: str, argument: Any, stack: list[Any], memo: dict[int, Any]) -> None:
    if name in ("PROTO", "FRAME"):
        return
    if name in _VALUES:
        stack.append(_text(argument))
    elif name in _CONSTANTS:
        stack.append(_CONSTANTS[name])
    elif name == "MARK":
        stack.append(_MARK)
    elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
        memo[int(argument)] = stack[-1]
    elif name == "MEMOIZE":
        memo[len(memo)] = stack[-1]
    elif name in ("GET", "BINGET", "LONG_BINGET"):
        stack.append(memo[int(argument)])
    elif name in ("GLOBAL", "STACK_GLOBAL"):
        if name == "STACK_GLOBAL":
            last = stack.pop()
            argument = f"{stack.pop()} {last}"
        if argument not in _NAMES:
            raise PickleError(f"it asks for {argument!r}, which plain data do not need")
        stack.append(_Name(_NAMES[argument]))
    elif name in _BUILDERS:
        _BUILDERS[name](stack)
    else:
        raise PickleError(f"it has the opcode {name}, which plain data do not need")


def _text(value: Any) -> Any:
    return value.decode("latin-1") if isinstance(value, bytes | bytearray) else value


def _to_mark(stack: list[Any]) -> list[Any]:
    place = next(i for i in reversed(range(len(stack))) if stack[i] is _MARK)
    found = stack[place + 1 :]
    del stack[place:]
    return found


def _append(stack: list[Any]) -> None:
    value = stack.pop()
    stack[-1].append(value)


def _set_item(stack: list[Any]) -> None:
    value, key = stack.pop(), stack.pop()
    stack[-1][key] = value


def _set_items(stack: list[Any]) -> None:
    found = _to_mark(stack)
    stack[-1].update(zip(found[::2], found[1::2], strict=True))


def _dict(stack: list[Any]) -> None:
    found = _to_mark(stack)
    stack.append(dict(zip(found[::2], found[1::2], strict=True)))


def _tuple(count: int) -> Callable[[list[Any]], None]:
    def build(stack: list[Any]) -> None:
        found = tuple(stack[-count:])
        del stack[-count:]
        stack.append(found)

    return build


def _reduce(stack: list[Any]) -> None:
    """Note which array, or type of numbers, is meant; nothing is called."""
    words, what = stack.pop(), stack.pop()
    if not isinstance(what, _Name) or what.name == "ndarray":
        raise PickleError("it calls something that plain data do not need")
    if what.name == "encode":
        # how Python 3 writes bytes for Python 2
        stack.append(words[0])
        return
    if what.name == "dtype" and words[0] not in _BYTES:
        raise PickleError(f"it holds an array of {words[0]!r}, only bytes are read")
    stack.append(_Unfilled(what.name, words))


def _build(stack: list[Any]) -> None:
    state, target = stack.pop(), stack[-1]
    if not isinstance(target, _Unfilled):
        raise PickleError("it fills something that plain data do not need")
    if target.kind == "array":
        _, shape, _, column_major, raw = state
        values = np.frombuffer(raw.encode("latin-1"), np.uint8)
        if len(values) != int(np.prod(shape, dtype=np.int64)):
            raise PickleError(f"its array has {len(values)} bytes for the shape {shape}")
        target.array = values.reshape(shape, order="F" if column_major else "C")


def _finished(value: Any) -> Any:
    """Return lists and dicts with arrays in the place of what was filled."""
    if isinstance(value, _Unfilled):
        if value.array is None:
            raise PickleError("it holds an array without content")
        return value.array
    if isinstance(value, dict):
        return {key: _finished(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_finished(inner) for inner in value]
    return value


_BUILDERS: dict[str, Callable[[list[Any]], None]] = {
    "EMPTY_LIST": lambda stack: stack.append([]),
    "EMPTY_DICT": lambda stack: stack.append({}),
    "EMPTY_TUPLE": lambda stack: stack.append(()),
    "LIST": lambda stack: stack.append(_to_mark(stack)),
    "DICT": _dict,
    "TUPLE": lambda stack: stack.append(tuple(_to_mark(stack))),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "APPEND": _append,
    "APPENDS": lambda stack: (lambda found: stack[-1].extend(found))(_to_mark(stack)),
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "REDUCE": _reduce,
    "BUILD": _build,
}
