"""A study of a task that trains in a moment: what is trained, in which order, and only once."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
import yaml

from followme_training.common.fitting import TrainingCommand
from followme_training.common.run_folder import Run
from followme_training.common.study import UNCHANGED, Outcome, Planned, outcome, study
from followme_training.common.variation import StudyError
from tests.training.common.tiny_task import EPOCHS_SEEN, STUDIED, Line, Points, write_settings

LOSS = "val/error"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_settings(tmp_path)
    EPOCHS_SEEN.clear()
    return tmp_path


def carried_out(folder: Path, *options: str) -> dict[str, Outcome]:
    """Carry a study out and return what its files say."""
    arguments = ["-c", str(folder / "tiny.yaml"), "--out", str(folder / "out"), *options]
    assert study(STUDIED, arguments) == 0
    found = json.loads((folder / "out" / "metrics.json").read_text(encoding="utf-8"))
    outcomes = {}
    for name, curve in found["curves"].items():
        rows = [m for m in found["metrics"] if m["variant"] == name]
        figures = {m["measure"]: m["value"] for m in rows}
        outcomes[name] = Outcome(name, rows[0]["epoch"], figures, curve, found["hours"][name])
    return outcomes


def weight(folder: Path, variant: str) -> float:
    state = torch.load(Run(folder / "runs" / variant).checkpoint("last"), weights_only=True)
    return float(state["state_dict"]["slope"])


def test_each_value_is_trained_and_compared(folder: Path, capsys) -> None:
    found = carried_out(folder, "--vary", "model.slope=0,2.5", "--epochs", "2")
    assert EPOCHS_SEEN == [0.0, 0.0, 2.5, 2.5]
    assert list(found) == ["slope=0", "slope=2.5"]
    assert all([epoch for epoch, _ in o.curve] == [1, 2] for o in found.values())
    # 3 is right, and the nearer it is the better
    assert found["slope=2.5"].figures[LOSS] < found["slope=0"].figures[LOSS]
    assert found["slope=0"].best == 2
    assert found["slope=0"].figures[LOSS] == found["slope=0"].curve[1][1]
    assert found["slope=0"].figures["val/part/right"] is None
    said = capsys.readouterr().out
    assert "1 of 2: slope=0: epochs 1 to 2" in said
    assert "| error (square)" in said
    assert f"{folder / 'out'}: the table" in said


def test_a_variant_has_the_bits_of_a_training_of_its_own(folder: Path) -> None:
    carried_out(folder, "--vary", "model.slope=1,2")
    arguments = ["--config", str(folder / "tiny.yaml"), "--model.slope=2"]
    arguments += [f"--trainer.default_root_dir={folder / 'alone'}"]
    alone = TrainingCommand(Line, Points, arguments, LOSS, run=False)
    alone.trainer.fit(alone.model, alone.datamodule)
    assert weight(folder, "slope=2") == float(alone.model.slope.detach())


def test_all_variants_begin_alike(folder: Path) -> None:
    carried_out(folder, "--vary", "model.lr=0.0,1e-9", "--epochs", "1")
    assert weight(folder, "lr=0.0") == pytest.approx(weight(folder, "lr=1e-9"), abs=1e-6)
    assert weight(folder, "lr=0.0") != 0.0


def test_what_is_trained_is_not_trained_again(folder: Path, capsys) -> None:
    first = carried_out(folder, "--vary", "model.slope=0,2")
    EPOCHS_SEEN.clear()
    assert carried_out(folder, "--vary", "model.slope=0,2") == first
    assert EPOCHS_SEEN == []
    assert "2 of 2: slope=2: trained already" in capsys.readouterr().out
    # another value is added to the two that are there
    assert list(carried_out(folder, "--vary", "model.slope=0,1,2")) == [
        *("slope=0", "slope=1", "slope=2")
    ]
    assert EPOCHS_SEEN == [1.0, 1.0, 1.0]


def test_a_study_that_was_broken_off_goes_on(folder: Path, monkeypatch, capsys) -> None:
    start = Line.on_train_epoch_start

    def breaks(self: Line) -> None:
        if self.current_epoch == 2 and self._first == 2.0:
            raise InterruptedError("the power is gone")
        start(self)

    with monkeypatch.context() as broken:
        broken.setattr(Line, "on_train_epoch_start", breaks)
        with pytest.raises(InterruptedError):
            carried_out(folder, "--vary", "model.slope=0,2")
    assert EPOCHS_SEEN == [0.0, 0.0, 0.0, 2.0, 2.0]
    assert not (folder / "out").exists()
    EPOCHS_SEEN.clear()
    found = carried_out(folder, "--vary", "model.slope=0,2")
    assert EPOCHS_SEEN == [2.0]
    assert "2 of 2: slope=2: epochs 3 to 3" in capsys.readouterr().out
    assert [epoch for epoch, _ in found["slope=2"].curve] == [1, 2, 3]
    other = write_settings(folder).read_text(encoding="utf-8").replace("/runs", "/unbroken")
    (folder / "tiny.yaml").write_text(other, encoding="utf-8")
    whole = carried_out(folder, "--vary", "model.slope=2")["slope=2"]
    assert found["slope=2"].curve == whole.curve
    assert found["slope=2"].figures == whole.figures


def test_a_variant_that_was_broken_in_its_first_epoch_begins_anew(folder: Path, capsys) -> None:
    carried_out(folder, "--vary", "model.slope=2")
    for file in (folder / "runs" / "slope=2" / "checkpoints").iterdir():
        file.unlink()
    carried_out(folder, "--vary", "model.slope=2")
    assert capsys.readouterr().out.count("slope=2: epochs 1 to 3") == 2


def test_what_the_file_has_already_is_trained_once(folder: Path) -> None:
    found = carried_out(folder, "--vary", "model.lr=0.1,0.2", "--vary", "model.slope=0.0,1")
    assert list(found) == [UNCHANGED, "lr=0.2", "slope=1"]
    assert len(EPOCHS_SEEN) == 9
    assert (folder / "runs" / "as-given" / "config.yaml").is_file()


def test_values_of_one_option_keep_their_names(folder: Path) -> None:
    assert list(carried_out(folder, "--vary", "model.lr=0.1,0.2")) == ["lr=0.1", "lr=0.2"]


def test_keys_that_belong_together_change_together(folder: Path) -> None:
    found = carried_out(folder, "--vary", "model.slope=1,2;model.lr=0.2,0.1", "--epochs", "1")
    assert list(found) == ["slope=1 lr=0.2", "slope=2 lr=0.1"]
    settings = Run(folder / "runs" / "slope=1-lr=0.2").config
    assert (settings["model"]["slope"], settings["model"]["lr"]) == (1.0, 0.2)


def test_it_measures_after_each_epoch_whatever_the_file_says(folder: Path) -> None:
    file = folder / "tiny.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("max_epochs: 3", "max_epochs: 3\n  check_val_every_n_epoch: 2"),
        encoding="utf-8",
    )
    assert len(carried_out(folder, "--vary", "model.slope=1")["slope=1"].curve) == 3


def test_options_of_the_settings_hold_for_all(folder: Path) -> None:
    carried_out(folder, "--vary", "model.slope=1,2", "--data.count", "6")
    for variant in ("slope=1", "slope=2"):
        assert Run(folder / "runs" / variant).config["data"]["count"] == 6
    shared = yaml.safe_load((folder / "out" / "config.yaml").read_text(encoding="utf-8"))
    assert shared["data"]["count"] == 6
    assert shared["model"]["slope"] == 0.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vary", "model.slope=1,1.0"], "'slope=1' and 'slope=1.0' are the same training"),
        (["--vary", "model.slope"], "what to vary is 'model.slope'"),
        (["--vary", "model.slope=1", "--epochs", "0"], "max_epochs is 0; give --epochs of at"),
        (["--vary", "model.slope=1", "--epochs", "-1"], "max_epochs is -1"),
        (["--vary", "model.slope=1,101"], "slope 101.0 is too steep; give at most 100"),
    ],
)
def test_what_cannot_be_studied_is_said_before_anything_is_trained(
    options: list[str], words: str, folder: Path
) -> None:
    with pytest.raises(ValueError, match=words):
        carried_out(folder, *options)
    assert EPOCHS_SEEN == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--vary", "model.slop=1"], "key 'model.slop' is unknown; did you mean 'model.slope'?"),
        (["--vary", "model.slope=steep"], "model.slope"),
        (["--vary", "model.slope=1", "--trainer.max_epoch", "1"], "'trainer.max_epochs'?"),
        (["--vary", "model.slope=1", "--epochs", "many"], "--epochs: invalid int value: 'many'"),
        ([], "the following arguments are required: --vary"),
    ],
)
def test_a_wrong_option_ends_with_exit_2(options, words, folder: Path, capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        carried_out(folder, *options)
    assert stopped.value.code == 2
    assert words in capsys.readouterr().err
    assert EPOCHS_SEEN == []


def test_a_run_of_other_settings_is_not_taken_for_this_one(folder: Path) -> None:
    carried_out(folder, "--vary", "model.slope=1,2")
    EPOCHS_SEEN.clear()
    words = r"slope=2: was trained with model.lr 0.1, now it is 0.3; remove the folder"
    with pytest.raises(StudyError, match=words):
        carried_out(folder, "--vary", "model.slope=3,2", "--model.lr", "0.3")
    assert EPOCHS_SEEN == [], "all folders are looked at before the first training"
    with pytest.raises(StudyError, match=r"trained with trainer\.max_epochs 3, now it is 5"):
        carried_out(folder, "--vary", "model.slope=1,2", "--epochs", "5")


def test_a_training_that_fails_is_named(folder: Path, monkeypatch) -> None:
    def fails(self: Line, batch: object, batch_idx: int) -> torch.Tensor:
        raise ValueError("step 1: the loss is not finite")

    monkeypatch.setattr(Line, "training_step", fails)
    with pytest.raises(StudyError, match="variant 'slope=1': step 1: the loss is not finite"):
        carried_out(folder, "--vary", "model.slope=1")


def write_run(folder: Path, *values: str) -> Planned:
    """Write a run by hand that logged these figures after its epochs."""
    (folder / "csv" / "version_0").mkdir(parents=True)
    (folder / "config.yaml").write_text("seed_everything: 1\n", encoding="utf-8")
    lines = ["epoch,step,train/loss,val/error,val/part/left"]
    lines += [f"{n},{n},,{value},{n}.5" for n, value in enumerate(values)]
    log = folder / "csv" / "version_0" / "metrics.csv"
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Planned("by hand", [], {}, folder, len(values))


def test_the_best_epoch_by_hand(tmp_path: Path) -> None:
    found = outcome(STUDIED, write_run(tmp_path, "nan", "2.0", "1.0", "1.0", "3.0"))
    # the first of equal ones; not the epoch without figure
    assert found.best == 3
    assert found.figures == {"val/error": 1.0, "val/part/left": 2.5}
    assert math.isnan(found.curve[0][1])
    assert found.curve[1:] == ((2, 2.0), (3, 1.0), (4, 1.0), (5, 3.0))


@pytest.mark.parametrize("values", [(), ("nan", "nan")])
def test_a_run_without_the_figure_is_said(values: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"logged no val/error; remove the folder and train again"):
        outcome(STUDIED, write_run(tmp_path, *values))
