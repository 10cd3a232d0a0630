"""Checks that constructors of values make once, so that no inner loop has to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

A = TypeVar("A", bound=NDArray[Any])


def frozen(array: A) -> A:
    """Return a read-only view of an array; the caller's own array stays writable."""
    view = array.view()
    view.flags.writeable = False
    return view


def freeze(value: object, *names: str) -> None:
    """Make arrays of a frozen dataclass read-only, from its ``__post_init__``; None stays None.

    Values are handed from one thread to the next by reference: whoever wrote into one would
    change what the others see.
    """
    for name in names:
        array = getattr(value, name)
        if array is not None:
            object.__setattr__(value, name, frozen(array))


def check_array(
    name: str,
    array: object,
    shape: Sequence[int | None],
    dtype: type[np.generic] | None = None,
) -> None:
    """Hold an array against a shape and a type.

    Parameters
    ----------
    name : str
        What the array is called in the message.
    array : object
        What came.
    shape : sequence of int or None
        Expected length of each axis; None where any length will do.
    dtype : numpy type, optional
        Expected element type.

    Raises
    ------
    ValueError
        Naming the array, what was expected and what came.
    """
    expected = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
    kind = "" if dtype is None else f" {np.dtype(dtype).name}"
    if not isinstance(array, np.ndarray):
        raise ValueError(
            f"{name}: expected an array of shape {expected}{kind}, got {type(array).__name__}"
        )
    fits = array.ndim == len(shape) and all(
        want is None or want == have for want, have in zip(shape, array.shape, strict=True)
    )
    if not fits or (dtype is not None and array.dtype != dtype):
        raise ValueError(
            f"{name}: expected shape {expected}{kind}, got {array.shape} {array.dtype.name}"
        )


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError unless ``value`` is a number and ``low <= value <= high`` (NaN is not)."""
    if not _is_number(value) or not low <= value <= high:
        raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value!r}")


def check_finite(name: str, value: float) -> None:
    """Raise ValueError for NaN, infinities and what is no number."""
    if not _is_number(value) or not math.isfinite(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")


def _is_number(value: object) -> bool:
    # numpy's bool is no np.number, Python's bool is an int
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
