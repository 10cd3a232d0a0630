from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.perception.card import Card, ModelError
from followme.perception.fitting import fit
from followme.perception.segmentation import Segmenter, decode_labels
from followme.settings import ModelSettings
from followme.values.frame import ColourImage
from tests.build import tiny_segmentation_onnx

H, W = 24, 32


def segmenter(tmp_path: Path, **facts) -> Segmenter:
    onnx = tiny_segmentation_onnx(tmp_path / "segmentation.onnx", H, W, **facts)
    return Segmenter(onnx, ModelSettings())


def left_half_red(size: tuple[int, int]) -> ColourImage:
    bgr = np.zeros((*size, 3), np.uint8)
    bgr[:, : size[1] // 2, 2] = 255
    bgr[: size[0] // 2, :, 1] = 200
    return ColourImage(9, bgr)


@pytest.mark.parametrize("resize", ["plain", "letterbox"])
@pytest.mark.parametrize("size", [(H, W), (48, 64), (480, 640), (96, 40), (20, 300)])
def test_each_pixel_of_the_image_has_its_own_label(tmp_path, resize, size):
    network = segmenter(tmp_path, card={"resize": resize})
    seen = network.look(left_half_red(size))
    assert seen.labels.shape == seen.confidence.shape == size
    assert seen.stamp_ns == 9
    # away from the edge between the halves
    edge = max(2, -(-2 * size[1] // W) + 2)
    assert (seen.labels[:, : size[1] // 2 - edge] == 1).all()
    assert (seen.labels[:, size[1] // 2 + edge :] == 0).all()
    below = max(2, -(-2 * size[0] // H) + 2)
    assert (seen.confidence[: size[0] // 2 - below] == 200).all()
    assert (seen.confidence[size[0] // 2 + below :] == 0).all()


def test_names_and_ids_come_from_the_card(tmp_path):
    classes = [{"name": "floor", "nyu40": [2, 20]}, {"name": "chair", "nyu40": [5]}]
    network = segmenter(tmp_path, classes=classes)
    info = network.info(11)
    assert info.names == ("floor", "chair")
    assert info.nyu40 == ((2, 20), (5,))
    assert (info.stamp_ns, info.model, info.sha256) == (
        11,
        "segmentation.onnx",
        network.card.sha256,
    )
    assert network.look(left_half_red((H, W))).names == ("floor", "chair")


def test_classes_without_ids_cover_none(tmp_path):
    assert segmenter(tmp_path).info(0).nyu40 == ((), ())


def test_a_class_that_the_card_lacks_is_refused(tmp_path):
    network = segmenter(tmp_path, classes=["floor"])
    with pytest.raises(ModelError, match="it gives class 1, its card has 1 classes"):
        network.look(left_half_red((H, W)))


@pytest.mark.parametrize("ids", [3, ["3"], [41], [-1], [True], [1.0]])
def test_ids_that_are_none_are_refused(tmp_path, ids):
    with pytest.raises(ModelError, match="nyu40 is a list of numbers from 0 to 40"):
        segmenter(tmp_path, classes=[{"name": "floor", "nyu40": ids}, "box"])


@given(
    image=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    resize=st.sampled_from(["plain", "letterbox"]),
    seed=st.integers(0, 99),
)
def test_no_label_is_made_up_between_two_others(image, resize, seed):
    labels = np.random.default_rng(seed).choice(np.array([0, 7], np.uint8), (1, H, W))
    names = tuple("abcdefgh")
    card = Card("n", "1", "segmentation", "0" * 64, (H, W), resize, {}, (), "x", (), names)
    seen = decode_labels(
        {"labels": labels, "confidence": labels}, fit(image, (H, W), resize), card, 0
    )
    assert set(np.unique(seen.labels)) <= {0, 7}
    assert (seen.labels == seen.confidence).all()
