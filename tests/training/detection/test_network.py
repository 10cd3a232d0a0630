"""What the network says has the order of the anchors, for every backbone and size."""

from __future__ import annotations

import pytest
import torch

from followme_training.backbones.weights import WeightsError
from followme_training.detection.anchors import AnchorGrid
from followme_training.detection.convolutions import Kind
from followme_training.detection.network import DetectionNetwork, WidthError
from followme_training.detection.pyramid import BACKBONES, StrideError, Trunk

GRID = AnchorGrid(((10.0, 20.0, 30.0), (60.0,), (100.0, 200.0)))
LIGHT = Kind(separable=True)


@pytest.mark.parametrize(
    ("backbone", "last_stride"),
    [*((name, 32) for name in BACKBONES), ("efficientnet_lite0", 8), ("resnet18", 16)],
)
def test_every_backbone_at_a_size_that_is_no_multiple(backbone, last_stride) -> None:
    net = DetectionNetwork(
        3, True, GRID, backbone, width=16, last_stride=last_stride, kind=LIGHT
    ).eval()
    size_hw = (50, 71)
    raw = net(torch.zeros(2, 3, *size_hw))
    count = GRID.count(size_hw)
    assert raw.logits.shape == (2, count, 3)
    assert raw.boxes.shape == (2, count, 4)
    assert raw.points is not None
    assert raw.points.shape == (2, count, 5, 2)


def test_a_cut_backbone_says_what_the_whole_one_does() -> None:
    torch.manual_seed(1)
    for name in ("efficientnet_lite0", "mobilenet_v1_quarter", "mobilenet_v3_small", "resnet18"):
        net = Trunk(name, None, 32, 16, LIGHT).backbone.eval()
        image = torch.randn(1, 3, 33, 40)
        with torch.no_grad():
            before = net(image)
            count = sum(p.numel() for p in net.parameters())
            net.cut(3)
            after = net(image)
        assert sum(p.numel() for p in net.parameters()) < count
        for one, other in zip(before[:3], after[:3], strict=True):
            assert torch.equal(one, other)


@pytest.mark.parametrize(
    "name", ["efficientnet_lite0", "mobilenet_v1_quarter", "mobilenet_v3_small", "resnet18"]
)
@pytest.mark.parametrize("stride", [2, 4])
def test_what_is_frozen_keeps_weights_and_statistics_and_the_rest_learns(name, stride) -> None:
    torch.manual_seed(2)
    net = Trunk(name, None, 8, 16, LIGHT, frozen_stride=stride)
    optimiser = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    image = torch.randn(2, 3, 40, 64)
    with torch.no_grad():
        early = net.eval().backbone(image)[: stride // 2]
    sum(m.square().mean() for m in net.train()(image)).backward()
    optimiser.step()
    after = net.state_dict()
    changed = {k for k, v in before.items() if not torch.equal(v, after[k])}
    with torch.no_grad():
        again = net.eval().backbone(image)
    for one, other in zip(early, again, strict=False):
        assert torch.equal(one, other)
    # the next block is trained, and all of what is not the backbone's
    frozen = sum(p.numel() for p in net.parameters() if not p.requires_grad)
    assert 0 < frozen < sum(p.numel() for p in net.backbone.parameters())
    assert changed == {k for k in before if k.rpartition(".")[0] in trained_layers(net)}


def trained_layers(net: Trunk) -> set[str]:
    """Return the names of the layers whose weights are trained."""
    return {n.rpartition(".")[0] for n, p in net.named_parameters() if p.requires_grad}


def test_outputs_stand_in_the_order_of_the_anchors() -> None:
    """Only the last size of one place of the middle level is told to speak."""
    grid = AnchorGrid(((8.0,), (16.0, 24.0), (40.0,)))
    net = DetectionNetwork(2, False, grid, "mobilenet_v1_quarter", width=8, context=False).eval()
    spoken = torch.zeros(1, 8, 2, 3)
    spoken[0, 0, 1, 2] = 1.0  # row 1, column 2
    with torch.no_grad():
        net.pyramid.forward = lambda maps: [
            torch.zeros(1, 8, 4, 6),
            spoken,
            torch.zeros(1, 8, 1, 2),
        ]
        for head in net.heads:
            head.classes.weight.zero_(), head.classes.bias.zero_()
        # class 1 of the anchor number 1
        net.heads[1].classes.weight[1 * 2 + 1, 0] = 5.0
        raw = net(torch.zeros(1, 3, 32, 48))
    assert raw.points is None
    expected = 4 * 6 + (1 * 3 + 2) * 2 + 1
    assert torch.nonzero(raw.logits[0]).tolist() == [[expected, 1]]


def test_at_first_nothing_is_sure() -> None:
    net = DetectionNetwork(4, False, GRID, "mobilenet_v1_quarter", width=8).eval()
    scores = torch.sigmoid(net(torch.rand(1, 3, 64, 64) * 255).logits)
    assert scores.min() > 0.001 and scores.max() < 0.1


def test_parts_can_be_left_out() -> None:
    def parameters(**changed: bool) -> int:
        net = DetectionNetwork(1, True, GRID, "mobilenet_v1_quarter", width=16, **changed)
        net.eval()(torch.zeros(1, 3, 33, 40))
        return sum(p.numel() for p in net.parameters())

    assert parameters(pyramid=False) < parameters()
    assert parameters(context=False) < parameters()


def test_separable_convolutions_are_lighter_and_the_slope_is_used() -> None:
    whole, light = Kind(slope=0.1).conv(32, 32, 3), LIGHT.conv(32, 32, 3)
    assert sum(p.numel() for p in light.parameters()) < 0.2 * sum(
        p.numel() for p in whole.parameters()
    )
    assert whole[-1](torch.tensor(-1.0)).item() == pytest.approx(-0.1)
    assert light[-1](torch.tensor(-1.0)).item() == 0.0


def test_widths_and_strides_that_do_not_go_are_said() -> None:
    with pytest.raises(WidthError, match="width is 18; give a multiple of 4"):
        DetectionNetwork(width=18, backbone="resnet18")
    with pytest.raises(StrideError, match="last_stride is 4; give 8, 16 or 32"):
        DetectionNetwork(width=8, backbone="resnet18", last_stride=4)
    with pytest.raises(StrideError, match="frozen_stride is 8; give 0, 2 or 4"):
        DetectionNetwork(width=8, backbone="resnet18", frozen_stride=8)


def test_there_are_no_weights_of_the_smallest_alone(tmp_path) -> None:
    with pytest.raises(WeightsError, match=r"no published weights .* give those of a whole Ret"):
        Trunk("mobilenet_v1_quarter", tmp_path / "x.safetensors", 32, 16, LIGHT)
