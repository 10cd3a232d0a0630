"""ASPP, both heads and the whole network, in shapes, numbers and against torchvision."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from followme_training.backbones import NAMES, WeightsError
from followme_training.segmentation.aspp import Aspp
from followme_training.segmentation.convolutions import convolution, filter_of
from followme_training.segmentation.deeplab import (
    DeepLab,
    DeepLabV3Head,
    DeepLabV3PlusHead,
    resized,
)
from followme_training.segmentation.torchvision_weights import RATES, load_torchvision, renamed

SMALL = {"width": 8, "fine_width": 4, "rates": (1, 2, 3)}


def ones(net: nn.Module) -> nn.Module:
    """Make all convolutions sums, and all norms the identity."""
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.ones_(layer.weight)
        if isinstance(layer, nn.BatchNorm2d):
            layer.eps = 0.0
    return net.eval()


@torch.no_grad()
def test_the_branches_of_aspp_see_what_they_should() -> None:
    """One pixel is lit; each branch answers where one of its taps meets it."""
    aspp = ones(Aspp(1, 1, rates=(2, 3, 4), dropout=0.0))
    x = torch.zeros(1, 1, 11, 11)
    x[0, 0, 5, 5] = 1.0
    expected = torch.zeros(11, 11)
    expected[5, 5] += 1.0
    for rate in (2, 3, 4):
        for dy in (-rate, 0, rate):
            for dx in (-rate, 0, rate):
                expected[5 + dy, 5 + dx] += 1.0
    expected += 1.0 / 121.0  # the mean of the whole image, everywhere
    assert torch.allclose(aspp(x)[0, 0], expected, atol=1e-6)


@torch.no_grad()
def test_a_separable_filter_is_one_filter_for_each_channel_and_a_mix() -> None:
    whole, light = filter_of(6, 5), filter_of(6, 5, separable=True)
    count = {
        n: sum(p.numel() for p in f.parameters() if p.ndim == 4)
        for n, f in (("whole", whole), ("light", light))
    }
    assert count == {"whole": 9 * 6 * 5, "light": 9 * 6 + 6 * 5}
    x = torch.zeros(1, 6, 7, 7)
    x[0, 2, 3, 3] = 1.0
    seen = ones(filter_of(6, 5, dilation=2, separable=True))(x)[0]
    assert (seen == seen[0]).all()
    assert seen[0].nonzero().tolist() == [[y, x] for y in (1, 3, 5) for x in (1, 3, 5)]


@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_convolutions_keep_the_size(kernel: int) -> None:
    assert convolution(2, 3, kernel, dilation=2)(torch.zeros(2, 2, 5, 9)).shape == (2, 3, 5, 9)


@pytest.mark.parametrize("separable", [False, True])
def test_heads_answer_at_the_size_of_their_finest_features(separable: bool) -> None:
    widths = (4, 6, 8, 10, 12)
    features = [
        torch.rand(2, w, -(-50 // s), -(-70 // s))
        for w, s in zip(widths, (2, 4, 8, 16, 16), strict=True)
    ]
    v3 = DeepLabV3Head(widths, 5, 8, (1, 2, 3), separable)
    assert v3(features).shape == (2, 5, 4, 5)
    for fine, shape in (((4,), (13, 18)), ((8, 4), (13, 18)), ((16, 8), (7, 9)), ((2,), (25, 35))):
        plus = DeepLabV3PlusHead(widths, 5, 8, fine, 4, (1, 2, 3), separable)
        assert plus(features).shape == (2, 5, *shape)


@torch.no_grad()
def test_fine_features_decide_where_coarse_ones_cannot() -> None:
    torch.manual_seed(0)
    widths = (1, 1, 1, 1, 1)
    head = DeepLabV3PlusHead(widths, 2, 4, (4,), 4, (1, 2, 3)).eval()
    features = [torch.zeros(1, 1, 64 // s, 64 // s) for s in (2, 4, 8, 16, 16)]
    flat = head(features)
    features[1][0, 0, 8, 8] = 5.0
    changed = (head(features) - flat).abs().sum(1)[0]
    # two 3x3 filters reach two pixels far
    assert changed[8, 8] > 0
    assert changed.nonzero().min() >= 6
    assert changed.nonzero().max() <= 10


@pytest.mark.parametrize("head", ["v3", "v3plus"])
@pytest.mark.parametrize("backbone", NAMES)
def test_every_network_answers_at_the_size_of_the_image(backbone: str, head: str) -> None:
    # shapes without numbers
    with torch.device("meta"):
        net = DeepLab(backbone, 3, head=head, auxiliary=True, **SMALL)  # type: ignore[arg-type]
        logits, second = net.with_auxiliary(torch.zeros(2, 3, 37, 50))
    assert logits.shape == (2, 3, 37, 50)
    assert second is not None
    assert second.shape == logits.shape


def test_without_an_auxiliary_head_there_is_none() -> None:
    net = DeepLab("mobilenet_v2", 3, **SMALL).eval()  # type: ignore[arg-type]
    assert net.with_auxiliary(torch.zeros(1, 3, 32, 32))[1] is None
    assert not any("auxiliary" in key for key in net.state_dict())


def test_colours_are_normalised_inside() -> None:
    net = DeepLab("efficientnet_lite0", 3, **SMALL).eval()  # type: ignore[arg-type]
    seen = []
    net.encoder.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        net(torch.full((1, 3, 32, 32), 255.0))
    assert torch.allclose(seen[0], torch.full((1, 3, 32, 32), 1.0))


def test_resizing_to_the_same_size_changes_nothing() -> None:
    maps = torch.rand(1, 2, 4, 5)
    assert resized(maps, (4, 5)) is maps
    one = maps[:, :, :1, :1]
    assert torch.allclose(resized(one, (3, 3)), one.expand(-1, -1, 3, 3))


@pytest.fixture(scope="module")
def oracle() -> nn.Module:
    from torchvision.models.segmentation import deeplabv3_resnet50

    torch.manual_seed(0)
    net: nn.Module = deeplabv3_resnet50(
        weights=None, weights_backbone=None, num_classes=7, aux_loss=True
    )
    # norms as after training, so that an exchanged one would be seen
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean, -0.2, 0.2)
            nn.init.uniform_(layer.running_var, 0.8, 1.2)
            nn.init.uniform_(layer.weight, 0.4, 0.6)
    return net.eval()


def ours(classes: int = 7, **changed: object) -> DeepLab:
    settings = {"head": "v3", "output_stride": 8, "rates": RATES, "auxiliary": True, **changed}
    return DeepLab("resnet50", classes, **settings).eval()  # type: ignore[arg-type]


def test_with_torchvisions_weights_it_gives_torchvisions_outputs(oracle, tmp_path: Path) -> None:
    file = tmp_path / "deeplabv3.safetensors"
    save_file(oracle.state_dict(), file)
    net = ours(weights=file)
    rgb = 255.0 * torch.rand(1, 3, 65, 90)
    with torch.no_grad():
        logits, second = net.with_auxiliary(rgb)
        theirs = oracle((rgb - net.mean) / net.std)
    assert float((logits - theirs["out"]).abs().max()) < 1e-5
    assert float((second - theirs["aux"]).abs().max()) < 1e-5
    assert float(theirs["out"].std()) > 1e-3


def test_its_auxiliary_classifier_can_be_left_out(oracle) -> None:
    net = ours(auxiliary=False)
    load_torchvision(net, oracle.state_dict(), Path("d.safetensors"))
    assert torch.equal(net.head.classifier.weight, oracle.classifier[4].weight)


def test_weights_of_other_classes_or_networks_are_named(oracle) -> None:
    tensors, file = oracle.state_dict(), Path("d.safetensors")
    # on the meta device tensors have a shape and no numbers, which is all that is looked at
    with torch.device("meta"):
        fewer, narrower, plus = ours(3), ours(width=128), ours(head="v3plus")
    with pytest.raises(WeightsError, match=r"^d\.safetensors: is of 7 classes, the list has 3"):
        load_torchvision(fewer, tensors, file)
    for net in (narrower, plus):
        with pytest.raises(WeightsError, match=r"^d\.safetensors: does not fit .*head v3"):
            load_torchvision(net, tensors, file)
    with pytest.raises(WeightsError, match=r"tensor 'fc\.weight' is of no DeepLabV3"):
        renamed({"fc.weight": torch.zeros(1)})
