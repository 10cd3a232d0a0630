"""Whether sensor depth fits the images that it comes beside, or never does, and by how much."""

from __future__ import annotations

from collections import deque
from statistics import median, median_low

from followme.values.frame import DEPTH_SLOP_NS

# So many images in a row go without depth, and so much depth is not used, before it is no chance.
_LEAST = 8
_KEPT = 16


class DepthFit:
    """Watches stamps of images and of depth since the two were last put together."""

    def __init__(self) -> None:
        self._images: deque[int] = deque(maxlen=_KEPT)
        self._depths: deque[int] = deque(maxlen=_KEPT)

    def image(self, stamp_ns: int) -> None:
        """Note an image."""
        self._images.append(stamp_ns)

    def depth(self, stamp_ns: int) -> None:
        """Note sensor depth."""
        self._depths.append(stamp_ns)

    def fitted(self) -> None:
        """Note that an image got its depth, or that none comes any more."""
        self._images.clear()
        self._depths.clear()

    def sentence(self, topic: str, late_s: float, wait_s: float) -> str:
        """Return why depth that comes is not used; empty while it is, or while none comes.

        Parameters
        ----------
        topic : str
            Of the depth.
        late_s : float
            How much older than the newest image it was when it came too late; 0 when it did not.
        wait_s : float
            How long an image waits for it.
        """
        if min(len(self._images), len(self._depths)) < _LEAST:
            return ""
        offsets = self._offsets_ns()
        away_ns = median(abs(o) for o in offsets)
        if away_ns > DEPTH_SLOP_NS:
            side = "before" if median_low(offsets) < 0 else "after"
            return (
                f"{topic}: its stamps are {away_ns * 1e-6:.0f} ms {side} those of the nearest "
                f"image, more than {DEPTH_SLOP_NS * 1e-6:.0f} ms, so that it is not used; let its "
                "driver give depth and colour of the same moment, by the same clock"
            )
        if late_s <= 0.0:
            return ""
        return (
            f"{topic}: it comes when images are {late_s:.2f} s further, so that it is not used; "
            f"let it come sooner, or give more than {wait_s:g} s as pair_wait_s"
        )

    def _offsets_ns(self) -> list[int]:
        """Return how far after the image nearest to it depth is; negative: before it."""
        images, depths = tuple(self._images), tuple(self._depths)
        offsets = [min((d - i for i in images), key=abs) for d in depths]
        first, last = min(images), max(images)
        # the nearest image of what lies outside may be forgotten already, or may still come
        within = [o for o, d in zip(offsets, depths, strict=True) if first <= d < last]
        return within or [depths[-1] - images[-1]]
