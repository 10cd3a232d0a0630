from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rclpy.serialization import deserialize_message, serialize_message

from followme.ros.detection_messages import (
    detections_from_msg,
    detections_to_msg,
    label_info_from_msg,
    label_info_to_msg,
)
from followme.values.detections import Detections
from followme.values.label_map import LabelInfo
from followme_msgs.msg import Detection, DetectionArray
from followme_msgs.msg import LabelInfo as LabelInfoMsg

from .any_values import STAMPS_NS, WORDS

FLOATS = st.floats(-1e4, 1e4, width=32)


def through_the_wire(message):
    return deserialize_message(serialize_message(message), type(message))


@st.composite
def detections(draw: st.DrawFn) -> Detections:
    n = draw(st.integers(0, 4))
    low = draw(hnp.arrays(np.float32, (n, 2), elements=FLOATS))
    size = draw(hnp.arrays(np.float32, (n, 2), elements=st.floats(0, 1e4, width=32)))
    score = draw(hnp.arrays(np.float32, (n,), elements=st.floats(0, 1, width=32)))
    names = draw(st.lists(WORDS, min_size=n, max_size=n))
    points = None
    if n and draw(st.booleans()):
        points = draw(hnp.arrays(np.float32, (n, 5, 2), elements=FLOATS | st.just(math.nan)))
        points = None if np.isnan(points).all() else points
    sides = st.integers(1, 2**32 - 1)
    return Detections(
        draw(STAMPS_NS),
        (draw(sides), draw(sides)),
        np.concatenate([low, low + size], axis=1),
        np.sort(score)[::-1].copy(),
        tuple(names),
        points,
    )


def assert_same(one: Detections, other: Detections) -> None:
    assert (one.stamp_ns, one.size_wh, one.name) == (other.stamp_ns, other.size_wh, other.name)
    np.testing.assert_array_equal(one.xyxy, other.xyxy)
    np.testing.assert_array_equal(one.score, other.score)
    if one.landmarks is None:
        assert other.landmarks is None
    else:
        np.testing.assert_array_equal(one.landmarks, other.landmarks)


@pytest.mark.parametrize("carried", [lambda m: m, through_the_wire], ids=["made", "wire"])
@given(found=detections())
def test_what_is_read_is_what_was_written(carried, found):
    message = carried(detections_to_msg(found, "camera"))
    assert message.header.frame_id == "camera"
    assert_same(detections_from_msg(message), found)


def test_an_image_in_which_nothing_was_found_is_a_message():
    empty = Detections.empty(3, (640, 480))
    message = through_the_wire(detections_to_msg(empty, "camera"))
    assert (message.image_width, message.image_height) == (640, 480)
    assert_same(detections_from_msg(message), empty)


def test_the_surest_comes_first():
    boxes = np.array([[0, 0, 1, 1], [2, 2, 3, 3]], np.float32)
    found = Detections(0, (9, 9), boxes, np.array([0.2, 0.8], np.float32), ("a", "b"))
    message = detections_to_msg(found, "camera")
    assert [d.label for d in message.detections] == ["b", "a"]
    assert [d.x1 for d in message.detections] == [2.0, 0.0]


def test_the_left_eye_comes_first():
    points = np.arange(10, dtype=np.float32).reshape(1, 5, 2)
    box = np.array([[0, 0, 9, 9]], np.float32)
    found = Detections(0, (9, 9), box, np.ones(1, np.float32), ("face",), points)
    (face,) = detections_to_msg(found, "camera").detections
    assert list(face.landmarks) == list(range(10))


@pytest.mark.parametrize(
    "facts",
    [
        {"x1": 5.0, "x2": 4.0},
        {"y1": 5.0, "y2": 4.0},
        {"x1": math.nan},
        {"x2": math.inf},
    ],
)
def test_a_box_that_is_none_is_refused(facts):
    message = DetectionArray(image_width=9, image_height=9, detections=[Detection(**facts)])
    with pytest.raises(ValueError, match="a box is not finite or ends before it begins"):
        detections_from_msg(message)


def test_an_image_without_pixels_is_refused():
    with pytest.raises(ValueError, match="their image is 0x0 pixels"):
        detections_from_msg(DetectionArray())


@given(
    names=st.lists(WORDS, max_size=4),
    ids=st.lists(st.lists(st.integers(0, 40), max_size=4), min_size=4, max_size=4),
    stamp_ns=STAMPS_NS,
)
def test_label_info_is_read_as_it_was_written(names, ids, stamp_ns):
    nyu40 = tuple(tuple(i) for i in ids[: len(names)])
    info = LabelInfo(stamp_ns, tuple(names), nyu40, "segmentation.onnx", "ab" * 32)
    message = through_the_wire(label_info_to_msg(info, "camera"))
    assert label_info_from_msg(message) == info


def test_label_info_as_the_message_describes_it():
    info = LabelInfo(0, ("floor", "other"), ((3, 5, 7), ()), "m.onnx", "")
    assert list(label_info_to_msg(info, "camera").nyu40) == ["3 5 7", ""]


@pytest.mark.parametrize(
    ("names", "nyu40"), [(["a"], []), ([], ["3"]), (["a"], ["three"]), (["a", "b"], ["1"])]
)
def test_label_info_that_contradicts_itself_is_refused(names, nyu40):
    with pytest.raises(ValueError):
        label_info_from_msg(LabelInfoMsg(names=names, nyu40=nyu40))
