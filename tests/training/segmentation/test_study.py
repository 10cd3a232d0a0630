"""A study of losses on a tiny data set: the command, its files, the same beginning for all."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from followme_training.common.command import main
from followme_training.common.run_folder import Run
from followme_training.segmentation.command import MONITOR
from followme_training.segmentation.study import STUDIED
from tests.training.conftest import IDS, SIZE_HW, encoded, write_nyu_zip

SETTINGS = """
seed_everything: 3
ema_decay: 0.5
threads: 1
trainer:
  default_root_dir: {folder}/runs
  accelerator: cpu
  max_epochs: 2
  log_every_n_steps: 1
  enable_model_summary: false
  enable_progress_bar: false
model:
  backbone: mobilenet_v2
  width: 16
  fine_width: 8
  separable: true
  rates: [1, 2, 3]
data:
  path: {folder}/nyuv2.zip
  size_hw: [48, 64]
  batch_size: 2
  hold_out_every: 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with data (a wall over a floor, the seam not labelled) and settings."""
    found = tmp_path_factory.mktemp("study")
    labels = np.full(SIZE_HW, 1, np.uint8)
    labels[30:] = 2
    labels[29] = 0
    png = encoded(labels, ".png")
    write_nyu_zip(found / "nyuv2.zip", **{f"label40/{number:04d}.png": png for number in IDS})
    (found / "tiny.yaml").write_text(SETTINGS.format(folder=found), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def studied(folder: Path) -> Path:
    """Return the folder of a study of two losses."""
    out = folder / "out"
    options = ["--vary", "model.loss=balanced,lovasz", "--out", str(out)]
    assert main(["segmentation", "study", "-c", str(folder / "tiny.yaml"), *options]) == 0
    return out


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
        run = Run(folder / "runs" / f"loss={loss}")
        assert run.epoch("last") == 2
        logged[loss] = run.curves()
        assert f"train/{loss}" in logged[loss]
    assert len({curves["train/loss"][0][1] for curves in logged.values()}) == 2


def test_given_again_nothing_is_trained(studied: Path, folder: Path, capsys) -> None:
    before = (studied / "metrics.json").read_text(encoding="utf-8")
    options = ["--vary", "model.loss=balanced,lovasz", "--out", str(studied)]
    assert main(["segmentation", "study", "-c", str(folder / "tiny.yaml"), *options]) == 0
    assert capsys.readouterr().out.count("trained already") == 2
    now = (studied / "metrics.json").read_text(encoding="utf-8")
    assert json.loads(now) == json.loads(before)


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ("model.loss=cross_entropy,focl", "loss 'focl' is unknown; did you mean 'focal'?"),
        ("model.head=v3,v4", "model.head"),
        ("model.output_stride=16,7", "7"),
    ],
)
def test_a_wrong_value_is_said_before_anything_is_trained(
    vary: str, words: str, folder: Path, tmp_path: Path, capsys
) -> None:
    command = ["segmentation", "study", "-c", str(folder / "tiny.yaml"), "--vary", vary]
    command += ["--out", str(tmp_path), f"--trainer.default_root_dir={tmp_path}/runs"]
    try:
        assert main(command) == 2
    except SystemExit as stopped:
        assert stopped.code == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_all_losses_begin_from_the_same_weights(folder: Path, tmp_path: Path) -> None:
    """Without a rate nothing is learnt, so that what is left is the beginning."""
    command = ["segmentation", "study", "-c", str(folder / "tiny.yaml"), "--epochs", "1"]
    command += ["--vary", "model.loss=cross_entropy,dice", "--out", str(tmp_path / "out")]
    command += ["--model.optimiser.lr=0", f"--trainer.default_root_dir={tmp_path}/runs"]
    assert main(command) == 0
    states = [
        torch.load(Run(tmp_path / "runs" / f"loss={loss}").checkpoint("last"), weights_only=True)[
            "state_dict"
        ]
        for loss in ("cross_entropy", "dice")
    ]
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
