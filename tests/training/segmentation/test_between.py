"""Weights on the line between the start and the end of a training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from followme_training.common.between_weights import BetweenError, between
from followme_training.common.card import read_card
from followme_training.common.command import main
from tests.training.segmentation.conftest import write_settings


def test_between_by_hand() -> None:
    start = {"weight": torch.tensor([1.0, 2.0]), "batches": torch.tensor(8)}
    end = {"weight": torch.tensor([3.0, -2.0]), "batches": torch.tensor(9)}
    half = between(start, end, 0.25)
    torch.testing.assert_close(half["weight"], torch.tensor([1.5, 1.0]))
    assert int(half["batches"]) == 9
    assert torch.equal(between(start, end, 0.0)["weight"], start["weight"])
    assert torch.equal(between(start, end, 1.0)["weight"], end["weight"])


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_share_that_cannot_be_is_said(share: float) -> None:
    with pytest.raises(BetweenError, match="give 0"):
        between({}, {}, share)


@pytest.fixture
def went_on(tmp_path: Path, nyu_zip: Path, trained_segmentation: Path) -> tuple[Path, Path]:
    """Return a run and the checkpoint that it was begun from."""
    start = trained_segmentation / "checkpoints" / "last.ckpt"
    settings = write_settings(tmp_path, nyu_zip, epochs=1)
    fit = ["segmentation", "fit", "--config", str(settings), "--start", str(start)]
    assert main([*fit, "--model.optimiser.lr", "0.05"]) == 0
    return tmp_path / "run", start


def weights_of(file: Path) -> dict[str, torch.Tensor]:
    return torch.load(file, map_location="cpu", weights_only=True)["state_dict"]


def test_a_run_that_went_on_is_averaged_with_its_start(went_on, tmp_path, capsys) -> None:
    run, start = went_on
    command = ["segmentation", "between", str(run), "--checkpoint", "last", "--start", str(start)]
    assert main([*command, "--share", "0.25"]) == 0
    assert "--checkpoint between" in capsys.readouterr().out
    checkpoints = run / "checkpoints"
    began, ended, made = (
        weights_of(f) for f in (start, checkpoints / "last.ckpt", checkpoints / "between.ckpt")
    )
    moved = 0
    for name, value in made.items():
        if value.is_floating_point():
            moved += not torch.equal(began[name], ended[name])
            torch.testing.assert_close(value, 0.75 * began[name] + 0.25 * ended[name])
    assert moved > 20
    assert main(["segmentation", "evaluate", "--run", str(run), "--checkpoint", "between"]) == 0


def test_the_card_says_from_what_it_went_on_and_how_far(went_on, tmp_path) -> None:
    run, start = went_on
    command = ["segmentation", "between", str(run), "--checkpoint", "last", "--start", str(start)]
    assert main([*command, "--share", "0.3"]) == 0
    onnx = tmp_path / "models" / "segmentation.onnx"
    export = ["segmentation", "export", str(run), "--out", str(onnx)]
    assert main([*export, "--checkpoint", "between", "--reports", str(tmp_path / "reports")]) == 0
    training = read_card(onnx)["training"]
    assert (training["begun_from"], training["share_of_the_way"]) == (str(start), 0.3)
    assert f"begun from {start}" in read_card(onnx)["licence"]
    assert main([*export, "--checkpoint", "last", "--reports", str(tmp_path / "reports")]) == 0
    assert "share_of_the_way" not in read_card(onnx)["training"]


def test_the_start_may_be_an_exported_file(went_on, trained_segmentation, tmp_path) -> None:
    run, _ = went_on
    onnx = tmp_path / "models" / "start.onnx"
    export = ["segmentation", "export", str(trained_segmentation), "--out", str(onnx)]
    assert main([*export, "--reports", str(tmp_path / "reports")]) == 0
    assert main(["segmentation", "between", str(run), "--start", str(onnx)]) == 0
    assert (run / "checkpoints" / "between.ckpt").is_file()


def test_mistakes_are_said(went_on, tmp_path, capsys) -> None:
    run, start = went_on
    command = ["segmentation", "between", str(run)]
    assert main([*command, "--start", str(start), "--share", "2"]) == 2
    assert "share is 2; give 0" in capsys.readouterr().err
    assert main([*command, "--start", str(tmp_path / "none.onnx")]) == 2
    assert "there is no checkpoint" in capsys.readouterr().err
    assert main(["segmentation", "between", str(tmp_path / "nothing"), "--start", str(start)]) == 2
    assert "holds no config.yaml" in capsys.readouterr().err
    (tmp_path / "cut.ckpt").write_bytes(start.read_bytes()[:1000])
    assert main([*command, "--start", str(tmp_path / "cut.ckpt")]) == 2
    assert "does not fit" in capsys.readouterr().err
    assert not (run / "checkpoints" / "between.ckpt").exists()
