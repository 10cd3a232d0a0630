"""What ``followme-train segmentation`` does: fit, study."""

from __future__ import annotations

from collections.abc import Sequence

from followme_training.common.fitting import TrainingCommand
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.module import SegmentationTask
from followme_training.segmentation.study import study

#: By which the best checkpoint is chosen; more is better.
MONITOR = "val/miou"


def fit(arguments: Sequence[str]) -> int:
    """Train from a settings file; the keys of the file are options too."""
    TrainingCommand(SegmentationTask, SegmentationData, ["fit", *arguments], MONITOR, mode="max")
    return 0


VERBS = {"fit": fit, "study": study}
