"""Networks that are known exactly, measured and exported."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from followme_training.common.samples import spread
from followme_training.segmentation.classes import ClassList
from followme_training.segmentation.evaluation import Guess, averaged, evaluate, predictor
from followme_training.segmentation.exported import OUTPUTS, ExportedSegmentation
from followme_training.segmentation.known_classes import CLASS_LISTS
from followme_training.segmentation.pictures import blended, colours, write_sheet
from followme_training.segmentation.publication import classes_of_card
from followme_training.segmentation.sample import SegmentationSample

CLASSES = ClassList("three", "ids", ("a", "b", "c"), ((0,), (1,), (2,)), (255,))


class ByColour(nn.Module):
    """Says red is 0, green 1, blue 2; the colour over 51 is the logit."""

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        return rgb / 51.0


def halves(left: int, right: int, size_hw: tuple[int, int] = (6, 8)) -> np.ndarray:
    rgb = np.zeros((*size_hw, 3), np.uint8)
    middle = size_hw[1] // 2
    rgb[:, :middle, left] = 255
    rgb[:, middle:, right] = 255
    return rgb


def sample(left: int, right: int, truth: np.ndarray | None = None) -> SegmentationSample:
    rgb = halves(left, right)
    found = rgb.argmax(2).astype(np.uint8) if truth is None else truth
    return SegmentationSample(f"{left}{right}", rgb, found)


def test_a_perfect_network_is_measured_as_one() -> None:
    figures = evaluate([sample(0, 1), sample(1, 0)], averaged(ByColour(), (6, 8)), CLASSES)
    assert figures["miou"] == figures["pixel_accuracy"] == figures["boundary_iou"] == 1.0
    assert figures["images"] == 2
    assert np.isnan(figures["iou/c"])
    # e^5 against two times e^0
    probability = np.exp(5) / (np.exp(5) + 2)
    assert figures["confidence_right"] == pytest.approx(probability, abs=1 / 255)
    assert np.isnan(figures["confidence_wrong"])


@pytest.mark.parametrize("size_hw", [(6, 8), (8, 6), (3, 20), (20, 3), (40, 24)])
def test_a_perfect_network_is_measured_as_one_with_padding(size_hw: tuple[int, int]) -> None:
    seen: list[tuple[int, ...]] = []

    class Watched(ByColour):
        def forward(self, rgb: torch.Tensor) -> torch.Tensor:
            seen.append(tuple(rgb.shape[2:]))
            return super().forward(rgb)

    rgb = halves(0, 1, size_hw)
    whole = SegmentationSample("a", rgb, rgb.argmax(2).astype(np.uint8))
    predict = averaged(Watched(), (20, 20), (1.0, 2.0), flip=True, keep_aspect_ratio=True)
    figures = evaluate([whole], predict, CLASSES)
    assert figures["miou"] == figures["pixel_accuracy"] == 1.0
    assert seen == [(20, 20)] * 2 + [(40, 40)] * 2


def test_figures_are_those_of_a_hand() -> None:
    truth = np.zeros((6, 8), np.uint8)
    truth[:, 6:] = 1
    truth[0] = 255
    figures = evaluate([sample(0, 1, truth)], averaged(ByColour(), (6, 8)), CLASSES)
    # of 40 pixels 30 are a, of which 20 are found; 10 are b, and 20 are called b
    assert figures["iou/a"] == pytest.approx(20 / 30)
    assert figures["iou/b"] == pytest.approx(10 / 20)
    assert figures["pixel_accuracy"] == pytest.approx(30 / 40)
    assert figures["frequency_weighted_iou"] == pytest.approx(0.75 * 20 / 30 + 0.25 * 10 / 20)


def test_an_engine_is_asked_at_its_size_and_answers_at_that_of_the_image() -> None:
    seen = []

    def engine(rgb: np.ndarray) -> dict[str, np.ndarray]:
        seen.append(rgb.shape)
        labels = rgb.argmax(2).astype(np.uint8)[None]
        return {"labels": labels, "confidence": np.full_like(labels, 99)}

    guess = predictor(engine, (3, 4))(halves(0, 2, (12, 16)))
    assert seen == [(3, 4, 3)]
    assert (guess.labels == halves(0, 2, (12, 16)).argmax(2)).all()
    assert (guess.confidence == 99).all()


class LeftOnly(nn.Module):
    """Sees 1 in the left half of whatever it is shown, 0 in the right one, and is sure of it."""

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(len(rgb), 2, *rgb.shape[2:])
        middle = rgb.shape[3] // 2
        logits[:, 1, :, :middle] = 8.0
        logits[:, 0, :, middle:] = 8.0
        return logits


def test_mirrored_views_are_mirrored_back_before_they_are_averaged() -> None:
    rgb = np.zeros((6, 8, 3), np.uint8)
    plain = averaged(LeftOnly(), (6, 8))(rgb)
    assert plain.labels[0].tolist() == [1] * 4 + [0] * 4
    both = averaged(LeftOnly(), (6, 8), flip=True)(rgb)
    # the two views contradict each other everywhere
    assert (np.abs(both.confidence.astype(int) - 127.5) <= 1).all()
    scaled = averaged(LeftOnly(), (6, 8), scales=(0.5, 1.0, 2.0))(rgb)
    assert (scaled.labels == plain.labels).all()


def test_the_exported_network_gives_class_and_probability() -> None:
    net = ExportedSegmentation(ByColour()).eval()  # type: ignore[arg-type]
    image = torch.zeros(1, 2, 3, 3, dtype=torch.uint8)
    image[0, 0, :, 2] = 255
    image[0, 1, :, 1] = 51
    outputs = dict(zip(OUTPUTS, net(image), strict=True))
    assert outputs["labels"].tolist() == [[[2, 2, 2], [1, 1, 1]]]
    assert outputs["labels"].dtype == outputs["confidence"].dtype == torch.uint8
    sure, unsure = (round(255 * np.exp(x) / (np.exp(x) + 2)) for x in (5.0, 1.0))
    assert outputs["confidence"].tolist() == [[[sure] * 3, [unsure] * 3]]


def test_classes_of_a_card_have_ids_only_where_they_are_those_of_nyu() -> None:
    assert classes_of_card(CLASSES) == [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    assert classes_of_card(CLASS_LISTS["robot"])[3] == {"name": "door", "nyu40": [8]}


@pytest.mark.parametrize(("images", "count", "expected"), [(9, 3, [0, 3, 6]), (2, 5, [0, 1])])
def test_images_are_spread_over_all(images: int, count: int, expected: list[int]) -> None:
    made = [sample(0, 1) for _ in range(images)]
    numbers = {id(one): i for i, one in enumerate(made)}
    assert [numbers[id(one)] for one in spread(made, count)] == expected


def test_colours_tell_classes_apart_and_leave_what_has_none() -> None:
    for classes in CLASS_LISTS.values():
        table = colours(classes)
        used = {tuple(table[i]) for i in range(len(classes))}
        assert len(used) == len(classes)
        assert tuple(table[255]) == (0, 0, 0)
        assert (0, 0, 0) not in used
    rgb = halves(0, 1)
    labels = np.full((6, 8), 255, np.uint8)
    labels[:, :2] = 0
    mixed = blended(rgb, labels, colours(CLASSES))
    assert (mixed[:, 2:] == rgb[:, 2:]).all()
    assert (mixed[:, :2] != rgb[:, :2]).any()


def test_an_empty_sheet_is_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match=r"s\.png: there is nothing to draw"):
        write_sheet([], CLASSES, tmp_path / "s.png")
    assert Guess._fields == OUTPUTS
