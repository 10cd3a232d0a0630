"""Compares trainings of a segmentation that differ in one setting."""

from __future__ import annotations

from collections.abc import Sequence

from followme_training.common.study import Studied
from followme_training.common.study import study as carry_out
from followme_training.common.study_report import Shown
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.module import SegmentationTask

_SHOWN = Shown(
    curve=("val/miou", "mIoU (share, 0 to 1)"),
    rows={
        "val/pixel_accuracy": "pixel accuracy (share)",
        "val/frequency_weighted_iou": "frequency-weighted IoU (share)",
    },
    bars="val/iou/",
    bars_words="IoU (share)",
    larger=True,
)
STUDIED = Studied(
    task="segmentation",
    model=SegmentationTask,
    data=SegmentationData,
    shown=_SHOWN,
    data_key="data.path",
)


def study(arguments: Sequence[str]) -> int:
    """Train a settings file in variants and compare them."""
    return carry_out(STUDIED, arguments)
