"""What belongs to one instant, put together from topics that come in any order.

Parts are paired by equal stamp in a small ring: all of FollowMe's topics carry the stamp of their
image untouched. Depth of a sensor alone may have a stamp of its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from itertools import pairwise
from typing import Any

import numpy as np

from followme.ros.depth_fit import DepthFit
from followme.values.camera import Camera
from followme.values.depth_map import DepthMap, DepthStatus, Provenance
from followme.values.frame import (
    DEPTH_SLOP_NS,
    CameraInfo,
    ColourImage,
    DepthImage,
    Frame,
    GreyImage,
)
from followme.values.label_map import LabelInfo, LabelMap

_RING = 5
# Until so many images came, a part that was never seen may still be on its way.
_LEARNING_IMAGES = 5
# A sensor that was silent for this long is not waited for.
_SILENT_S = 0.7


class StampRing:
    """Parts by stamp; the oldest instants are forgotten.

    Parameters
    ----------
    parts : tuple of str
        Names of what makes an instant complete.
    kept : int
        How many instants are kept.
    """

    def __init__(self, parts: tuple[str, ...], kept: int = _RING) -> None:
        self._parts = parts
        self._kept = kept
        self._instants: OrderedDict[int, dict[str, Any]] = OrderedDict()

    def put(self, stamp_ns: int, part: str, value: Any) -> dict[str, Any] | None:
        """Add a part; return all parts of its instant when it was the last one missing."""
        instant = self._instants.setdefault(stamp_ns, {})
        instant[part] = value
        while len(self._instants) > self._kept:
            self._instants.popitem(last=False)
        if all(p in instant for p in self._parts):
            self._instants.pop(stamp_ns, None)
            return instant
        return None

    def clear(self) -> None:
        """Forget all."""
        self._instants.clear()


class FramePairing:
    """Frames from image, calibration and sensor depth.

    Calibration and depth may never come: an image waits a little for them while nobody knows,
    and then only for what lately came. Several images may wait, because the depth of a slow
    sensor comes when the next image is there already. An image whose sensor depth got lost is
    passed over while the sensor is alive, because half a frame would look as if sight were lost;
    where a network gives depth too it goes on without the sensor's. Depth of the image's own stamp
    goes first, else the nearest within 20 ms, as soon as none that is nearer can be expected.

    Parameters
    ----------
    wait_s : float
        How long an image waits.

    Attributes
    ----------
    network : bool
        Whether an image alone gives depth.
    incomplete : int
        How many images were passed over or went on without sensor depth that came later.
    late_s : float
        How much older than the newest image sensor depth was that came too late; 0 none lately.
    fit : DepthFit
        Why sensor depth is never used, if it is not.
    """

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        self.network = False
        self.incomplete = 0
        self.fit = DepthFit()
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self.fit.fitted()
            self._images = 0
            self._waiting: deque[tuple[ColourImage, float]] = deque()
            self._depths: OrderedDict[int, DepthImage] = OrderedDict()
            self._infos: OrderedDict[int, Camera] = OrderedDict()
            self._camera: Camera | None = None
            self._depth_s = float("-inf")
            self._newest_ns = self._given_ns = -1
            self.late_s = 0.0

    def image(self, image: ColourImage, now_s: float) -> Frame | None:
        """Take an image; return its frame when nothing is missing."""
        with self._lock:
            self._images += 1
            self._newest_ns = image.stamp_ns
            self.fit.image(image.stamp_ns)
            if now_s - self._depth_s >= _SILENT_S:
                self.fit.fitted()
            self._waiting.append((image, now_s))
            if len(self._waiting) > _RING:
                self._pass_over()
            return self._complete(now_s)

    def depth(self, depth: DepthImage, now_s: float) -> Frame | None:
        """Take sensor depth; return the frame that waited for it, if one did."""
        with self._lock:
            self._depth_s = now_s
            self.fit.depth(depth.stamp_ns)
            self.late_s = self._late_s(depth.stamp_ns)
            _remember(self._depths, depth.stamp_ns, depth)
            return self._complete(now_s)

    def info(self, info: CameraInfo, now_s: float) -> Frame | None:
        """Take a calibration; return the frame that waited for it, if one did."""
        with self._lock:
            self._camera = info.camera
            _remember(self._infos, info.stamp_ns, info.camera)
            return self._complete(now_s)

    def overdue(self, now_s: float) -> Frame | None:
        """Return the newest image that waited long enough, as a frame with what there is."""
        with self._lock:
            ready = None
            while self._waiting and now_s - self._waiting[0][1] >= self.wait_s:
                image = self._waiting[0][0]
                lost = now_s - self._depth_s < _SILENT_S and self._nearest(image.stamp_ns) is None
                if lost and not self.network:
                    self._pass_over()
                else:
                    self.incomplete += ready is not None
                    ready = self._frame(image)
            return ready

    def _complete(self, now_s: float) -> Frame | None:
        """Return the newest frame that lacks nothing; older images are passed over with it."""
        for image, _ in reversed(self._waiting):
            if self._lacks_nothing(image, now_s):
                return self._frame(image)
        return None

    def _lacks_nothing(self, image: ColourImage, now_s: float) -> bool:
        learning = self._images <= _LEARNING_IMAGES
        depth_due = learning or now_s - self._depth_s < _SILENT_S
        if depth_due and not self._depth_is_found(image.stamp_ns):
            return False
        # a calibration holds until another one comes: only the first is waited for
        return image.stamp_ns in self._infos or self._camera is not None or not learning

    def _nearest(self, stamp_ns: int) -> DepthImage | None:
        """Return the depth nearest to an image, if it is near enough to belong to it."""
        nearest = min(self._depths.values(), key=lambda d: abs(d.stamp_ns - stamp_ns), default=None)
        if nearest is None or abs(nearest.stamp_ns - stamp_ns) > DEPTH_SLOP_NS:
            return None
        return nearest

    def _depth_is_found(self, stamp_ns: int) -> bool:
        """Return whether an image has its depth, and none that is nearer can be expected."""
        nearest = self._nearest(stamp_ns)
        if nearest is None:
            return False
        before_ns = stamp_ns - nearest.stamp_ns
        stamps = sorted(self._depths)
        if before_ns <= 0 or stamps[-1] > stamp_ns:
            return True  # depth comes in the order of its stamps
        period_ns = min((b - a for a, b in pairwise(stamps)), default=0)
        return period_ns - before_ns > before_ns

    def _late_s(self, depth_ns: int) -> float:
        """Return how far images are ahead of depth whose image does not wait any more."""
        away_ns = abs(depth_ns - self._given_ns)
        late = depth_ns <= self._given_ns or away_ns <= DEPTH_SLOP_NS
        if not late or any(abs(i.stamp_ns - depth_ns) < away_ns for i, _ in self._waiting):
            return 0.0
        return max(0, self._newest_ns - depth_ns) * 1e-9

    def _pass_over(self) -> None:
        self._given_ns = self._waiting.popleft()[0].stamp_ns
        self.incomplete += 1

    def _frame(self, image: ColourImage) -> Frame:
        while self._waiting[0][0] is not image:
            self._pass_over()
        self._waiting.popleft()
        self._given_ns = image.stamp_ns
        camera = self._infos.get(image.stamp_ns, self._camera)
        height, width = image.bgr.shape[:2]
        if camera is not None and (camera.width, camera.height) != (width, height):
            camera = camera.scaled(width, height)
        depth = self._nearest(image.stamp_ns)
        if depth is not None:
            self.fit.fitted()
        return Frame(image.stamp_ns, image.bgr, camera, None if depth is None else depth.depth_m)


class DepthPairing:
    """Depth maps from depth, deviation, calibration and status."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ring = StampRing(("depth", "sigma", "info", "status"))

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._ring.clear()

    def put(self, part: str, value: Any) -> DepthMap | DepthStatus | None:
        """Take one of "depth", "sigma", "info", "status"; return what became complete."""
        if isinstance(value, DepthStatus) and value.provenance is Provenance.UNKNOWN:
            return value
        with self._lock:
            parts = self._ring.put(value.stamp_ns, part, value)
        if parts is None:
            return None
        status: DepthStatus = parts["status"]
        return DepthMap(
            stamp_ns=status.stamp_ns,
            depth_m=parts["depth"].depth_m,
            sigma_m=parts["sigma"].depth_m,
            camera=parts["info"].camera,
            status=status,
        )


