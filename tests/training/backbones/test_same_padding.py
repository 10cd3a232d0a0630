from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from followme_training.backbones.same_padding import SameConv2d, same_padding


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "before_after"),
    [
        (224, 3, 2, (0, 1)),
        (112, 5, 2, (1, 2)),
        (15, 5, 2, (2, 2)),
        (15, 3, 2, (1, 1)),
        (56, 3, 1, (1, 1)),
        (7, 1, 1, (0, 0)),
        (1, 3, 2, (1, 1)),
    ],
)
def test_pixels_are_added_where_tensorflow_adds_them(size, kernel, stride, before_after) -> None:
    assert same_padding(size, kernel, stride) == before_after


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3, 5]), st.sampled_from([1, 2]))
def test_sides_are_divided_and_rounded_up(height, width, kernel, stride) -> None:
    conv = SameConv2d(1, 1, kernel, stride)
    shape = conv(torch.zeros(1, 1, height, width)).shape
    assert shape == (1, 1, -(-height // stride), -(-width // stride))


def test_a_stride_looks_at_even_pixels() -> None:
    # of an even side the windows begin at pixels 0, 2, 4: none hangs over the left edge
    conv = SameConv2d(1, 1, 3, 2)
    with torch.no_grad():
        conv.weight.zero_()
        conv.weight[0, 0, 0, 0] = 1.0
    image = torch.arange(16.0).view(1, 1, 4, 4)
    assert conv(image).flatten().tolist() == [0.0, 2.0, 8.0, 10.0]


@pytest.mark.parametrize("side", [2, 4, 5, 6, 12])
def test_padding_by_hand_changes_nothing(side) -> None:
    # on maps no larger than the kernel the image is padded before the convolution
    torch.manual_seed(0)
    conv = SameConv2d(8, 8, 5, groups=8)
    image = torch.randn(2, 8, side, side)
    padded = torch.nn.functional.conv2d(image, conv.weight, padding=2, groups=8)
    torch.testing.assert_close(conv(image), padded)
