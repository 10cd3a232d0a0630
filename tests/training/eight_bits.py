"""A copy of a file that stands for the same in 8 bits: NNCF takes minutes, a mark none."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import pytest
from torch import nn

from followme_training.common.command import main

#: What is put into a file that stands for one of 8 bits.
MARK = "eight bits"


def stand_in(
    monkeypatch: pytest.MonkeyPatch,
    int8: ModuleType,
    publication: ModuleType | None = None,
    kept: Path | None = None,
) -> list[np.ndarray]:
    """Let a copy of the file stand for one of 8 bits.

    Parameters
    ----------
    monkeypatch : MonkeyPatch
        Of the test.
    int8, publication : module
        Of the task. With its publication no NNCF is asked for either.
    kept : Path or None
        Where the run's file is kept, as each test would export the same.

    Returns
    -------
    list of array
        Fills with the images that it is made with.
    """
    images: list[np.ndarray] = []

    def marked(file: Path, target: Path, given: Sequence[np.ndarray]) -> None:
        images.extend(given)
        model = onnx.load(str(file))
        model.doc_string = MARK
        onnx.save(model, str(target))

    monkeypatch.setattr(int8, "quantise", marked)
    if publication is not None and kept is not None:
        monkeypatch.setattr(publication, "export_onnx", _once(publication, kept))
        monkeypatch.setattr(publication, "check_nncf", lambda: None)
    return images


def _once(publication: ModuleType, kept: Path) -> object:
    whole = publication.export_onnx

    def once(net: nn.Module, size_hw: tuple[int, int], outputs: Sequence[str], file: Path) -> None:
        if not kept.is_file():
            whole(net, size_hw, outputs, kept)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, file)

    return once


def is_marked(file: Path) -> bool:
    """Return whether a file stands for one of 8 bits."""
    return bool(onnx.load(str(file)).doc_string == MARK)


def exported(task: str, file: str, trained: Path, folder: Path, *options: str) -> int:
    """Export a run to ``models/FILE`` and ``reports`` of a folder; return the exit code."""
    out = ["--out", str(folder / "models" / file), "--reports", str(folder / "reports")]
    return main([task, "export", str(trained), *out, *options])
