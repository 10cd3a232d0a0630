"""Holes instead of strides: what a published network sees stays the same, at more places."""

from __future__ import annotations

import pytest
import torch

from followme_training.backbones import WeightsError, make_backbone
from followme_training.backbones.atrous import Strides
from followme_training.backbones.same_padding import SameConv2d


def test_strides_become_dilations_behind_the_convolution_that_lost_its_own() -> None:
    strides = Strides(16, reached=2)
    turned = [strides.next(s) for s in (1, 2, 2, 1, 2, 1, 2, 1, 1)]
    assert turned == [
        *((1, 1), (2, 1), (2, 1), (1, 1), (2, 1), (1, 1)),
        *((1, 1), (1, 2), (1, 2)),
    ]
    strides = Strides(8, reached=4)
    assert [strides.next(s) for s in (2, 2, 1, 2, 1)] == [(2, 1), (1, 1), (1, 2), (1, 2), (1, 4)]


def test_without_a_limit_nothing_changes() -> None:
    strides = Strides(32, reached=2)
    assert [strides.next(s) for s in (1, 2, 2, 2, 2, 1)] == [(s, 1) for s in (1, 2, 2, 2, 2, 1)]


@pytest.mark.parametrize("stride", [0, 4, 12, 64])
def test_an_output_stride_that_is_none_is_named(stride: int) -> None:
    with pytest.raises(WeightsError, match=f"output stride {stride} is unknown; give one of 8, 16"):
        make_backbone("resnet18", output_stride=stride)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        # padding on both sides: the strided network sees the even pixels
        *(("resnet18", 0), ("resnet50", 0), ("mobilenet_v2_torchvision", 0)),
        # 'SAME' padding on even sides: the odd ones
        *(("efficientnet_lite0", 1), ("mobilenet_v2", 1)),
    ],
)
@pytest.mark.parametrize(("coarse", "fine"), [(32, 16), (16, 8)])
def test_the_dense_features_hold_the_strided_ones(name, first, coarse, fine) -> None:
    torch.manual_seed(0)
    strided = make_backbone(name, output_stride=coarse).eval()
    dense = make_backbone(name, output_stride=fine).eval()
    dense.load_state_dict(strided.state_dict())
    # all maps have even sides, so that 'SAME' pads all of them alike
    image = torch.randn(1, 3, 64, 128)
    with torch.no_grad():
        few, many = strided(image)[-1], dense(image)[-1]
    assert many.shape[2:] == (64 // fine, 128 // fine)
    gap = (many[:, :, first::2, first::2] - few).abs().max()
    assert gap < 1e-5 * few.abs().max()


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "mobilenet_v3_large", "resnet101"])
@pytest.mark.parametrize("stride", [8, 16])
def test_features_stay_at_the_output_stride(name: str, stride: int) -> None:
    net = make_backbone(name, output_stride=stride).eval()
    with torch.no_grad():
        features = net(torch.zeros(1, 3, 40, 72))
    reached = [min(s, stride) for s in (2, 4, 8, 16, 32)]
    sides = [(-(-40 // s), -(-72 // s)) for s in reached]
    assert [f.shape[1:] for f in features] == [
        (w, *side) for w, side in zip(net.widths, sides, strict=True)
    ]


def test_a_dilated_same_convolution_keeps_the_size_and_steps_over_pixels() -> None:
    conv = SameConv2d(1, 1, 3, dilation=2)
    with torch.no_grad():
        conv.weight.fill_(1.0)
        image = torch.arange(7.0).view(1, 1, 1, 7)
        # only the middle row of the kernel meets the image: x[i - 2] + x[i] + x[i + 2]
        assert conv(image).flatten().tolist() == [2, 4, 6, 9, 12, 8, 10]
    assert conv(torch.zeros(1, 1, 5, 6)).shape == (1, 1, 5, 6)


def test_torchvision_weights_of_a_mobilenet_are_taken_without_their_classifier(tmp_path) -> None:
    from safetensors.torch import save_file
    from torchvision.models import mobilenet_v3_small

    torch.manual_seed(0)
    oracle = mobilenet_v3_small(weights=None).eval()
    save_file(oracle.state_dict(), tmp_path / "m.safetensors")
    net = make_backbone("mobilenet_v3_small", tmp_path / "m.safetensors").eval()
    image = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.allclose(net(image)[-1], oracle.features[:-1](image), atol=1e-6)
