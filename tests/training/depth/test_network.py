from __future__ import annotations

import pytest
import torch

from followme_training.backbones import WeightsError
from followme_training.depth.decoder import Decoder
from followme_training.depth.network import DepthNetwork

WIDTHS = (8, 8, 8, 8, 8)


def small(name: str = "mobilenet_v2") -> DepthNetwork:
    torch.manual_seed(0)
    return DepthNetwork(name, decoder_widths=WIDTHS).eval()


def test_an_unknown_backbone_is_refused() -> None:
    with pytest.raises(WeightsError, match="vgg"):
        DepthNetwork("vgg")


@pytest.mark.parametrize("name", ["efficientnet_lite0", "mobilenet_v2", "resnet18"])
@pytest.mark.parametrize("size", [(48, 64), (60, 80), (33, 65)])
def test_maps_have_the_size_of_the_image(name: str, size: tuple[int, int]) -> None:
    with torch.no_grad():
        prediction = small(name)(torch.full((2, 3, *size), 127.0))
    assert prediction.log_depth.shape == prediction.log_std.shape == (2, 1, *size)


def test_it_begins_at_the_depth_of_a_room() -> None:
    with torch.no_grad():
        depth_m = torch.exp(small()(torch.full((1, 3, 48, 64), 127.0)).log_depth)
    assert 1.0 < float(depth_m.median()) < 5.0


def test_a_deviation_stays_within_what_means_something() -> None:
    net = small()
    with torch.no_grad():
        net.decoder.last.bias[1] = 50.0
        high = net(torch.zeros(1, 3, 48, 64)).log_std
        net.decoder.last.bias[1] = -50.0
        low = net(torch.zeros(1, 3, 48, 64)).log_std
    assert torch.exp(high).max() < 2.1
    assert torch.exp(low).min() > 0.01


def test_with_the_mirrored_view_an_image_and_its_mirror_image_get_the_same_answer() -> None:
    net = small()
    rgb = torch.rand(1, 3, 48, 64) * 255
    with torch.no_grad():
        alone = net(rgb).log_depth
        mirrored = net(rgb.flip(3)).log_depth.flip(3)
        net.mirrored_view = True
        both = net(rgb).log_depth
        again = net(rgb.flip(3)).log_depth.flip(3)
    assert not torch.allclose(alone, mirrored, atol=1e-4)
    torch.testing.assert_close(both, 0.5 * (alone + mirrored), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(both, again, atol=1e-5, rtol=1e-5)
    assert torch.equal(net.train()(rgb).log_depth, net(rgb).log_depth)


def test_colour_is_normalised_as_the_backbone_asks() -> None:
    net = small("efficientnet_lite0")
    seen = []
    net.encoder.stem.register_forward_pre_hook(lambda _, x: seen.append(x[0]))
    with torch.no_grad():
        net(torch.full((1, 3, 32, 32), 255.0))
    assert seen[0].unique().tolist() == [1.0]


def test_the_whole_image_reaches_each_place() -> None:
    torch.manual_seed(0)
    decoder = Decoder((3, 3, 3, 3, 3), WIDTHS, 1).eval()
    features = [torch.rand(1, 3, 128 // s, 128 // s) for s in (1, 2, 4, 8, 16)]
    changed = [*features[:-1], features[-1].clone()]
    changed[-1][:, :, 0, 0] += 50.0
    with torch.no_grad():
        far = decoder(features)[0, 0, -1, -1] - decoder(changed)[0, 0, -1, -1]
    # without the mean of the whole image it would be 0 exactly
    assert float(far.abs()) > 1e-6
