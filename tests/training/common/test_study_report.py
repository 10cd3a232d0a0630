from __future__ import annotations

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme_training.common.study_report import (
    Outcome,
    Shown,
    bar_names,
    draw,
    figures_of,
    table,
    write_study,
)

SHOWN = Shown(
    curve=("val/miou", "mIoU"),
    rows={"val/accuracy": "accuracy"},
    bars="val/iou/",
    bars_words="IoU",
    larger=True,
)
NAN = math.nan
OUTCOMES = [
    Outcome(
        "loss=dice",
        2,
        {"val/miou": 0.25, "val/accuracy": 0.5, "val/iou/floor": 0.9, "val/iou/door": NAN},
        [(1, 0.125), (2, 0.25)],
        0.5,
    ),
    Outcome(
        "loss=focal",
        1,
        {"val/miou": 0.375, "val/accuracy": 0.25, "val/iou/floor": 0.8, "val/iou/door": 0.1},
        [(1, 0.375), (2, NAN)],
        None,
    ),
]
FACTS = {"command": "followme-train segmentation study", "data": "nyuv2.zip"}


def cells(text: str) -> list[list[str]]:
    return [[c.strip() for c in line.strip("|").split("|")] for line in text.splitlines()]


def test_the_table_by_hand() -> None:
    assert cells(table(SHOWN, OUTCOMES)) == [
        ["", "loss=dice", "loss=focal"],
        ["-" * 16, "-" * 8 + ":", "-" * 9 + ":"],
        ["mIoU", "0.250", "**0.375**"],
        ["best after epoch", "2", "1"],
        ["accuracy", "0.500", "0.250"],
        ["IoU: floor", "**0.900**", "0.800"],
        ["IoU: door", "-", "**0.100**"],
        ["hours", "0.50", "-"],
    ]


def test_every_line_of_the_table_is_as_long() -> None:
    assert len({len(line) for line in table(SHOWN, OUTCOMES).splitlines()}) == 1


def test_where_smaller_is_better_the_smaller_is_bold() -> None:
    found = cells(table(Shown(("val/miou", "error")), OUTCOMES))
    assert found[2] == ["error", "**0.250**", "0.375"]
    assert len(found) == 5


def test_equal_ones_are_both_bold_and_one_alone_is_not() -> None:
    same = [OUTCOMES[0], OUTCOMES[0]]
    assert cells(table(SHOWN, same))[2] == ["mIoU", "**0.250**", "**0.250**"]
    assert cells(table(SHOWN, OUTCOMES[:1]))[2] == ["mIoU", "0.250"]


def test_a_figure_that_only_one_logged_has_a_row() -> None:
    more = Outcome("x", 1, {"val/miou": 0.1, "val/iou/sofa": 0.3}, [(1, 0.1)], None)
    assert bar_names(SHOWN, [*OUTCOMES, more])[-1] == "val/iou/sofa"
    assert cells(table(SHOWN, [*OUTCOMES, more]))[-2] == ["IoU: sofa", "-", "-", "**0.300**"]


def test_figures_are_rows_and_nan_is_null() -> None:
    found = figures_of(FACTS, OUTCOMES)
    assert found["facts"] == FACTS
    assert found["metrics"][0] == {
        "variant": "loss=dice",
        "set": "nyuv2.zip",
        "split": "validation",
        "measure": "val/miou",
        "value": 0.25,
        "epoch": 2,
    }
    assert len(found["metrics"]) == 8
    assert found["metrics"][3]["value"] is None
    assert found["curves"]["loss=focal"] == [[1, 0.375], [2, None]]
    assert found["hours"] == {"loss=dice": 0.5, "loss=focal": None}


def test_a_study_is_four_files(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "study"
    write_study(folder, "losses", {"seed_everything": 3}, FACTS, SHOWN, OUTCOMES)
    names = {p.name for p in folder.iterdir()}
    assert names == {"config.yaml", "metrics.json", "curves.png", "report.md"}
    assert (folder / "config.yaml").read_text(encoding="utf-8") == "seed_everything: 3\n"
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert text.startswith("# Study: losses\n")
    assert table(SHOWN, OUTCOMES) in text
    assert "- data: nyuv2.zip" in text
    assert "(curves.png)" in text
    json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("count", [1, 2, 9])
def test_each_variant_is_drawn_in_its_own_colour(count: int, tmp_path: Path) -> None:
    file = tmp_path / "curves.png"
    draw(SHOWN, [OUTCOMES[i % 2] for i in range(count)], file)
    image = cv2.imread(str(file))
    assert image.shape[0] > image.shape[1] / 2, "bars stand below the curves"
    # blue, vermilion, green, as OpenCV orders channels
    expected = [(0xB2, 0x72, 0x00), (0x00, 0x5E, 0xD5), (0x73, 0x9E, 0x00)]
    found = [bool((image == np.array(c, np.uint8)).all(-1).any()) for c in expected]
    assert found == [count > i for i in range(3)]


def test_without_bars_there_is_one_panel(tmp_path: Path) -> None:
    file = tmp_path / "curves.png"
    draw(Shown(("val/miou", "mIoU")), OUTCOMES, file)
    image = cv2.imread(str(file))
    assert image.shape[0] < image.shape[1] / 2
