"""A training begins from another one's weights, or says why it cannot."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, cast

import lightning as pl
import pytest
import torch

from followme_training.common.run_folder import Run
from followme_training.common.start import StartError, StartFrom, other_name, other_shape
from followme_training.depth.data import DepthData
from followme_training.depth.module import DepthTask
from followme_training.detection.module import DetectionTask

NO_TRAINER = cast(pl.Trainer, None)


def weights(module: pl.LightningModule) -> dict[str, Any]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_it_begins_with_the_weights_of_the_other(trained: Path) -> None:
    module, _ = Run(trained).load(DepthTask, DepthData)
    learnt = weights(module)
    with torch.no_grad():
        for value in module.parameters():
            value.add_(1.0)
    start = StartFrom(Run(trained).checkpoint())
    start.setup(NO_TRAINER, module, "validate")
    assert not all(torch.equal(v, learnt[k]) for k, v in module.state_dict().items())
    start.setup(NO_TRAINER, module, "fit")
    assert all(torch.equal(v, learnt[k]) for k, v in module.state_dict().items())


def test_what_cannot_be_begun_from_is_named(trained: Path, tmp_path: Path) -> None:
    module, _ = Run(trained).load(DepthTask, DepthData)
    with pytest.raises(StartError, match=r"there is no checkpoint .*gone\.ckpt"):
        StartFrom(tmp_path / "gone.ckpt").setup(NO_TRAINER, module, "fit")
    half = tmp_path / "half.ckpt"
    half.write_bytes(Run(trained).checkpoint().read_bytes()[:1000])
    other = tmp_path / "other.ckpt"
    torch.save({"state_dict": {"network.weight": torch.zeros(3)}}, other)
    stranger = tmp_path / "stranger.ckpt"
    stranger.write_bytes(pickle.dumps(Path("x")))
    for file in (half, other, stranger):
        with pytest.raises(StartError, match=f"{file.name} does not fit .* the same network"):
            StartFrom(file).setup(NO_TRAINER, module, "fit")


def detector(classes: list[str]) -> DetectionTask:
    return DetectionTask(classes, (64, 96), backbone="mobilenet_v1_quarter", width=16)


def checkpoint_of(module: pl.LightningModule, file: Path) -> StartFrom:
    checkpoint = {"state_dict": module.state_dict()}
    module.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, file)
    return StartFrom(file)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (["door", "chair", "lamp"], r"is of 2 classes \(door, chair \.\.\.\), data.classes has 3"),
        (
            ["chair", "door"],
            r"is of 2 classes \(door, chair \.\.\.\), .* 2 \(chair, door \.\.\.\); g",
        ),
    ],
    ids=["another count", "another order"],
)
def test_other_classes_are_said_and_not_taken(tmp_path: Path, classes: list[str], words) -> None:
    start = checkpoint_of(detector(["door", "chair"]), tmp_path / "two.ckpt")
    module = detector(classes)
    before = weights(module)
    with pytest.raises(StartError, match=rf"^start: .*two\.ckpt: the checkpoint {words}"):
        start.setup(NO_TRAINER, module, "fit")
    assert all(torch.equal(v, before[k]) for k, v in module.state_dict().items())


def test_a_checkpoint_of_another_network_is_taken_partly(tmp_path: Path) -> None:
    theirs = detector(["door", "chair"])
    file = tmp_path / "narrow.ckpt"
    checkpoint_of(theirs, file)
    wide = DetectionTask(["door", "chair"], (64, 96), backbone="mobilenet_v1_quarter", width=24)
    before = weights(wide)
    StartFrom(file, partly=True).setup(NO_TRAINER, wide, "fit")
    for name, value in wide.state_dict().items():
        own = theirs.state_dict().get(name)
        taken = own is not None and own.shape == value.shape
        assert torch.equal(value, own if taken else before[name])
    with pytest.raises(StartError, match=r"classes \(door, chair"):
        StartFrom(file, partly=True).setup(NO_TRAINER, detector(["chair", "door"]), "fit")
    torch.save({"state_dict": {"network.weight": torch.zeros(3)}}, file)
    with pytest.raises(StartError, match=r"they share no layer"):
        StartFrom(file, partly=True).setup(NO_TRAINER, wide, "fit")


def test_which_tensor_does_not_fit_is_said(tmp_path: Path) -> None:
    file = tmp_path / "old.ckpt"
    two, three = detector(["door", "chair"]), detector(["door", "chair", "lamp"])
    # of a time before names were kept
    torch.save({"state_dict": two.state_dict()}, file)
    words = r"heads\.0\.classes\.weight is of shape \[\d+, 16, 1, 1\], the network's is of \["
    with pytest.raises(StartError, match=words):
        StartFrom(file).setup(NO_TRAINER, three, "fit")
    state = two.state_dict()
    assert other_name(state, state) == other_shape(state, state) == ""
    assert other_name({}, {"a": torch.zeros(1)}) == "it has no a"
    assert other_name({"b": torch.zeros(1)}, {}) == "its b is none of the network's"
