"""Compares trainings of a classifier that differ in one setting, also ways of fine-tuning."""

from __future__ import annotations

from collections.abc import Sequence

from followme_training.classification.data import ClassificationData
from followme_training.classification.module import ClassificationTask
from followme_training.common.study import Studied
from followme_training.common.study import study as carry_out
from followme_training.common.study_report import Shown

_SHOWN = Shown(
    curve=("val/accuracy", "accuracy (share, 0 to 1)"),
    rows={
        "val/top5_accuracy": "among the five likeliest (share)",
        "val/loss": "cross-entropy (nat)",
        "val/ece": "expected calibration error (share)",
    },
    larger=True,
)
STUDIED = Studied(
    task="classification",
    model=ClassificationTask,
    data=ClassificationData,
    shown=_SHOWN,
    data_key="data.path",
)


def study(arguments: Sequence[str]) -> int:
    """Train a settings file in variants and compare them."""
    return carry_out(STUDIED, arguments)
