from __future__ import annotations

from followme_training.depth.command import MONITOR, VERBS
from followme_training.depth.study import STUDIED, study


def test_a_study_of_depth_compares_what_training_watches() -> None:
    assert STUDIED.monitor == MONITOR
    assert STUDIED.mode == "min"
    assert VERBS["study"] is study
