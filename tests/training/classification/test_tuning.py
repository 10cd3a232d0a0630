"""A search that is found, shared, broken off and taken up again."""

from __future__ import annotations

import csv
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import cv2
import optuna
import pytest

from followme_training.classification.search_space import (
    Dimension,
    dimension,
    usual_search,
)
from followme_training.classification.tuning import (
    ReportsToTrial,
    counted,
    open_study,
    repeat_what_was_broken_off,
)
from followme_training.common.command import main
from followme_training.common.variation import StudyError
from tests.training.classification.tiny_data import write_settings

SEARCH = ["--search", "model.recipe.lr=0.0001..0.05 log", "--search", "model.layout.width=8,16"]
QUICK = ["--epochs", "1", "--data.per_class", "12"]


def tune(folder: Path, *options: str) -> int:
    command = ["classification", "tune", "-c", str(folder / "tiny.yaml"), *QUICK]
    return main([*command, "--out", str(folder / "out"), *options])


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a search of five trials, the last two by a second worker."""
    folder = tmp_path_factory.mktemp("tuning")
    write_settings(folder)
    assert tune(folder, *SEARCH, "--trials", "3") == 0
    assert tune(folder, *SEARCH, "--trials", "5", "--worker", "1") == 0
    return folder


def test_every_trial_is_in_the_table(searched: Path) -> None:
    rows = list(csv.DictReader((searched / "out" / "trials.csv").open(encoding="utf-8")))
    assert [row["trial"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert len({row["model.recipe.lr"] for row in rows}) == 5
    assert {row["model.layout.width"] for row in rows} <= {"8", "16"}
    assert all(1e-4 <= float(row["model.recipe.lr"]) <= 0.05 for row in rows)
    found = json.loads((searched / "out" / "metrics.json").read_text(encoding="utf-8"))
    best = max(float(row["accuracy"]) for row in rows if row["state"] == "complete")
    assert found["best"]["accuracy"] == pytest.approx(best, abs=1e-5)
    assert sum(found["importance"].values()) == pytest.approx(1.0)
    text = (searched / "out" / "report.md").read_text(encoding="utf-8")
    assert f"accuracy {best:.4f}: `--model." in text
    for name in ("trials.png", "importance.png"):
        assert cv2.imread(str(searched / "out" / name)).std() > 5


def test_given_again_nothing_is_trained(searched: Path, capsys) -> None:
    before = (searched / "out" / "trials.csv").read_text(encoding="utf-8")
    assert tune(searched, *SEARCH, "--trials", "5") == 0
    assert "trial " not in capsys.readouterr().out.split("best accuracy")[0]
    assert (searched / "out" / "trials.csv").read_text(encoding="utf-8") == before


def test_another_search_is_not_mixed_in(searched: Path, capsys) -> None:
    assert tune(searched, *SEARCH[:2], "--trials", "6") == 2
    assert "other keys or ranges are searched; give another --storage" in capsys.readouterr().err
    assert tune(searched, *SEARCH, "--trials", "6", "--model.smoothing", "0") == 2
    assert "in which 'model' differs" in capsys.readouterr().err


def test_a_rate_that_cannot_learn_is_the_worst_trial_not_the_end(tmp_path: Path) -> None:
    write_settings(tmp_path)
    assert tune(tmp_path, "--search", "model.recipe.lr=0.01,1e30", "--trials", "4") == 0
    rows = list(csv.DictReader((tmp_path / "out" / "trials.csv").open(encoding="utf-8")))
    states = {row["model.recipe.lr"]: row["state"] for row in rows}
    assert states == {"0.01": "complete", "1e30": "pruned"}


def test_what_was_broken_off_is_asked_once_more(tmp_path: Path) -> None:
    study = open_study(str(tmp_path / "j"), "s", {}, [Dimension("a", (), 0, 1)], 0, 0)
    gone, alive, elsewhere = (study.ask() for _ in range(3))
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for trial, worker in (
        (gone, f"{platform.node()}:{ended.pid}"),
        (alive, f"{platform.node()}:{os.getpid()}"),
        (elsewhere, "another-machine:1"),
    ):
        trial.suggest_float("a", 0, 1)
        trial.set_user_attr("worker", worker)
    assert counted(study) == 3
    repeat_what_was_broken_off(study)
    assert counted(study) == 2
    again = [t for t in study.trials if t.state == optuna.trial.TrialState.WAITING]
    assert len(again) == 1
    assert study.ask().suggest_float("a", 0, 1) == study.trials[gone.number].params["a"]
    # and not a third time
    repeat_what_was_broken_off(study)
    assert len(study.trials) == 4


def test_a_search_that_was_broken_off_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_settings(tmp_path)
    options = [*SEARCH, "--trials", "1", "--storage", str(tmp_path / "journal")]

    def power_cut(*_: object) -> None:
        raise InterruptedError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(ReportsToTrial, "on_validation_end", power_cut)
        with pytest.raises(InterruptedError):
            tune(tmp_path, *options)
    assert tune(tmp_path, *options) == 0
    (row,) = csv.DictReader((tmp_path / "out" / "trials.csv").open(encoding="utf-8"))
    study = open_study_again(tmp_path / "journal")
    assert [trial.state.name for trial in study.trials] == ["FAIL", "COMPLETE"]
    assert study.trials[0].params == study.trials[1].params
    assert row["trial"] == "1"


def open_study_again(journal: Path) -> optuna.Study:
    backend = optuna.storages.journal.JournalFileBackend(str(journal))
    return optuna.load_study(study_name="tiny", storage=optuna.storages.JournalStorage(backend))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=1..4", Dimension("a.b", (), 1, 4, whole=True)),
        ("a=1..16 log", Dimension("a", (), 1, 16, whole=True, log=True)),
        ("a = 1e-4..0.1 log", Dimension("a", (), 1e-4, 0.1, log=True)),
        ("a=0..0.5", Dimension("a", (), 0.0, 0.5)),
        ("a=x,y", Dimension("a", ("x", "y"))),
        ("a=[1,2],[3,4]", Dimension("a", ("[1,2]", "[3,4]"))),
    ],
)
def test_what_to_search_is_read(text: str, expected: Dimension) -> None:
    assert dimension(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "give KEY=VALUE,VALUE or KEY=LOW..HIGH"),
        ("a", "give KEY=VALUE,VALUE"),
        ("a=1", "give KEY=VALUE,VALUE"),
        ("=1..2", "give KEY=VALUE,VALUE"),
        ("a=1,,2", "give KEY=VALUE,VALUE"),
        ("a=2..1", "with LOW below HIGH"),
        ("a=0..1 log", "both above 0 for log"),
        ("a=x..1", "'x' is no number"),
        ("a=nan..1", "with LOW below HIGH"),
    ],
)
def test_what_cannot_be_searched_is_said(text: str, words: str) -> None:
    with pytest.raises(StudyError, match=words):
        dimension(text)


def test_without_a_word_the_usual_is_searched_about_the_files_values() -> None:
    settings = {
        "model": {
            "layout": {"width": 16, "depth": 1},
            "recipe": {"lr": 0.1, "weight_decay": 0.0},
        }
    }
    found = {one.key: one for one in usual_search(settings)}
    assert found["model.layout.width"].choices == ("8", "16", "32")
    assert (found["model.layout.depth"].low, found["model.layout.depth"].high) == (1, 2)
    assert found["model.recipe.lr"].low == pytest.approx(0.02)
    assert found["model.recipe.weight_decay"].low > 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--trials", "0"], "--trials is 0; give 1 or more"),
        (["--search", "model.recipe.rate=1,2"], "'model.recipe.rate' is unknown"),
        (["--search", "model.layout.width=0,1"], "width is 0; give 1 or more"),
    ],
)
def test_a_wrong_search_is_said_before_anything_is_trained(
    options, words, tmp_path, capsys
) -> None:
    write_settings(tmp_path)
    try:
        code = tune(tmp_path, *options)
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
