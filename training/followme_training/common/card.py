"""Writes the card of a model; ``followme.perception.card`` reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from followme_training.common.files import write_json
from followme_training.common.provenance import sha256

_NEEDED = ("name", "version", "task", "input_size", "training", "metrics", "licence")


class CardError(ValueError):
    """A card that lacks something; one sentence."""


def write_card(onnx: Path, facts: Mapping[str, Any]) -> Path:
    """Write ``<model>.json`` beside ``<model>.onnx``.

    Parameters
    ----------
    onnx : Path
        The finished file; its sha256 goes into the card.
    facts : mapping
        All keys of the card but ``sha256``; ``resize`` is plain and ``known_limits`` is empty
        unless given.

    Raises
    ------
    CardError
        When a fact is missing.
    """
    missing = [key for key in _NEEDED if key not in facts]
    if missing:
        raise CardError(f"{onnx.name}: its card needs {', '.join(missing)}")
    card = {"resize": "plain", "known_limits": [], **facts, "sha256": sha256(onnx)}
    file = onnx.with_suffix(".json")
    write_json(file, card)
    return file


def read_card(onnx: Path) -> dict[str, Any]:
    """Return the card beside an ONNX file.

    Raises
    ------
    CardError
        When it is missing, is no JSON, or belongs to another file.
    """
    file = onnx.with_suffix(".json")
    try:
        card = json.loads(file.read_text(encoding="utf-8"))
        digest = sha256(onnx)
    except (OSError, ValueError) as error:
        raise CardError(f"{file}: cannot be read ({error}); export the model again") from error
    if not isinstance(card, dict) or card.get("sha256") != digest:
        raise CardError(f"{file}: is not the card of {onnx.name}; export the model again")
    return card
