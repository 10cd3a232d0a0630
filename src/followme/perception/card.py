"""The card of a model: what stands beside each ONNX file and says how to use it.

A card is JSON, never a pickle, and carries the sha256 of its file, so that weights and the
figures that decode them cannot drift apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from followme.settings import did_you_mean

#: What a network may be for; its file is called ``<task>.onnx`` where it comes with FollowMe.
TASKS = ("face", "objects", "segmentation", "depth")
_REQUIRED = (
    "name",
    "version",
    "task",
    "sha256",
    "input_size",
    "resize",
    "training",
    "metrics",
    "licence",
    "known_limits",
)
_OPTIONAL = ("classes", "thresholds", "nms_iou", "focal_length_px", "runtime_ms")
_NEEDED_BY = {"depth": "focal_length_px", "objects": "classes", "segmentation": "classes"}
# Where a card says nothing: a box needs a score, a pixel has the class that is the likeliest.
_USUAL_SCORE = 0.5
_USUAL_PIXEL_SCORE = 0.0
_USUAL_IOU = 0.5
_RESIZES = ("plain", "letterbox")


class ModelError(ValueError):
    """A model file or its card that cannot be used; one sentence with file, value and mend."""


@dataclass(frozen=True)
class Card:
    """What is known about one ONNX file.

    Parameters
    ----------
    name, version : str
        Of the model.
    task : str
        One of :data:`TASKS`.
    sha256 : str
        Of the ONNX file, 64 hexadecimal digits.
    input_size : tuple of two ints
        Height and width of the input in pixels.
    resize : str
        plain: width and height are stretched each on its own; letterbox: the aspect is kept.
    training : mapping
        Commit, config, data, epochs, seed.
    metrics : tuple of mappings
        Set, split, measure, value, command of each figure.
    licence : str
        Of the weights.
    known_limits : tuple of str
        Sentences.
    classes : tuple of str
        Names by index; empty where the task has none.
    nyu40 : tuple of tuples of int
        For each class the ids of NYUv2's 40 classes that it covers; empty where none.
    thresholds : mapping of str to float
        Scores below which a result is dropped, 0 to 1: by class name, and ``score`` for the rest;
        of what neither names, 0.5 is needed, of the pixels of a segmentation nothing.
    nms_iou : float or None
        Overlap from which two boxes are one, 0 to 1.
    focal_length_px : float or None
        Horizontal focal length, at the input size, for which the metres hold.
    runtime_ms : float or None
        Median time of one image on two cores.
    """

    name: str
    version: str
    task: str
    sha256: str
    input_size: tuple[int, int]
    resize: str
    training: Mapping[str, Any]
    metrics: tuple[Mapping[str, Any], ...]
    licence: str
    known_limits: tuple[str, ...]
    classes: tuple[str, ...] = ()
    nyu40: tuple[tuple[int, ...], ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)
    nms_iou: float | None = None
    focal_length_px: float | None = None
    runtime_ms: float | None = None

    def threshold(self, name: str) -> float:
        """Return the score that a result of a class needs."""
        usual = _USUAL_PIXEL_SCORE if self.task == "segmentation" else _USUAL_SCORE
        return self.thresholds.get(name, self.thresholds.get("score", usual))

    @property
    def overlap(self) -> float:
        """Intersection over union above which two boxes of one class are one thing."""
        return _USUAL_IOU if self.nms_iou is None else self.nms_iou


def card_path(onnx: Path) -> Path:
    """Return where the card of an ONNX file lies: beside it, ending in .json."""
    return onnx.with_suffix(".json")


def load_card(path: Path) -> Card:
    """Read a card and hold it against its contract and against the ONNX file beside it.

    Parameters
    ----------
    path : Path
        The JSON file; the ONNX file has the same name and ends in ``.onnx``.

    Raises
    ------
    ModelError
        When a file is missing or unreadable, a key is missing, unknown or has a wrong value, or
        the sha256 is not that of the ONNX file.
    """
    raw = _read(path)
    known = _REQUIRED + _OPTIONAL
    for key in raw:
        if key not in known:
            raise ModelError(f"{path.name}: key {key!r} is unknown{did_you_mean(key, known)}")
    for key in _REQUIRED:
        if key not in raw:
            raise ModelError(f"{path.name}: key {key!r} is missing; export the model again")
    reader = _Reader(path.name, raw)
    card = Card(
        name=reader.text("name"),
        version=reader.text("version"),
        task=reader.choice("task", TASKS),
        sha256=reader.digest("sha256"),
        input_size=reader.size("input_size"),
        resize=reader.choice("resize", _RESIZES),
        training=reader.table("training"),
        metrics=reader.tables("metrics"),
        licence=reader.text("licence"),
        known_limits=reader.texts("known_limits"),
        classes=reader.names("classes"),
        nyu40=reader.nyu40("classes"),
        thresholds=reader.shares("thresholds"),
        nms_iou=reader.number("nms_iou", 1.0),
        focal_length_px=reader.number("focal_length_px", 1e5),
        runtime_ms=reader.number("runtime_ms", 1e6),
    )
    needed = _NEEDED_BY.get(card.task)
    if needed is not None and not getattr(card, needed):
        raise ModelError(
            f"{path.name}: key {needed!r} is missing, task {card.task!r} needs it; "
            "export the model again"
        )
    _check_digest(path, card)
    return card


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(
            f"{path.name}: there is no such card in {path.parent}; "
            "put it beside its ONNX file or export the model again"
        ) from None
    except (OSError, ValueError, RecursionError) as error:  # ValueError: neither UTF-8 nor JSON
        raise ModelError(
            f"{path.name}: cannot be read as JSON ({error}); export the model or fetch it again"
        ) from error
    if not isinstance(raw, dict):
        raise ModelError(
            f"{path.name}: holds a {type(raw).__name__}, a card is an object of keys and values; "
            "export the model again"
        )
    return raw


def _check_digest(path: Path, card: Card) -> None:
    onnx = path.with_suffix(".onnx")
    try:
        digest = hashlib.sha256(onnx.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(
            f"{onnx.name}: cannot be read from {onnx.parent} ({error.strerror}); "
            "fetch it or export it again"
        ) from error
    if digest != card.sha256.lower():
        raise ModelError(
            f"{path.name}: sha256 is not that of {onnx.name}; export it again or fetch both files"
        )


class _Reader:
    """Takes typed values out of a card; each refusal names file, key, value and mend."""

    def __init__(self, file: str, raw: Mapping[str, Any]) -> None:
        self._file = file
        self._raw = raw

    def text(self, key: str) -> str:
        value = self._raw[key]
        if not isinstance(value, str) or not value:
            raise self._wrong(key, "a text")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self._wrong(key, "one of " + ", ".join(choices))
        return value

    def digest(self, key: str) -> str:
        value = self.text(key)
        if len(value) != 64 or set(value.lower()) - set("0123456789abcdef"):
            raise self._wrong(key, "64 hexadecimal digits")
        return value

    def size(self, key: str) -> tuple[int, int]:
        value = self._raw[key]
        if not (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(v, int) and not isinstance(v, bool) and v > 0 for v in value)
        ):
            raise self._wrong(key, "[height, width] in whole pixels")
        return value[0], value[1]

    def table(self, key: str) -> Mapping[str, Any]:
        value = self._raw[key]
        if not isinstance(value, dict):
            raise self._wrong(key, "an object")
        return value

    def tables(self, key: str) -> tuple[Mapping[str, Any], ...]:
        value = self._raw[key]
        value = [value] if isinstance(value, dict) else value
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self._wrong(key, "a list of objects")
        return tuple(value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._raw[key]
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self._wrong(key, "a list of texts")
        return tuple(value)

    def names(self, key: str) -> tuple[str, ...]:
        """Names of classes: plain, or in objects with further facts (segmentation: nyu40)."""
        value = self._raw.get(key, [])
        if not isinstance(value, list):
            raise self._wrong(key, "a list of class names")
        named = [v.get("name") if isinstance(v, dict) else v for v in value]
        found = tuple(v for v in named if isinstance(v, str) and v)
        if len(found) < len(named):
            raise self._wrong(key, "a list of class names")
        return found

    def nyu40(self, key: str) -> tuple[tuple[int, ...], ...]:
        """Ids of NYUv2's 40 classes that each class covers."""
        given = [v.get("nyu40", []) if isinstance(v, dict) else [] for v in self._raw.get(key, [])]
        for ids in given:
            if not isinstance(ids, list) or not all(type(i) is int and 0 <= i <= 40 for i in ids):
                raise self._wrong(key, "classes whose nyu40 is a list of numbers from 0 to 40")
        return tuple(tuple(ids) for ids in given)

    def shares(self, key: str) -> Mapping[str, float]:
        value = self._raw.get(key, {})
        if not isinstance(value, dict) or not all(_is_number(v, 1.0) for v in value.values()):
            raise self._wrong(key, "an object of numbers from 0 to 1")
        return {name: float(v) for name, v in value.items()}

    def number(self, key: str, high: float) -> float | None:
        value = self._raw.get(key)
        if value is None:
            return None
        if not _is_number(value, high) or value == 0:
            raise self._wrong(key, f"a number above 0 and up to {high:g}")
        return float(value)

    def _wrong(self, key: str, wanted: str) -> ModelError:
        return ModelError(
            f"{self._file}: {key} is {self._raw[key]!r}, expected {wanted}; "
            "mend the card or export the model again"
        )


def _is_number(value: object, high: float) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 <= value <= high  # type: ignore[operator]  # NaN is outside
