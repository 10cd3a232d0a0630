"""A tiny ground truth in the form of WIDER FACE's protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import savemat

from followme_training.detection.wider_protocol import LEVELS

#: Of one event the images, each with its boxes (left, top, width, height) and, for each level, the
#: numbers from 1 on of the faces that it asks for.
EVENTS: dict[str, dict[str, tuple[list[list[int]], dict[str, list[int]]]]] = {
    "0--Parade": {
        "0_Parade_1": (
            [[10, 10, 20, 20], [50, 10, 20, 20]],
            {"easy": [1], "medium": [1, 2], "hard": [1, 2]},
        ),
        "0_Parade_2": ([[5, 5, 30, 40]], {"easy": [], "medium": [], "hard": [1]}),
    },
    "1--Handshaking": {"1_Handshaking_7": ([], {"easy": [], "medium": [], "hard": []})},
}


def column(cells: Sequence[Any]) -> np.ndarray:
    """Return a column of MATLAB's cells."""
    array = np.empty((len(cells), 1), object)
    for i, cell in enumerate(cells):
        array[i, 0] = cell
    return array


def write_truth(folder: Path, **changed: Mapping[str, Any] | None) -> Path:
    """Write the four files; ``changed`` replaces what is in one of them, None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    images = list(EVENTS.values())
    boxes = [
        column([np.array(b, np.uint16).reshape(-1, 4) for b, _ in event.values()])
        for event in images
    ]
    held: dict[str, Mapping[str, Any] | None] = {
        "face": {
            "event_list": column(list(EVENTS)),
            "file_list": column([column(list(event)) for event in images]),
            "face_bbx_list": column(boxes),
        }
    }
    for level in LEVELS:
        asked = [
            column([np.array(a[level], np.uint8).reshape(-1, 1) for _, a in event.values()])
            for event in images
        ]
        held[level] = {"gt_list": column(asked)}
    for name, arrays in {**held, **changed}.items():
        if arrays is not None:
            savemat(folder / f"wider_{name}_val.mat", dict(arrays), do_compression=True)
    return folder


def write_texts(folder: Path, found: Mapping[str, Sequence[Sequence[float]]]) -> Path:
    """Write what was found, by name of the image; nothing for those that are not named."""
    for event, images in EVENTS.items():
        (folder / event).mkdir(parents=True, exist_ok=True)
        for name in images:
            rows = found.get(name, ())
            lines = [f"{event}/{name}.jpg", str(len(rows)), *(" ".join(map(str, r)) for r in rows)]
            (folder / event / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
