"""Compares trainings of a detector that differ in one setting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from followme_training.common.study import Studied
from followme_training.common.study import study as carry_out
from followme_training.common.study_report import Shown
from followme_training.detection.data import DetectionData
from followme_training.detection.module import DetectionTask

_SHOWN = Shown(
    curve=("val/ap50", "AP50 (share, 0 to 1)"),
    rows={
        "val/ap": "AP over COCO's ten overlaps (share)",
        "val/landmark_error": "landmark error (share of the eyes' distance)",
    },
    bars="val/ap50/",
    bars_words="AP50 (share)",
    larger=True,
)
STUDIED = Studied(
    task="detection",
    model=DetectionTask,
    data=DetectionData,
    shown=_SHOWN,
    data_key="data.sources",
    data_words=lambda sources: ", ".join(dict.fromkeys(Path(s["images"]).name for s in sources)),
)


def study(arguments: Sequence[str]) -> int:
    """Train a settings file in variants and compare them."""
    return carry_out(STUDIED, arguments)
