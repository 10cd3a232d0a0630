"""Variants and seeds in one table; broken off, it goes on."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest

from followme_training.common.command import main
from followme_training.common.variation import StudyError
from followme_training.gan.command import MONITOR
from followme_training.gan.stability import PANELS, ROWS
from followme_training.gan.study import STUDIED, named_variants, seeded
from tests.training.gan.tiny_images import write_settings

VARIANTS = ["--variant", "as it is", "--variant", "hardly: model.recipe.generator_lr=1e-6"]


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Return a folder with a finished study below ``out``, and the command that made it."""
    folder = tmp_path_factory.mktemp("study")
    settings = write_settings(folder, 3, 100)
    command = ["gan", "study", "-c", str(settings), *VARIANTS, "--out", str(folder / "out")]
    assert main([*command, "--seeds", "4", "5"]) == 0
    return folder, [*command, "--seeds", "4", "5"]


def test_it_compares_what_training_watches() -> None:
    assert (STUDIED.monitor, STUDIED.mode) == (MONITOR, "min")


def test_the_table_has_each_variant_and_seed(studied) -> None:
    folder, _ = studied
    found = json.loads((folder / "out" / "metrics.json").read_text(encoding="utf-8"))["metrics"]
    fid = {(m["variant"], m.get("seed")): m["value"] for m in found if m["measure"] == "val/fid"}
    assert set(fid) == {
        *((name, seed) for name in ("as it is", "hardly") for seed in (4, 5)),
        ("real images", None),
    }
    # who hardly learns makes worse images, with either seed
    for seed in (4, 5):
        assert fid["real images", None] < fid["as it is", seed] < fid["hardly", seed]
    text = (folder / "out" / "report.md").read_text(encoding="utf-8")
    assert "| FID | **" in text
    for _, words, _ in ROWS:
        assert f"| {words} | " in text
    logs = {p.name for p in (folder / "out" / "logs").iterdir()}
    assert logs == {f"{n}-seed-{s}.csv" for n in ("as-it-is", "hardly") for s in (4, 5)}
    header = (folder / "out" / "logs" / "hardly-seed-4.csv").read_text().splitlines()[0]
    assert {panel.name for panel in PANELS} <= set(header.split(","))
    for picture in ("curves.png", "samples.png"):
        assert cv2.imread(str(folder / "out" / picture)).std() > 5


def test_given_again_it_trains_nothing_twice(studied, capsys) -> None:
    _, command = studied
    assert main(command) == 0
    assert capsys.readouterr().out.count("trained already") == 4


def test_changed_settings_are_not_taken_for_the_same(studied, capsys) -> None:
    _, command = studied
    assert main([*command, "--model.loss", "least_squares"]) == 2
    assert "was trained with model.loss hinge, now it is least_squares" in capsys.readouterr().err


def test_variants_are_named() -> None:
    one, other = named_variants(["plain", "two: a.b=[1, 2]; c.d = x"])
    assert (one.name, one.changes) == ("plain", ())
    assert (other.name, other.changes) == ("two", (("a.b", "[1, 2]"), ("c.d", "x")))
    names = [v.name for v in seeded([one, other], [0, 7])]
    assert names == ["plain, seed 0", "plain, seed 7", "two, seed 0", "two, seed 7"]
    assert seeded([one], [7])[0].options == ["--seed_everything=7", "--data.seed=7"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["model.loss=hinge"], "variant 'model.loss=hinge' is none; give 'NAME: KEY=VALUE"),
        (["x: model.loss"], "is none; give 'NAME"),
        ([": model.loss=hinge"], "is none; give 'NAME"),
        (["x: =hinge"], "is none; give 'NAME"),
        (["x", "x: a=b"], "variant 'x' is given twice"),
    ],
)
def test_what_is_no_variant_is_said(options: list[str], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        named_variants(options)


def test_a_seed_that_is_given_twice_is_said() -> None:
    with pytest.raises(StudyError, match="seeds are 1, 1; give each once"):
        seeded(named_variants(["x"]), [1, 1])


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("x: model.los=hinge", "did you mean 'model.loss'"),
        ("x: model.recipe.beta1=2", "beta1 is 2; give 0 to below 1"),
    ],
)
def test_a_wrong_change_is_said_before_anything_is_trained(
    variant: str, words: str, tmp_path: Path, capsys
) -> None:
    settings = write_settings(tmp_path, 1, 100)
    command = ["gan", "study", "-c", str(settings), "--variant", "plain", "--variant", variant]
    try:
        code = main([*command, "--out", str(tmp_path / "out")])
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
