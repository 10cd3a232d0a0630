"""Curves of a report: what was logged has its panel, what was not has none."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from followme_training.common.report import draw_curves
from followme_training.common.run_folder import Run

PANELS = (("train/loss",), ("train/classes", "train/boxes"), ("val/ap50",))
_PANEL_PX = 420


def run_that_logged(folder: Path, *names: str) -> Run:
    log = folder / "csv" / "version_0" / "metrics.csv"
    log.parent.mkdir(parents=True)
    rows = [["epoch", "step", *names], *([str(e), str(e), *("0.5" for _ in names)] for e in (0, 1))]
    log.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "config.yaml").write_text("seed_everything: 0\n", encoding="utf-8")
    return Run(folder)


@pytest.mark.parametrize(
    ("names", "panels"),
    [
        (("train/loss", "train/boxes", "val/ap50"), 3),
        (("train/loss", "val/ap50"), 2),
        (("train/boxes",), 1),
        # a report has its picture even so
        ((), 1),
        (("val/another",), 1),
    ],
)
def test_what_was_not_logged_has_no_panel(
    tmp_path: Path, names: tuple[str, ...], panels: int
) -> None:
    file = tmp_path / "curves.png"
    draw_curves(run_that_logged(tmp_path, *names), PANELS, file, ("loss",))
    assert cv2.imread(str(file)).shape[1] == panels * _PANEL_PX
