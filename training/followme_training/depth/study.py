"""Compares trainings of depth that differ in one setting."""

from __future__ import annotations

from collections.abc import Sequence

from followme_training.common.study import Studied
from followme_training.common.study import study as carry_out
from followme_training.common.study_report import Shown
from followme_training.depth.data import DepthData
from followme_training.depth.module import DepthTask

_SHOWN = Shown(
    curve=("val/abs_rel", "AbsRel (share of the distance)"),
    rows={
        "val/delta1": "delta 1 (share)",
        "val/rmse_m": "RMSE (m)",
        "val/within2": "within two sigma (share)",
    },
    bars="val/abs_rel_",
    bars_words="AbsRel by distance (share)",
)
STUDIED = Studied(
    task="depth", model=DepthTask, data=DepthData, shown=_SHOWN, data_key="data.nyuv2"
)


def study(arguments: Sequence[str]) -> int:
    """Train a settings file in variants and compare them."""
    return carry_out(STUDIED, arguments)
