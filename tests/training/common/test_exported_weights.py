"""The weights of an exported file come back into the network, which answers as the file does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import lightning as pl
import numpy as np
import pytest
import torch
from torch import nn

from followme_training.common.card import write_card
from followme_training.common.exported_weights import ExportedWeightsError, fill, read_tensors
from followme_training.common.onnx_file import export_onnx, onnxruntime_engine
from followme_training.common.start import StartError, StartFrom
from followme_training.detection.data import BoxBatch
from followme_training.detection.exported import ExportedDetector
from followme_training.detection.module import DetectionTask

SIZE_HW = (64, 96)
NO_TRAINER = cast(pl.Trainer, None)


def detector(seed: int, classes: tuple[str, ...] = ("door", "chair"), width: int = 16):
    torch.manual_seed(seed)
    task = DetectionTask(list(classes), SIZE_HW, backbone="mobilenet_v1_quarter", width=width)
    for layer in task.modules():
        if isinstance(layer, nn.BatchNorm2d):
            # as after training: no norm does nothing
            nn.init.uniform_(layer.weight, 0.5, 1.5)
            nn.init.normal_(layer.bias, std=0.3)
            nn.init.normal_(layer.running_mean, std=0.3)
            nn.init.uniform_(layer.running_var, 0.5, 2.0)
    return task.eval()


def images(seed: int, count: int = 4) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (count, 3, *SIZE_HW), generator=generator).float()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    task = detector(0)
    file = tmp_path_factory.mktemp("exported") / "objects.onnx"
    net = ExportedDetector(task.network, task.anchor_boxes)
    export_onnx(net, SIZE_HW, net.outputs, file)
    facts = {
        "name": "small",
        "version": "1",
        "task": "objects",
        "input_size": list(SIZE_HW),
        "classes": list(task.classes),
        "training": {},
        "metrics": {},
        "licence": "none",
    }
    write_card(file, facts)
    return file


class TwoBatches(pl.LightningDataModule):
    """Images without things."""

    def train_dataloader(self) -> Iterator[BoxBatch]:
        for seed in range(2):
            rgb = images(seed)
            yield BoxBatch(rgb, [], [], [f"{seed}"] * len(rgb))


def test_the_network_answers_as_the_file(exported: Path) -> None:
    task = detector(1)
    image = images(9)[0].permute(1, 2, 0).byte().numpy()
    told = onnxruntime_engine(exported)(image)
    with torch.no_grad():
        before = task.network(images(9)).logits.clone()
    StartFrom(exported, TwoBatches()).setup(NO_TRAINER, task, "fit")
    net = ExportedDetector(task.network.eval(), task.anchor_boxes)
    with torch.no_grad():
        boxes, scores = net(torch.from_numpy(image)[None])
        assert not torch.allclose(task.network(images(9)).logits, before)
    np.testing.assert_allclose(boxes.numpy(), told["boxes"], atol=1e-3)
    np.testing.assert_allclose(scores.numpy(), told["scores"], atol=1e-5)


def test_the_norms_expect_what_they_get(exported: Path) -> None:
    # else the first step of a training would throw away what the file knows
    task = detector(1)
    batches = [images(0), images(1)]
    fill(task, read_tensors(exported), batches)
    with torch.no_grad():
        calm = task(torch.cat(batches)).logits.clone()
        learning = task.train()(torch.cat(batches)).logits
    assert float((learning - calm).abs().max()) < 1e-3


def test_it_stays_in_the_mode_it_was_in(exported: Path) -> None:
    for learning in (True, False):
        task = detector(1).train(learning)
        fill(task, read_tensors(exported), [images(0)])
        assert task.training is learning
        assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in task.modules())


def test_what_only_training_uses_stays_as_it_is(exported: Path) -> None:
    task = detector(1)
    task.network.auxiliary = nn.Conv2d(3, 5, 1)
    before = task.network.auxiliary.weight.clone()
    fill(task, read_tensors(exported), [images(0)])
    assert torch.equal(task.network.auxiliary.weight, before)


def test_what_does_not_fit_is_named(exported: Path) -> None:
    tensors = read_tensors(exported)
    name = next(iter(tensors))
    without = {k: v for k, v in tensors.items() if k != name}
    with pytest.raises(ExportedWeightsError, match=f"it has no {name}"):
        fill(detector(1), without, [images(0)])
    with pytest.raises(ExportedWeightsError, match=r"is of shape \[16, .*the network's is of \[24"):
        fill(detector(1, width=24), tensors, [images(0)])
    with pytest.raises(ExportedWeightsError, match="there is no image to measure the norms on"):
        fill(detector(1), tensors, [])


def test_layers_that_another_network_shares_begin_as_the_file_has_them(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task, other = detector(1), detector(1, width=24)
    start = StartFrom(exported, TwoBatches(), partly=True)
    first = {name: value.clone() for name, value in other.state_dict().items()}
    start.setup(NO_TRAINER, other, "fit")
    assert "start: 27 of " in capsys.readouterr().out
    start.setup(NO_TRAINER, task, "fit")
    trunk, wider = task.network.encoder.backbone.eval(), other.network.encoder.backbone.eval()
    # the same trunk, which answers as in the file
    with torch.no_grad():
        for a, b in zip(trunk(images(9)), wider(images(9)), strict=True):
            assert torch.allclose(a, b, atol=1e-5)
    # what is wider begins as it was, norms too
    for name, value in other.state_dict().items():
        if "backbone" not in name:
            assert torch.equal(value, first[name]), name
    with pytest.raises(StartError, match=r"objects\.onnx does not fit \(they share no layer\)"):
        start.setup(NO_TRAINER, Strange(), "fit")


class Strange(pl.LightningModule):
    """A network that shares nothing with the file."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 5, 1)


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (("door", "chair", "lamp"), r"is of 2 classes \(door, chair \.\.\.\), data.classes has 3"),
        (("chair", "door"), r"is of 2 classes \(door, chair"),
    ],
    ids=["another count", "another order"],
)
def test_a_file_of_other_classes_is_refused(exported: Path, classes, words) -> None:
    start = StartFrom(exported, TwoBatches())
    with pytest.raises(StartError, match=rf"^start: .*objects\.onnx: the checkpoint {words}"):
        start.setup(NO_TRAINER, detector(1, classes), "fit")


def test_a_file_that_is_none_is_refused(exported: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.onnx"
    alone.write_bytes(exported.read_bytes())
    start = StartFrom(alone, TwoBatches())
    with pytest.raises(StartError, match=r"^start: .*alone\.json: cannot be read"):
        start.setup(NO_TRAINER, detector(1), "fit")
    half = tmp_path / "half.onnx"
    half.write_bytes(exported.read_bytes()[:1000])
    with pytest.raises(ExportedWeightsError, match="it is no whole ONNX file: "):
        read_tensors(half)
