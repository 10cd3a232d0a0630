"""A study of losses on a tiny data set: the command, its files, the same beginning for all."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
import torch

from followme_training.common.command import main
from followme_training.common.run_folder import Run
from followme_training.segmentation.command import MONITOR
from followme_training.segmentation.study import STUDIED
from tests.training.segmentation.conftest import write_settings

#: Two losses, of which one takes no weights of classes: it has none of the file's.
LOSSES = ["--vary", "model.loss=balanced,lovasz"]
PLAIN = ["--model.class_weights.method=none", "--model.lovasz=0"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, nyu_zip: Path) -> Path:
    """Return a folder with settings."""
    found = tmp_path_factory.mktemp("study")
    write_settings(found, nyu_zip)
    return found


def study(folder: Path, out: Path, *options: str) -> int:
    """Carry out the command."""
    given = ["-c", str(folder / "tiny.yaml"), "--out", str(out), *options, *PLAIN]
    return main(["segmentation", "study", *given])


@pytest.fixture(scope="module")
def studied(folder: Path) -> Path:
    """Return the folder of a study of two losses."""
    assert study(folder, folder / "out", *LOSSES) == 0
    return folder / "out"


def test_it_compares_what_training_watches() -> None:
    assert STUDIED.monitor == MONITOR
    assert STUDIED.mode == "max"


def test_table_and_figures_have_every_loss_and_class(studied: Path) -> None:
    text = (studied / "report.md").read_text(encoding="utf-8")
    for word in ("loss=balanced", "loss=lovasz", "mIoU", "IoU (share): wall"):
        assert word in text
    found = json.loads((studied / "metrics.json").read_text(encoding="utf-8"))
    by_name = {(m["variant"], m["measure"]): m["value"] for m in found["metrics"]}
    for loss, curve in found["curves"].items():
        assert [epoch for epoch, _ in curve] == [1, 2]
        assert by_name[loss, "val/miou"] == max(value for _, value in curve)
        # no sofa is there, but one may have been seen
        assert by_name[loss, "val/iou/sofa"] in (None, 0.0)
        assert 0.0 <= by_name[loss, "val/iou/wall"] <= 1.0
    assert found["facts"]["data"] == "nyuv2.zip"
    assert found["facts"]["seed"] == "3"


def test_the_plot_has_curves_and_bars(studied: Path) -> None:
    image = cv2.imread(str(studied / "curves.png"))
    assert image.shape[0] > 0.8 * image.shape[1]
    assert image.std() > 1.0


def test_each_loss_is_trained_and_another_than_the_others(studied: Path, folder: Path) -> None:
    logged = {}
    for loss in ("balanced", "lovasz"):
        run = Run(folder / "run" / f"loss={loss}")
        assert run.epoch("last") == 2
        logged[loss] = run.curves()
        assert f"train/{loss}" in logged[loss]
    assert len({curves["train/loss"][0][1] for curves in logged.values()}) == 2


def test_given_again_nothing_is_trained(studied: Path, folder: Path, capsys) -> None:
    before = (studied / "metrics.json").read_text(encoding="utf-8")
    assert study(folder, studied, *LOSSES) == 0
    assert capsys.readouterr().out.count("trained already") == 2
    now = (studied / "metrics.json").read_text(encoding="utf-8")
    assert json.loads(now) == json.loads(before)


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ("model.loss=cross_entropy,focl", "loss 'focl' is unknown; did you mean 'focal'?"),
        ("model.head=v3,v4", "model.head"),
        ("model.output_stride=16,7", "output stride 7 is unknown"),
    ],
)
def test_a_wrong_value_is_said_before_anything_is_trained(
    vary: str, words: str, folder: Path, tmp_path: Path, capsys
) -> None:
    runs = f"--trainer.default_root_dir={tmp_path}/runs"
    try:
        assert study(folder, tmp_path / "out", "--vary", vary, runs) == 2
    except SystemExit as stopped:
        assert stopped.code == 2
    assert words in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


def test_all_losses_begin_from_the_same_weights(folder: Path, tmp_path: Path) -> None:
    """Without a rate nothing is learnt, so that what is left is the beginning."""
    options = ["--vary", "model.loss=cross_entropy,dice", "--epochs", "1"]
    options += ["--model.optimiser.lr=0", f"--trainer.default_root_dir={tmp_path}/runs"]
    assert study(folder, tmp_path / "out", *options) == 0
    states = [
        torch.load(Run(tmp_path / "runs" / f"loss={loss}").checkpoint("last"), weights_only=True)[
            "state_dict"
        ]
        for loss in ("cross_entropy", "dice")
    ]
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
