from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from followme_training.backbones import NAMES, WeightsError, make_backbone
from followme_training.backbones.efficientnet_lite import (
    EfficientNetLite0,
    load_efficientnet_lite0,
)
from followme_training.backbones.inverted_residual import InvertedResidual
from followme_training.backbones.mobilenet_v2 import MobileNetV2, load_int8_mobilenet_v2
from followme_training.datasets.nyuv2 import NyuZip


def test_a_backbone_that_nobody_knows_is_refused() -> None:
    with pytest.raises(WeightsError, match=r"efficientnet_lite1.*give one of efficientnet_lite0"):
        make_backbone("efficientnet_lite1")


@pytest.mark.parametrize("name", NAMES)
def test_features_halve_five_times_and_round_up(name: str) -> None:
    net = make_backbone(name).eval()
    with torch.no_grad():
        features = net(torch.zeros(1, 3, 60, 81))
    sides = [(-(-60 // s), -(-81 // s)) for s in (2, 4, 8, 16, 32)]
    assert [f.shape[1:] for f in features] == [
        (w, *side) for w, side in zip(net.widths, sides, strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("efficientnet_lite0", None, "cannot be read"),
        ("efficientnet_lite0", b"no tensors", "no safetensors file"),
        ("mobilenet_v2", b"no tensors", "no safetensors file"),
        ("resnet18", b"no tensors", "no safetensors file"),
    ],
)
def test_a_file_that_is_none_is_refused(name, content, words, tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(WeightsError, match=words):
        make_backbone(name, file)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "mobilenet_v2", "resnet18"])
def test_weights_of_another_network_are_refused(name, tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    save_file({"stem.weight": torch.zeros(1)}, file)
    with pytest.raises(WeightsError, match=r"w\.safetensors"):
        make_backbone(name, file)


def test_torchvision_weights_of_a_resnet_are_taken_without_their_classifier(tmp_path) -> None:
    from torchvision.models import resnet18

    oracle = resnet18(weights=None).eval()
    save_file(oracle.state_dict(), tmp_path / "r.safetensors")
    net = make_backbone("resnet18", tmp_path / "r.safetensors").eval()
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        logits = oracle.fc(net(image)[-1].mean((2, 3)))
        assert torch.allclose(logits, oracle(image), atol=1e-5)


def test_int8_weights_become_scale_times_integer(tmp_path: Path) -> None:
    tensors = {}
    for name, module in MobileNetV2().named_modules():
        if hasattr(module, "conv"):
            out = module.conv.weight.shape[0]
            tensors[f"{name}.weight"] = torch.full(module.conv.weight.shape, 2, dtype=torch.int8)
            tensors[f"{name}.scale"] = torch.full((out,), 0.25)
            tensors[f"{name}.bias"] = torch.full((out,), 0.5)
    save_file(tensors, tmp_path / "q.safetensors")
    net = MobileNetV2()
    load_int8_mobilenet_v2(net, tmp_path / "q.safetensors")
    net.eval()
    with torch.no_grad():
        stem = net.stem(torch.ones(1, 3, 8, 8))
    # 27 products of 1 and 0.5, plus the bias, cut by ReLU6; at the corner only 12 less of them
    assert stem[0, 0, 0, 0].item() == pytest.approx(6.0)
    with torch.no_grad():
        assert net.stem.conv(torch.ones(1, 3, 8, 8))[0, 0, 0, 0].item() == pytest.approx(13.5)
        linear = net.stem.bn(torch.full((1, 32, 1, 1), 3.0))
    assert linear[0, 0, 0, 0].item() == pytest.approx(3.5, abs=1e-6)


def test_left_out_branches_keep_the_mean(monkeypatch) -> None:
    torch.manual_seed(0)
    block = InvertedResidual(4, 4, 3, 1, 2, 1e-3, drop_path=0.5)
    x = torch.rand(400, 4, 3, 3)
    block.train()
    branch = block(x) - x
    dropped = (branch.abs().amax((1, 2, 3)) == 0).float().mean().item()
    assert 0.4 < dropped < 0.6
    block.eval()
    assert (block(x) - x).abs().amax((1, 2, 3)).min() > 0


@pytest.fixture
def kitchen(data_dir: Path) -> torch.Tensor:
    """Return a photo with a refrigerator in the middle, (1, 3, 224, 224), 0 to 255."""
    rgb = NyuZip(data_dir / "nyuv2_train.zip").rgb(875)[23:235, 21:300]
    small = cv2.resize(rgb, (224, 224), interpolation=cv2.INTER_AREA)
    return torch.from_numpy(small).permute(2, 0, 1)[None].float()


def test_efficientnet_lite0_still_names_what_it_sees(data_dir: Path, kitchen) -> None:
    net = EfficientNetLite0(classes=1000)
    load_efficientnet_lite0(net, data_dir / "backbones" / "efficientnet_lite0.safetensors")
    net.eval()
    with torch.no_grad():
        found = net.classify((kitchen - 127.0) / 128.0).softmax(1)[0]
        swapped = net.classify((kitchen.flip(1) - 127.0) / 128.0).softmax(1)[0]
    assert int(found.argmax()) == 760  # ImageNet's refrigerator
    assert float(found[760]) > 0.3
    assert float(swapped[760]) != pytest.approx(float(found[760]), abs=1e-3)


def test_mobilenet_v2_has_features_of_a_trained_network(data_dir: Path, kitchen) -> None:
    file = data_dir / "backbones" / "mobilenet_v2_int8_features.safetensors"
    net = make_backbone("mobilenet_v2", file).eval()
    with torch.no_grad():
        features = net((kitchen - 127.5) / 127.5)
    deviations = [float(f.std()) for f in features]
    # random or wrongly scaled weights die out or blow up within 17 blocks
    assert all(0.1 < d < 20.0 for d in deviations), deviations
    assert np.isfinite(deviations).all()
