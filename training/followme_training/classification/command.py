"""What ``followme-train classification`` does."""
from __future__ import annotations
from collections.abc import Sequence
from followme_training.classification.data import ClassificationData
from followme_training.classification.module import ClassificationTask
from followme_training.common.fitting import TrainingCommand
MONITOR = "val/accuracy"
def fit(arguments: Sequence[str]) -> int:
    """Train from a settings file; the keys of the file are options too."""
    TrainingCommand(ClassificationTask, ClassificationData, ["fit", *arguments], MONITOR, mode="max")
    return 0
VERBS = {"fit": fit}
