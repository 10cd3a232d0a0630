"""One table of the streams: how often each comes and when its silence matters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stream:
    """What is expected of a topic.

    Parameters
    ----------
    rate_hz : float
        Nominal rate.
    stale_s : float
        Age from which the newest item no longer counts.
    required : bool
        Whether its silence means that sight is lost.
    """

    rate_hz: float
    stale_s: float
    required: bool = False


STREAMS: dict[str, Stream] = {
    "camera/image_raw": Stream(rate_hz=10.0, stale_s=0.5, required=True),
    "camera/camera_info": Stream(rate_hz=10.0, stale_s=0.5),
    "camera/depth/image_raw": Stream(rate_hz=10.0, stale_s=0.5),
    "faces": Stream(rate_hz=10.0, stale_s=1.0),
    "objects": Stream(rate_hz=10.0, stale_s=1.0),
    # of every third image
    "segmentation/labels": Stream(rate_hz=10.0 / 3, stale_s=1.5),
    "ego_motion": Stream(rate_hz=10.0, stale_s=0.5),
    "depth/image": Stream(rate_hz=10.0, stale_s=0.7, required=True),
    "depth/status": Stream(rate_hz=10.0, stale_s=0.7, required=True),
    "obstacles": Stream(rate_hz=10.0, stale_s=0.7, required=True),
}
