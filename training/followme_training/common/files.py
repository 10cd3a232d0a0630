"""Files appear whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_with(file: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` make a file beside the target, then rename it.

    The temporary name keeps the ending, as some writers choose the format by it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.stem}.part{file.suffix}")
    write(part)
    part.replace(file)


def write_text(file: Path, text: str) -> None:
    """Write a text file."""
    write_with(file, lambda part: part.write_text(text, encoding="utf-8"))


def write_json(file: Path, values: Any) -> None:
    """Write a JSON file; NaN is refused, as it is no JSON."""
    write_text(file, json.dumps(values, indent=2, allow_nan=False) + "\n")
