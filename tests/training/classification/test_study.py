"""Ways of fine-tuning, compared in one table."""

from __future__ import annotations

import json
from pathlib import Path

from followme_training.classification.command import MONITOR
from followme_training.classification.study import STUDIED
from followme_training.common.command import main
from followme_training.common.run_folder import Run
from tests.training.classification.tiny_data import write_settings


def test_it_compares_what_training_watches() -> None:
    assert (STUDIED.monitor, STUDIED.mode) == (MONITOR, "max")


def test_frozen_and_unfrozen_are_compared(trained_classifier: Path, tmp_path: Path) -> None:
    settings = write_settings(tmp_path, epochs=2)
    best = Run(trained_classifier).checkpoint("best")
    trunks = f"model.trunk=null,{best},{best},{best}"
    command = ["classification", "study", "-c", str(settings), "--out", str(tmp_path / "out")]
    vary = ["--vary", f"{trunks};model.frozen_epochs=0,-1,0,1", "--data.per_class", "8"]
    assert main([*command, *vary]) == 0
    found = json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))
    loss = {
        m["variant"].rpartition("=")[2] + ("" if "null" in m["variant"] else " begun"): m["value"]
        for m in found["metrics"]
        if m["measure"] == "val/loss"
    }
    assert set(loss) == {"0", "-1 begun", "0 begun", "1 begun"}
    # what was learnt from 320 images helps with 80
    assert loss["0 begun"] < loss["0"]
    assert "expected calibration error" in (tmp_path / "out" / "report.md").read_text()
