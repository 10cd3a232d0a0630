from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.perception.card import Card, ModelError
from followme.perception.fitting import fit
from followme.perception.segmentation import Segmenter, decode_labels, least_confidence
from followme.settings import ModelSettings
from followme.values.frame import ColourImage
from followme.values.label_map import NO_CLASS
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
        {"labels": labels, "confidence": labels},
        fit(image, (H, W), resize),
        card,
        0,
        least_confidence(card),
    )
    assert set(np.unique(seen.labels)) <= {0, 7}
    assert (seen.labels == seen.confidence).all()


NAMES = ("floor", "wall", "chair")


def a_card(thresholds: dict[str, float], names: tuple[str, ...] = NAMES) -> Card:
    digest = "0" * 64
    return Card(
        "tiny", "1", "segmentation", digest, (1, 4), "plain", {}, (), "x", (), names,
        thresholds=thresholds,
    )  # fmt: skip


def decoded(labels: list[int], confidence: list[int], thresholds: dict[str, float]):
    card = a_card(thresholds)
    outputs = {
        "labels": np.array([[labels]], np.uint8),
        "confidence": np.array([[confidence]], np.uint8),
    }
    fitting = fit((1, len(labels)), (1, len(labels)), "plain")
    return decode_labels(outputs, fitting, card, 0, least_confidence(card))


def test_below_the_threshold_of_its_class_a_pixel_is_unknown_and_not_floor():
    sure = {"score": 0.4, "floor": 0.6, "chair": 0.2}  # of 255: 102, 153, 51
    seen = decoded([0, 0, 1, 1, 2, 2], [153, 152, 102, 101, 51, 50], sure)
    assert seen.labels.tolist() == [[0, NO_CLASS, 1, NO_CLASS, 2, NO_CLASS]]
    assert seen.names == NAMES


def test_the_confidence_of_an_unknown_pixel_stays_what_it_was():
    seen = decoded([0, 1, 2], [0, 7, 255], {"score": 0.5})
    assert seen.labels.tolist() == [[NO_CLASS, NO_CLASS, 2]]
    assert seen.confidence.tolist() == [[0, 7, 255]]


@pytest.mark.parametrize("thresholds", [{}, {"score": 0.0}])
def test_a_card_that_asks_for_nothing_lets_every_pixel_through(thresholds):
    seen = decoded([0, 1, 2], [0, 1, 127], thresholds)
    assert seen.labels.tolist() == [[0, 1, 2]]


def test_a_threshold_for_one_class_asks_nothing_of_the_others():
    seen = decoded([0, 1, 2], [0, 0, 0], {"floor": 0.5})
    assert seen.labels.tolist() == [[NO_CLASS, 1, 2]]


def test_a_threshold_of_one_asks_for_certainty():
    assert decoded([0, 0], [254, 255], {"score": 1}).labels.tolist() == [[NO_CLASS, 0]]


@given(st.integers(0, 255))
def test_the_table_holds_the_least_byte_that_reaches_the_threshold(byte):
    table = least_confidence(a_card({"wall": byte / 255}))
    assert (table[0], table[1], table[2]) == (0, byte, 0)
    if byte:
        between = least_confidence(a_card({"wall": (byte - 0.5) / 255}))
        assert between[1] == byte
        single = least_confidence(a_card({"wall": float(np.float32(byte / 255))}))
        assert single[1] == byte
    assert table.shape == (256,) and not table[3:].any()


def test_a_network_with_thresholds_looks_as_its_card_says(tmp_path):
    network = segmenter(tmp_path, card={"thresholds": {"score": 0.5, "box": 0.9}})
    seen = network.look(left_half_red((H, W)))
    # above: confidence 200 of 255; below: 0; red is a box
    assert (seen.labels[: H // 2, W // 2 :] == 0).all()
    assert (seen.labels[: H // 2, : W // 2] == NO_CLASS).all()
    assert (seen.labels[H // 2 :] == NO_CLASS).all()
    assert (seen.confidence[: H // 2] == 200).all()


def test_the_threshold_of_a_class_that_the_card_lacks_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"thresholds has 'flor', which is no .* mean 'floor'"):
        segmenter(tmp_path, card={"thresholds": {"flor": 0.5}})


def test_more_classes_than_labels_are_refused():
    names = tuple(f"class {i}" for i in range(256))
    assert not least_confidence(a_card({}, names[:255])).any()
    with pytest.raises(ModelError, match="its card has 256 classes, labels tell 255 apart"):
        least_confidence(a_card({}, names))


def test_a_network_cannot_say_unknown_by_itself():
    with pytest.raises(ModelError, match="it gives class 255, its card has 3 classes"):
        decoded([NO_CLASS], [255], {})
