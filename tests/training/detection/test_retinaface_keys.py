"""The published RetinaFace fits: each of its tensors has a place of its own shape here."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import resnet50

from followme_training.backbones.weights import WeightsError
from followme_training.detection.convolutions import Kind
from followme_training.detection.module import DetectionTask
from followme_training.detection.network import DetectionNetwork
from followme_training.detection.retinaface_keys import (
    SETTINGS,
    converted,
    is_retinaface,
    our_key,
)

Shapes = dict[str, tuple[int, ...]]


def norm(name: str, width: int) -> Shapes:
    found: Shapes = {
        f"{name}.{k}": (width,) for k in ("weight", "bias", "running_mean", "running_var")
    }
    return {**found, f"{name}.num_batches_tracked": ()}


def conv(name: str, width_in: int, width_out: int, kernel: int) -> Shapes:
    return {f"{name}.0.weight": (width_out, width_in, kernel, kernel)} | norm(
        f"{name}.1", width_out
    )


def separable(name: str, width_in: int, width_out: int) -> Shapes:
    return {
        f"{name}.0.weight": (width_in, 1, 3, 3),
        **norm(f"{name}.1", width_in),
        f"{name}.3.weight": (width_out, width_in, 1, 1),
        **norm(f"{name}.4", width_out),
    }


def neck(widths: tuple[int, int, int], width: int) -> Shapes:
    """Pyramid, context and heads as published."""
    shapes: Shapes = {}
    half, quarter = width // 2, width // 4
    for i in (1, 2, 3):
        shapes |= conv(f"fpn.output{i}", widths[i - 1], width, 1)
        if i < 3:
            shapes |= conv(f"fpn.merge{i}", width, width, 3)
        shapes |= conv(f"ssh{i}.conv3X3", width, half, 3)
        shapes |= conv(f"ssh{i}.conv5X5_1", width, quarter, 3)
        for name in ("conv5X5_2", "conv7X7_2", "conv7x7_3"):
            shapes |= conv(f"ssh{i}.{name}", quarter, quarter, 3)
        for name, values in (("ClassHead", 4), ("BboxHead", 8), ("LandmarkHead", 20)):
            shapes[f"{name}.{i - 1}.conv1x1.weight"] = (values, width, 1, 1)
            shapes[f"{name}.{i - 1}.conv1x1.bias"] = (values,)
    return shapes


def mobilenet() -> Shapes:
    shapes = conv("body.stage1.0", 3, 8, 3)
    for stage, layers in (
        (1, ((8, 16), (16, 32), (32, 32), (32, 64), (64, 64))),
        (2, ((64, 128), *[(128, 128)] * 5)),
        (3, ((128, 256), (256, 256))),
    ):
        for i, (width_in, width_out) in enumerate(layers):
            shapes |= separable(f"body.stage{stage}.{i + (stage == 1)}", width_in, width_out)
    return shapes | neck((64, 128, 256), 64)


def resnet() -> Shapes:
    body = {f"body.{k}": tuple(v.shape) for k, v in resnet50(weights=None).state_dict().items()}
    return body | neck((512, 1024, 2048), 256)


def network(backbone: str, weights: Path | None = None) -> DetectionNetwork:
    width, kind = SETTINGS[backbone]
    return DetectionNetwork(backbone=backbone, width=width, kind=kind, weights=weights)


def saved(file: Path, shapes: Shapes) -> Path:
    save_file({k: torch.zeros(s) for k, s in shapes.items()}, file)
    return file


@pytest.mark.parametrize(
    ("backbone", "shapes"), [("mobilenet_v1_quarter", mobilenet), ("resnet50", resnet)]
)
def test_every_tensor_has_one_place_of_its_shape(backbone, shapes) -> None:
    theirs = {f"module.{k}": torch.zeros(shape) for k, shape in shapes().items()}
    assert is_retinaface(theirs)
    own = network(backbone).state_dict()
    ours = converted(theirs)
    assert ours.keys() == own.keys()
    assert {k: v.shape for k, v in ours.items()} == {k: v.shape for k, v in own.items()}


def test_log_odds_are_face_less_background_and_colours_are_turned_round() -> None:
    first = torch.arange(8 * 27.0).view(8, 3, 3, 3)
    ours = converted(
        {
            "ClassHead.1.conv1x1.bias": torch.tensor([1.0, 5.0, 2.0, 9.0]),
            "body.stage1.0.0.weight": first,
        }
    )
    assert ours["heads.1.classes.bias"].tolist() == [4.0, 7.0]
    assert torch.equal(ours["encoder.backbone.stem.0.weight"][:, 0], first[:, 2])
    assert ours["mean"].flatten().tolist() == [123.0, 117.0, 104.0]


def test_a_network_filled_from_a_file_computes_what_the_tensors_say(tmp_path: Path) -> None:
    g = torch.Generator().manual_seed(3)
    theirs = {k: torch.rand(s, generator=g) * 0.1 for k, s in mobilenet().items() if s}
    theirs |= {k: torch.zeros((), dtype=torch.int64) for k, s in mobilenet().items() if not s}
    file = tmp_path / "retinaface.safetensors"
    save_file(theirs, file)
    width, kind = SETTINGS["mobilenet_v1_quarter"]
    # as a settings file has it
    task = DetectionTask(
        ["face"], (32, 32), True, "mobilenet_v1_quarter", file, width=width, kind=kind
    )
    net = task.network.eval()
    grey = torch.full((1, 3, 32, 32), 123.0)
    raw = net(grey)
    # the scores of their softmax over background and face, from our own features
    level = net.pyramid(net.encoder((grey - net.mean) / net.std))[2]
    features = net.context[2](level)
    both = torch.nn.functional.conv2d(
        features, theirs["ClassHead.2.conv1x1.weight"], theirs["ClassHead.2.conv1x1.bias"]
    )
    expected = both.permute(0, 2, 3, 1).reshape(1, -1, 2).softmax(2)[0, :, 1]
    assert torch.allclose(torch.sigmoid(raw.logits[0, -2:, 0]), expected, atol=1e-5)


def test_other_tensors_and_shapes_are_refused(tmp_path: Path) -> None:
    assert our_key("ssh1.conv9X9.0.weight") is None
    with pytest.raises(WeightsError, match=r"'ssh1\.conv9X9\.0\.weight' is none of RetinaFace's"):
        converted({"ssh1.conv9X9.0.weight": torch.zeros(1)})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"backbone": "resnet18"},
            r"comes with no backbone 'resnet18'; set model\.backbone to one",
        ),
        ({"width": 32}, r"\(size mismatch for .*; .* set model\.width 64, .*slope 0\.1, "),
        ({"kind": Kind()}, r"does not fit model\.kind .*slope=0\.0.*; .* model\.kind\.slope 0\.1"),
        ({"classes": 2}, r"\(size mismatch for heads.* the one class face"),
        ({"landmarks": False}, r"does not fit this network .* model\.landmarks true"),
    ],
    ids=["backbone", "width", "slope", "classes", "landmarks"],
)
def test_settings_that_a_whole_retinaface_does_not_fit_are_said(tmp_path, changed, words) -> None:
    file = saved(tmp_path / "r.safetensors", mobilenet())
    width, kind = SETTINGS["mobilenet_v1_quarter"]
    settings = {"backbone": "mobilenet_v1_quarter", "width": width, "kind": kind}
    with pytest.raises(WeightsError, match=rf"^r\.safetensors: .*{words}"):
        DetectionNetwork(weights=file, **{**settings, **changed})


def test_a_part_of_one_and_a_pickle_are_refused(tmp_path: Path) -> None:
    part = saved(tmp_path / "part.safetensors", {"ClassHead.0.conv1x1.bias": (4,)})
    with pytest.raises(WeightsError, match=r"part\.safetensors: does not fit this network"):
        network("mobilenet_v1_quarter", part)
    pickled = tmp_path / "r.pth"
    torch.save({k: torch.zeros(s) for k, s in mobilenet().items()}, pickled)
    with pytest.raises(WeightsError, match=r"r\.pth: is no safetensors file"):
        network("mobilenet_v1_quarter", pickled)
