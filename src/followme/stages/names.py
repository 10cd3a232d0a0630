"""From an image to names: the networks that say what stands there, each only if it is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.perception.faces import FaceDetector
from followme.perception.model_file import find_model
from followme.perception.objects import ObjectDetector
from followme.perception.segmentation import Segmenter
from followme.settings import FaceDetectorSettings, ObjectDetectorSettings, SegmenterSettings
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme.values.label_map import LabelMap


class EveryNth:
    """Says which images are looked at: the first, then every n-th."""

    def __init__(self) -> None:
        self._passed = 0

    def due(self, every: int) -> bool:
        """Count an image; return whether to look at it."""
        due = self._passed == 0 or self._passed >= every
        self._passed = 1 if due else self._passed + 1
        return due

    def reset(self) -> None:
        """Look at the next one."""
        self._passed = 0


@dataclass(frozen=True)
class Names:
    """What was seen in one image; None where nobody looked."""

    faces: Detections | None = None
    objects: Detections | None = None
    labels: LabelMap | None = None

    def all(self) -> Iterator[tuple[str, Detections | LabelMap]]:
        """Yield who looked and what was seen."""
        for who, seen in ((FACES, self.faces), (OBJECTS, self.objects), (LABELS, self.labels)):
            if seen is not None:
                yield who, seen


class NameStage:
    """The networks for faces, objects and labels, in one thread.

    Parameters
    ----------
    faces, objects, labels : settings
        Which network, if any.

    Raises
    ------
    ModelError
        When a model file was asked for and cannot be used.
    """

    def __init__(
        self,
        faces: FaceDetectorSettings,
        objects: ObjectDetectorSettings,
        labels: SegmenterSettings,
    ) -> None:
        face, thing, label = (
            find_model(task, s.model)
            for task, s in (("face", faces), ("objects", objects), ("segmentation", labels))
        )
        self._faces = None
        if face is not None:
            self._faces = FaceDetector(face, faces.model, faces.tiles, faces.thresholds)
        self._objects = None
        if thing is not None:
            self._objects = ObjectDetector(thing, objects.model, objects.tiles, objects.thresholds)
        self._labels = None if label is None else Segmenter(label, labels.model)
        self._label_every = labels.every
        self._every = EveryNth()

    def look(self, image: ColourImage) -> Names:
        """Return what the networks see in an image; labels only in every n-th."""
        due = self._every.due(self._label_every)
        return Names(
            faces=None if self._faces is None else self._faces.look(image),
            objects=None if self._objects is None else self._objects.look(image),
            labels=self._labels.look(image) if self._labels is not None and due else None,
        )

    def close(self) -> None:
        """Free the networks."""
        for network in (self._faces, self._objects, self._labels):
            if network is not None:
                network.close()
