"""What detectors and the segmenter found, as messages and back."""

from __future__ import annotations

import math

import numpy as np

from followme.ros.stamps import header, stamp_ns
from followme.values.detections import Detections
from followme.values.label_map import LabelInfo
from followme_msgs.msg import Detection, DetectionArray
from followme_msgs.msg import LabelInfo as LabelInfoMsg

_NO_POINTS = np.full((5, 2), math.nan, np.float32)


def detections_to_msg(d: Detections, frame_id: str) -> DetectionArray:
    """Return the message of all things found in an image, in falling order of score."""
    order = np.argsort(-d.score, kind="stable")
    return DetectionArray(
        header=header(d.stamp_ns, frame_id),
        image_width=d.size_wh[0],
        image_height=d.size_wh[1],
        detections=[_detection_to_msg(d, int(i)) for i in order],
    )


def detections_from_msg(m: DetectionArray) -> Detections:
    """Return the things in a message; they have points only if any of them has.

    Raises
    ------
    ValueError
        For a box that is none, or an image without pixels.
    """
    size_wh = (int(m.image_width), int(m.image_height))
    if min(size_wh) < 1:
        raise ValueError(
            f"detections: their image is {size_wh[0]}x{size_wh[1]} pixels; "
            "give the size of the image"
        )
    n = len(m.detections)
    boxes = np.array([(d.x1, d.y1, d.x2, d.y2) for d in m.detections], np.float32).reshape(n, 4)
    if not (np.isfinite(boxes).all() and (boxes[:, :2] <= boxes[:, 2:]).all()):
        raise ValueError(
            "detections: a box is not finite or ends before it begins; "
            "give left, top, right, bottom in pixels"
        )
    points = np.array([d.landmarks for d in m.detections], np.float32).reshape(n, 5, 2)
    return Detections(
        stamp_ns=stamp_ns(m.header),
        size_wh=size_wh,
        xyxy=boxes,
        score=np.array([d.score for d in m.detections], np.float32),
        name=tuple(d.label for d in m.detections),
        landmarks=None if np.isnan(points).all() else points,
    )


def label_info_to_msg(info: LabelInfo, frame_id: str) -> LabelInfoMsg:
    """Return the message of what the numbers in a label image mean."""
    return LabelInfoMsg(
        header=header(info.stamp_ns, frame_id),
        names=list(info.names),
        nyu40=[" ".join(map(str, ids)) for ids in info.nyu40],
        model=info.model,
        sha256=info.sha256,
    )


def label_info_from_msg(m: LabelInfoMsg) -> LabelInfo:
    """Return what the numbers in a label image mean.

    Raises
    ------
    ValueError
        When there are not as many lists of ids as names, or an id is no number.
    """
    return LabelInfo(
        stamp_ns=stamp_ns(m.header),
        names=tuple(m.names),
        nyu40=tuple(tuple(int(i) for i in ids.split()) for ids in m.nyu40),
        model=m.model,
        sha256=m.sha256,
    )


def _detection_to_msg(d: Detections, i: int) -> Detection:
    x1, y1, x2, y2 = d.xyxy[i].tolist()
    points = _NO_POINTS if d.landmarks is None else d.landmarks[i]
    return Detection(
        label=d.name[i],
        score=float(d.score[i]),
        x1=x1,
        y1=y1,
        x2=x2,
        y2=y2,
        landmarks=np.ascontiguousarray(points).reshape(10),
    )
