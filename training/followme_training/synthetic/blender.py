"""Blender as a Python module: an extra that renders, and that nothing else needs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from followme_training.datasets.errors import DataError

#: What Blender's module is called on the package index; it wants Python 3.11.
PACKAGE = "bpy==5.0.*"


def blender() -> Any:
    """Return the module ``bpy``.

    Raises
    ------
    DataError
        When it is not installed.
    """
    try:
        import bpy
    except ImportError as error:
        raise DataError(
            f"synthetic: Blender's Python module cannot be imported ({error}); run 'make blender', "
            f"or install {PACKAGE} under Python 3.11; '--samples 0' draws plainly without it"
        ) from error
    return bpy


def emptied() -> Any:
    """Return the module with a scene that holds nothing, whatever was rendered before."""
    bpy = blender()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    return bpy


@contextmanager
def silenced() -> Iterator[None]:
    """Keep what Blender itself writes to the standard output away from it: a line an image."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