class LabelPairing:
    """Label maps from labels and confidence; their names come once, before or after.

    Parameters
    ----------
    with_confidence : bool
        False: who only wants the classes does not get the confidence, nor waits for it; all of
        it is 255.
    """

    def __init__(self, *, with_confidence: bool = True) -> None:
        self._lock = threading.Lock()
        self._ring = StampRing(("labels", "confidence") if with_confidence else ("labels",))
        self._names: tuple[str, ...] | None = None

    def clear(self) -> None:
        """Forget the pixels; what their numbers mean holds on."""
        with self._lock:
            self._ring.clear()

    def info(self, info: LabelInfo) -> None:
        """Take what the numbers mean."""
        with self._lock:
            self._names = info.names

    def put(self, part: str, image: GreyImage) -> LabelMap | None:
        """Take "labels" or "confidence"; return what became complete.

        Raises
        ------
        ValueError
            When the two differ in size, or a number has no name.
        """
        with self._lock:
            parts = self._ring.put(image.stamp_ns, part, image)
            names = self._names
        if parts is None or names is None:
            return None
        labels = parts["labels"].pixels
        if "confidence" in parts:
            confidence = parts["confidence"].pixels
        else:
            confidence = np.full_like(labels, 255)
        return LabelMap(image.stamp_ns, labels, confidence, names)


def _remember(ring: OrderedDict[int, Any], stamp_ns: int, value: Any) -> None:
    ring[stamp_ns] = value
    while len(ring) > _RING:
        ring.popitem(last=False)
