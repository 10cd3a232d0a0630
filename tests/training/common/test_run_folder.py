from __future__ import annotations

from pathlib import Path

import pytest

from followme_training.common.run_folder import Run, RunError


def test_a_folder_without_settings_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"config\.yaml.*default_root_dir"):
        Run(tmp_path)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "config.yaml").write_text("seed_everything: 4\n", encoding="utf-8")
    return Run(tmp_path)


def log(run: Run, version: int, *lines: str) -> None:
    folder = run.folder / "csv" / f"version_{version}"
    folder.mkdir(parents=True)
    (folder / "metrics.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_checkpoint_that_is_not_there_is_named(run: Run) -> None:
    with pytest.raises(RunError, match=r"best\.ckpt: is missing"):
        run.checkpoint()


def test_without_logs_there_are_no_curves(run: Run) -> None:
    assert run.curves() == {}
    assert run.hours() is None
    assert run.config == {"seed_everything": 4}


def test_curves_of_a_resumed_run_are_joined_and_the_later_log_is_right(run: Run) -> None:
    header = "epoch,lr,step,train/loss,hours"
    log(run, 0, header, ",1e-3,0,,", "0,,10,3.0,0.1", "1,,20,2.5,0.2")
    log(run, 10, header, "2,,30,1.0,0.4", "1,,20,2.0,0.31")
    log(run, 2, header, "1,,20,2.2,0.3")
    assert run.curves()["train/loss"] == [(0.0, 3.0), (1.0, 2.0), (2.0, 1.0)]
    assert "lr" not in run.curves()
    assert run.hours() == 0.4
