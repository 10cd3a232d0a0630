"""A tiny training: strict settings, the same bits again, taken up again, by two processes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import yaml

from followme_training.common.command import main
from followme_training.common.fitting import TrainingCommand
from followme_training.common.run_folder import Run
from followme_training.depth.command import MONITOR
from followme_training.depth.data import DepthData
from followme_training.depth.module import DepthTask
from tests.training.common import tiny_task
from tests.training.conftest import followme_train, write_settings
from tests.training.stopping import StopsBeforeEpoch, digest

EPOCHS = 3


def prepared(settings: Path) -> TrainingCommand:
    return TrainingCommand(DepthTask, DepthData, ["--config", str(settings)], MONITOR, run=False)


def fitted(settings: Path, resume: str | None = None) -> str:
    command = prepared(settings)
    command.trainer.fit(command.model, command.datamodule, ckpt_path=resume)
    return digest(command.model)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--trainer.max_epoch", "3"], "'trainer.max_epoch' is unknown; did you mean 'trainer.max"),
        (["--model.optimiser.lrr", "3"], "did you mean 'model.optimiser.lr'?"),
        (["--data.batch_size", "many"], "batch_size"),
        (["--threds", "1"], "did you mean 'threads'?"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_exit_2(
    arguments, words, tmp_path, nyu_zip, capsys
) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    with pytest.raises(SystemExit) as stopped:
        TrainingCommand(
            DepthTask, DepthData, ["fit", "--config", str(settings), *arguments], MONITOR
        )
    said = capsys.readouterr().err.strip()
    assert stopped.value.code == 2
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_clip_of_lightning_beside_our_own_is_refused(tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    clip = ["--trainer.gradient_clip_val", "0.5"]
    assert main(["depth", "fit", "--config", str(settings), *clip]) == 2
    assert "gradient_clip_val is 0.5, but" in capsys.readouterr().err


def test_a_start_from_a_part_of_nothing_is_refused(tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    assert main(["depth", "fit", "--config", str(settings), "--start_partly", "true"]) == 2
    assert "there is no file; give --start FILE too" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "value", "nearest"),
    [
        ("model", {"dropuot": 0.1}, "model.dropout"),
        ("data", {"batch": 2, "nyuv2": "x"}, "data.batch_size"),
        ("trainer", {"max_epoch": 3}, "trainer.max_epochs"),
        ("sead_everything", 3, "seed_everything"),
    ],
)
def test_a_wrong_key_in_the_file_too(key, value, nearest, tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content[key] = value
    settings.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        TrainingCommand(DepthTask, DepthData, ["fit", "--config", str(settings)], MONITOR)
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert f"did you mean '{nearest}'?" in said, said


def test_a_run_leaves_settings_checkpoints_and_logs(trained: Path) -> None:
    run = Run(trained)
    assert run.config["data"]["augmentation"]["zoom"] == 1.6, "defaults are written too"
    assert "ckpt_path" not in run.config
    assert run.checkpoint("best").is_file()
    assert run.checkpoint("last").is_file()
    assert run.epoch("last") == 2
    curves = run.curves()
    assert [epoch for epoch, _ in curves["train/loss"]] == [0.0, 1.0]
    assert {"val/abs_rel", "val/delta1", "train/gradient", "hours"} <= curves.keys()
    assert list(trained.glob("tensorboard/version_0/events*"))


def test_checkpoints_hold_the_averaged_weights(trained: Path) -> None:
    state = torch.load(trained / "checkpoints" / "last.ckpt", weights_only=True)
    name = "network.decoder.last.weight"
    assert not torch.equal(state["state_dict"][name], state["current_model_state"][name])


def test_a_resumed_run_has_the_bits_of_an_unbroken_one(tmp_path: Path, nyu_zip: Path) -> None:
    folders = [tmp_path / name for name in ("whole", "again", "broken")]
    settings = []
    for folder in folders:
        folder.mkdir()
        settings.append(write_settings(folder, nyu_zip, EPOCHS))
    whole = fitted(settings[0])
    assert fitted(settings[1]) == whole
    broken = prepared(settings[2])
    broken.trainer.callbacks.append(StopsBeforeEpoch(2))
    with pytest.raises(InterruptedError):
        broken.trainer.fit(broken.model, broken.datamodule)
    last = Run(folders[2] / "run").checkpoint("last")
    assert fitted(settings[2], str(last)) == whole


@pytest.mark.parametrize("every", [1, 2])
def test_the_last_checkpoint_is_of_the_last_epoch_whichever_was_best(
    every: int, tmp_path: Path
) -> None:
    # without a rate no epoch is better than the first
    arguments = ["--config", str(tiny_task.write_settings(tmp_path)), "--model.lr=0"]
    arguments += [f"--trainer.check_val_every_n_epoch={every}"]
    command = TrainingCommand(tiny_task.Line, tiny_task.Points, arguments, "val/error", run=False)
    command.trainer.fit(command.model, command.datamodule)
    run = Run(tmp_path / "runs")
    assert run.epoch("best") == every
    assert run.epoch("last") == 3


def test_another_seed_is_another_run(tmp_path: Path, nyu_zip: Path) -> None:
    settings = write_settings(tmp_path, nyu_zip, 1)
    one = fitted(settings)
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("seed_everything: 3", "seed_everything: 4"), encoding="utf-8")
    assert fitted(settings) != one


def test_two_processes_share_a_run(tmp_path: Path, nyu_zip: Path) -> None:
    settings = write_settings(tmp_path, nyu_zip, 1)
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content["trainer"] |= {
        "devices": 2,
        "strategy": "ddp",
        "callbacks": [
            {
                "class_path": "tests.training.stopping.WritesWeights",
                "init_args": {"folder": str(tmp_path)},
            }
        ],
    }
    content["data"] |= {"batch_size": 1, "hold_out_every": 3}
    settings.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = followme_train("depth", "fit", "--config", str(settings))
    assert done.returncode == 0, done.stderr
    first, second = ((tmp_path / f"rank{r}").read_text(encoding="utf-8") for r in (0, 1))
    assert first == second
    world, steps, _ = first.split()
    # 12 images, less those of the scenes 1 and 4
    assert (world, steps) == ("2", str(7 // 2))
    assert Run(tmp_path / "run").checkpoint("last").is_file()
