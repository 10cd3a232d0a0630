"""Which images a network is asked about: of its run, others, and those that it cannot know."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from followme_training.classification.asked import add_data, asked_of, beginning
from followme_training.classification.evaluation import network_predictor
from followme_training.classification.networks import Layout, make_classifier
from followme_training.common.arguments import add_network
from followme_training.common.command import main
from followme_training.common.start import StartError
from followme_training.datasets.errors import DataError
from tests.training.classification.tiny_data import (
    SIDE,
    write_digits,
    write_folders,
    write_settings,
)


@pytest.fixture(scope="module")
def of_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of two classes whose images, of 20 pixels, were resized to 12."""
    folder = tmp_path_factory.mktemp("folders")
    settings = write_settings(folder, epochs=1)
    data = {"dataset": "folder", "path": write_folders(folder / "d", 20), "size_hw": [SIDE, SIDE]}
    data |= {"test_path": "null", "batch_size": 8, "augmentation.warp.shift_px": 0}
    model = {"image": [SIDE, SIDE, 3], "classes": 2}
    options = [f"--data.{key}={value}" for key, value in data.items()]
    options += [f"--model.layout.{key}={value}" for key, value in model.items()]
    assert main(["classification", "fit", "-c", str(settings), *options]) == 0
    return folder / "run"


def given(*words: str | Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_network(parser)
    add_data(parser)
    return parser.parse_args([str(word) for word in words])


def test_kind_and_size_of_other_data_are_those_of_the_run(of_folders: Path, tmp_path: Path) -> None:
    other = write_folders(tmp_path / "other", side=30, count=3)
    asked = asked_of(given("--run", of_folders, "--path", other))
    assert asked.images.images.shape == (6, SIDE, SIDE, 3)
    assert asked.predict(asked.images.images).shape == (6, 2)


def test_a_size_that_is_given_wins_and_is_compared(of_folders: Path, tmp_path: Path) -> None:
    other = write_folders(tmp_path / "other", side=30, count=3)
    asked = asked_of(given("--run", of_folders, "--path", other, "--size-hw", "9", "10"))
    assert asked.images.images.shape == (6, 9, 10, 3)
    with pytest.raises(DataError, match=r"takes images of \[12, 12, 3\].*, these are \[9, 10, 3\]"):
        asked.predict(asked.images.images)


@pytest.mark.parametrize("size", [("0", "9"), ("9", "-1")])
def test_a_size_that_cannot_be_is_said(of_folders: Path, size: tuple[str, str]) -> None:
    words = given("--run", of_folders, "--path", of_folders, "--size-hw", *size)
    with pytest.raises(DataError, match=f"--size-hw {size[0]} {size[1]}: cannot be"):
        asked_of(words)


def test_a_size_resizes_nothing_but_folders(trained_classifier: Path, tmp_path: Path) -> None:
    digits = write_digits(tmp_path / "m.npz", 20)
    for data in ([], ["--path", digits]):
        with pytest.raises(DataError, match="--size-hw 9 9: resizes the images of a folder alone"):
            asked_of(given("--run", trained_classifier, *data, "--size-hw", "9", "9"))


def test_a_folder_of_several_sizes_names_the_option(of_folders: Path, tmp_path: Path) -> None:
    other = write_folders(tmp_path / "other", count=2)
    cv2.imwrite(str(other / "b" / "odd.png"), np.zeros((5, 5, 3), np.uint8))
    onnx = tmp_path / "none.onnx"
    with pytest.raises(DataError, match="in evaluate and show with --size-hw"):
        asked_of(given("--onnx", onnx, "--path", other, "--dataset", "folder"))


@pytest.mark.parametrize("verb", [["evaluate"], ["show", "--out", "figures"]])
@pytest.mark.parametrize("shape", [(10, 28, 28), (10, SIDE, SIDE, 3)])
def test_a_run_of_another_size_is_refused_in_a_sentence(
    verb: list[str], shape: tuple[int, ...], trained_classifier: Path, tmp_path: Path, capsys
) -> None:
    data = tmp_path / "m.npz"
    np.savez(data, images=np.zeros(shape, np.uint8), labels=np.arange(10))
    assert (
        main(["classification", *verb, "--run", str(trained_classifier), "--path", str(data)]) == 2
    )
    said = capsys.readouterr().err
    assert "the network takes images of [12, 12, 1]" in said
    assert said.count("\n") == 1


def test_a_network_that_takes_any_size_is_not_asked_about_another() -> None:
    layout = Layout("residual", (16, 16, 3), 2, 4)
    predict = network_predictor(make_classifier(layout), layout.image)
    assert predict(np.zeros((1, 16, 16, 3), np.uint8)).shape == (1, 2)
    with pytest.raises(DataError, match=r"these are \[32, 32, 3\]"):
        predict(np.zeros((1, 32, 32, 3), np.uint8))


def test_a_folder_of_other_classes_is_refused(of_folders: Path, tmp_path: Path) -> None:
    other = write_folders(tmp_path / "other", names="ac", count=2)
    with pytest.raises(DataError, match=r"class 1 of the network is 'b', that of .* is 'c'"):
        asked_of(given("--run", of_folders, "--path", other))


def test_a_file_knows_the_classes_of_its_card(of_folders: Path, tmp_path: Path) -> None:
    onnx = tmp_path / "m.onnx"
    command = ["export", str(of_folders), "--out", str(onnx), "--reports", str(tmp_path)]
    assert main(["classification", *command]) == 0
    other = write_folders(tmp_path / "other", names="ac", count=2)
    words = given("--onnx", onnx, "--path", other, "--dataset", "folder")
    with pytest.raises(DataError, match=r"class 1 of the network is 'b', that of .* is 'c'"):
        asked_of(words)
    onnx.with_suffix(".json").unlink()
    assert asked_of(words).predict(asked_of(words).images.images).shape == (4, 2)


@pytest.mark.parametrize("key", ["model.trunk", "start"])
def test_a_beginning_is_the_one_that_was_begun_from(
    key: str, trained_classifier: Path, tmp_path: Path, capsys
) -> None:
    from_file = tmp_path / "from.ckpt"
    shutil.copyfile(trained_classifier / "checkpoints" / "best.ckpt", from_file)
    settings = write_settings(tmp_path, epochs=1)
    assert main(["classification", "fit", "-c", str(settings), f"--{key}={from_file}"]) == 0
    state = torch.load(from_file, weights_only=True)["state_dict"]
    for name, value in beginning(tmp_path / "run").network.trunk.state_dict().items():
        assert torch.equal(value, state[f"network.trunk.{name}"])
    from_file.unlink()
    with pytest.raises(StartError, match=r"there is no checkpoint .*from\.ckpt"):
        beginning(tmp_path / "run")
    capsys.readouterr()
    show = ["classification", "show", "--run", str(tmp_path / "run"), "--out"]
    assert main([*show, str(tmp_path / "tsne"), "--tsne"]) == 2
    assert "there is no checkpoint" in capsys.readouterr().err
    assert not (tmp_path / "tsne").exists()
    assert main([*show, str(tmp_path / "figures")]) == 0  # only the beginning is not known
