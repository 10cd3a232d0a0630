"""Pictures of a run held back until the faces in them are known, so that none is written clear."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from followme.values.camera import Camera
from followme.values.depth_map import DepthStatus
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.label_map import LabelMap
from followme.values.obstacle import Obstacles

# A picture that waited for so many later ones is looked at with the faces known until then.
_HELD = 12
# Boxes of faces are kept for a second at most (B10).
_FACES_KEPT = 10


@dataclass(frozen=True)
class RunPicture:
    """What is drawn of one image."""

    image: ColourImage
    camera: Camera | None
    status: DepthStatus | None
    obstacles: Obstacles
    saying: str
    labels: LabelMap | None = None


class FaceHold:
    """Gives pictures on in their order, each with its faces.

    Parameters
    ----------
    give : callable
        Takes a picture and its faces; None where nobody looks for faces.
    looked_for : callable
        Whether somebody looks for faces, or is about to.
    """

    def __init__(
        self,
        give: Callable[[RunPicture, Detections | None], None],
        looked_for: Callable[[], bool],
    ) -> None:
        self._give, self._looked_for = give, looked_for
        self._lock = threading.Lock()
        self._held: deque[RunPicture] = deque()
        self._faces: OrderedDict[int, Detections] = OrderedDict()
        self.left_out = 0

    def picture(self, picture: RunPicture) -> None:
        """Take a picture; it is given on once the faces of its image, or of a later one, come."""
        with self._lock:
            self._held.append(picture)
            self._release(_HELD)

    def faces(self, faces: Detections) -> None:
        """Take the faces of an image; pictures may wait for them."""
        with self._lock:
            self._faces[faces.stamp_ns] = faces
            while len(self._faces) > _FACES_KEPT:
                self._faces.popitem(last=False)
            self._release(_HELD)

    def close(self) -> None:
        """Give on what waits, with the faces known until now."""
        with self._lock:
            self._release(0)

    def _release(self, most: int) -> None:
        while self._held:
            picture = self._held[0]
            if not self._looked_for():
                self._give(self._held.popleft(), None)
                continue
            stamp_ns = picture.image.stamp_ns
            later = [f for ns, f in self._faces.items() if ns >= stamp_ns]
            if not later and len(self._held) <= most:
                return
            self._held.popleft()
            before = [f for ns, f in self._faces.items() if ns < stamp_ns]
            near = later[:1] if later and later[0].stamp_ns == stamp_ns else before[-1:] + later[:1]
            if near:
                self._give(picture, _joined(stamp_ns, near))
            else:
                self.left_out += 1  # nobody has looked at it: it may show a face


def _joined(stamp_ns: int, found: list[Detections]) -> Detections:
    """Return the faces of the images before and after one that was not looked at."""
    if len(found) == 1:
        return found[0]
    size = np.array([found[0].size_wh] * 2).reshape(4)
    boxes = [f.xyxy * (size / np.array([f.size_wh] * 2).reshape(4)) for f in found]
    return Detections(
        stamp_ns=stamp_ns,
        size_wh=found[0].size_wh,
        xyxy=np.concatenate(boxes).astype(np.float32),
        score=np.concatenate([f.score for f in found]),
        name=found[0].name + found[1].name,
    )
