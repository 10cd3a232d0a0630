"""A library that a command needs and that is not there, said in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def missing_library_said() -> Iterator[None]:
    """Import in here what only one command needs: 'followme doctor' answers without it.

    Raises
    ------
    ValueError
        Which library cannot be imported.
    """
    try:
        yield
    except ImportError as error:
        raise ValueError(
            f"{error.name or error} cannot be imported; see 'followme doctor'"
        ) from error
