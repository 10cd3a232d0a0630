"""Labels from boxes and probabilities, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.segmentation.box_labels import ClassBox, labels_from_boxes
from followme_training.segmentation.classes import IGNORE

WALL, DOOR, CHAIR, PERSON = range(4)
H, W = 20, 30


def seen(*shares: float) -> np.ndarray:
    """Return probabilities that are the same at each pixel."""
    return np.broadcast_to(np.float32(shares)[:, None, None], (len(shares), H, W)).copy()


def test_without_boxes_it_is_what_the_network_is_sure_of() -> None:
    assert (labels_from_boxes(seen(0.7, 0.2, 0.1, 0.0), [], []) == WALL).all()
    assert (labels_from_boxes(seen(0.5, 0.4, 0.1, 0.0), [], []) == IGNORE).all()


def test_a_complete_class_is_nowhere_but_in_its_boxes() -> None:
    door_all_over = seen(0.2, 0.8, 0.0, 0.0)
    box = ClassBox(4, 4, 14, 16, DOOR, filled=True)
    labels = labels_from_boxes(door_all_over, [box], [DOOR])
    assert (labels[:, 20:] == WALL).all()
    assert (labels[4:16, 4:14] == DOOR).all()
    # of a class that is not complete a missing box says nothing
    assert (labels_from_boxes(door_all_over, [box], [])[:, 20:] == DOOR).all()


def test_what_fills_its_box_does_so_in_the_middle_and_only_there() -> None:
    """The network takes the door for wall: in the middle it is overruled, at the rim nobody is."""
    box = ClassBox(0, 0, 20, 20, DOOR, filled=True)
    labels = labels_from_boxes(seen(0.95, 0.05, 0.0, 0.0), [box], [DOOR])
    # 15 % of 20 pixels to the left and right, 12 % above and below
    middle = labels[2:18, 3:17]
    assert (middle == DOOR).all()
    assert np.count_nonzero(labels == DOOR) == middle.size
    rim = labels[:, :20].copy()
    rim[2:18, 3:17] = IGNORE
    assert (rim == IGNORE).all()
    assert (labels[:, 22:] == WALL).all()


def test_the_rim_is_the_doors_where_the_network_half_sees_it() -> None:
    # .3 by 8 against .7
    box = ClassBox(0, 0, 20, 20, DOOR, filled=True)
    labels = labels_from_boxes(seen(0.7, 0.3, 0.0, 0.0), [box], [DOOR])
    assert (labels[:, :20] == DOOR).all()


def test_a_chair_does_not_fill_its_box() -> None:
    box = ClassBox(0, 0, 20, 20, CHAIR)
    labels = labels_from_boxes(seen(0.9, 0.0, 0.1, 0.0), [box], [CHAIR])
    assert (labels[:, :20] == WALL).all()


def test_a_person_before_a_door_stays_a_person() -> None:
    probabilities = seen(0.6, 0.4, 0.0, 0.0)
    probabilities[:, 8:12, 8:12] = np.float32([0.1, 0.1, 0.0, 0.8])[:, None, None]
    box = ClassBox(0, 0, 20, 20, DOOR, filled=True)
    hidden = labels_from_boxes(probabilities, [box], [DOOR], in_front=[PERSON])
    assert not (hidden[8:12, 8:12] == DOOR).any()
    assert (labels_from_boxes(probabilities, [box], [DOOR])[8:12, 8:12] == DOOR).all()


def test_the_smaller_box_lies_in_front_whatever_their_order() -> None:
    door = ClassBox(0, 0, 30, 20, DOOR, filled=True)
    chair = ClassBox(10, 8, 20, 18, CHAIR)
    probabilities = seen(0.1, 0.3, 0.6, 0.0)
    for boxes in ([door, chair], [chair, door]):
        labels = labels_from_boxes(probabilities, boxes, [DOOR, CHAIR])
        assert (labels[9:17, 11:19] == CHAIR).all()
        assert (labels[9:17, 4:9] == DOOR).all()


edges = st.floats(-20.0, 60.0)


@given(
    st.lists(
        st.builds(ClassBox, edges, edges, edges, edges, st.integers(0, 3), st.booleans()),
        max_size=5,
    ),
    st.sets(st.integers(0, 3)),
    st.integers(0, 2**32 - 1),
)
def test_boxes_of_any_place_give_classes_or_none(boxes, complete, seed) -> None:
    """Beyond the image, empty, or wrong way round."""
    logits = np.random.default_rng(seed).normal(size=(4, H, W)).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(0)
    labels = labels_from_boxes(probabilities, boxes, complete)
    assert labels.shape == (H, W)
    assert set(np.unique(labels)) <= {0, 1, 2, 3, IGNORE}
    # nothing that has no box is seen of what is complete
    for number in complete - {b.number for b in boxes}:
        assert not (labels == number).any()


def test_mirrored_boxes_give_mirrored_labels() -> None:
    random = np.random.default_rng(1)
    probabilities = random.dirichlet(np.ones(4), (H, W)).transpose(2, 0, 1).astype(np.float32)
    box = ClassBox(2, 3, 12, 17, DOOR, filled=True)
    mirrored = ClassBox(W - 12, 3, W - 2, 17, DOOR, filled=True)
    labels = labels_from_boxes(probabilities, [box], [DOOR])
    other = labels_from_boxes(probabilities[:, :, ::-1].copy(), [mirrored], [DOOR])
    assert np.count_nonzero(labels != other[:, ::-1]) <= 2 * H  # edges between two pixels
    assert np.count_nonzero(labels != other) > 2 * H


def test_probabilities_are_left_as_they_were() -> None:
    probabilities = seen(0.2, 0.8, 0.0, 0.0)
    before = probabilities.copy()
    labels_from_boxes(probabilities, [ClassBox(0, 0, 9, 9, DOOR, True)], [DOOR])
    np.testing.assert_array_equal(probabilities, before)


@pytest.mark.parametrize("box", [ClassBox(5, 5, 5, 5, DOOR, True), ClassBox(-9, -9, -1, -1, DOOR)])
def test_a_box_without_pixels_changes_little(box: ClassBox) -> None:
    labels = labels_from_boxes(seen(0.9, 0.1, 0.0, 0.0), [box], [DOOR])
    assert np.count_nonzero(labels != WALL) <= 9
