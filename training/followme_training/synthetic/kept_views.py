"""What a perfect camera saw, kept on disk, so that sensors can be laid over it again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.course import Moment
from followme.sources.renderer import Rendered
from followme.sources.scene import Scene
from followme.sources.view import View
from followme.sources.walk_source import Draw
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera
from followme_training.common.files import write_json, write_with
from followme_training.datasets.errors import DataError

#: Folder below that of a recording.
FOLDER = "exact"
_ABOUT = "about.json"


@dataclass(frozen=True)
class About:
    """What views were rendered from; all of one folder from the same.

    Parameters
    ----------
    scene : str
        sha256 of what the scene file holds, without what no view depends on.
    width, height : int
        Of the images.
    seed : int
        Of materials, clothes and lights.
    samples, bounces, scale : int, int, float
        Of the path tracer.
    """

    scene: str
    width: int
    height: int
    seed: int
    samples: int
    bounces: int
    scale: float


class KeptViews:
    """Views in files, drawn where they are missing.

    Parameters
    ----------
    folder : Path
        Of the recording.
    draw : callable or None
        Draws what is missing; None where all must be there.

    Raises
    ------
    DataError
        When the folder holds views of something else.
    """

    def __init__(self, folder: Path, draw: Draw | None = None) -> None:
        self._folder = folder / FOLDER
        self._draw = draw
        #: Of the frame that is asked for next.
        self.number = 0
        #: Of the newest frame.
        self.view: View | None = None
        self.attitude: Attitude | None = None

    def claim(self, about: About) -> None:
        """Say what is about to be rendered here, and refuse to mix it with something else."""
        file = self._folder / _ABOUT
        if not file.is_file():
            write_json(file, asdict(about))
            return
        before = self.about()
        differs = [
            f.name for f in fields(About) if getattr(before, f.name) != getattr(about, f.name)
        ]
        if differs:
            name = differs[0]
            raise DataError(
                f"{self._folder.parent}: holds frames with {name} {getattr(before, name)!r}, not "
                f"{getattr(about, name)!r}; give another --out, or delete them"
            )

    def about(self) -> About:
        """Return what the views were rendered from.

        Raises
        ------
        DataError
            When nothing was rendered here, or the note about it is damaged.
        """
        file = self._folder / _ABOUT
        try:
            return About(**json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise DataError(
                f"{file}: is no note of a rendering ({error}); give a folder that "
                "'followme-train synthetic render' wrote"
            ) from error

    def has(self, number: int) -> bool:
        """Return whether a frame is there."""
        return self._file(number).is_file()

    def draw(
        self,
        scene: Scene,
        camera: Camera,
        attitude: Attitude,
        pose: FloorPose,
        when: Moment,
    ) -> Rendered:
        """Return the view of :attr:`number`; rendered, and kept, where it is missing."""
        file = self._file(self.number)
        self.view, self.attitude = View.of(camera, attitude, pose), attitude
        if file.is_file():
            return _read(file)
        if self._draw is None:
            raise DataError(
                f"{file}: is missing; run 'followme-train synthetic render' on its scene again, "
                "it goes on where it was stopped"
            )
        seen = self._draw(scene, camera, attitude, pose, when)
        write_with(file, lambda part: _write(part, seen))
        return seen

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06d}.npz"


def _write(file: Path, seen: Rendered) -> None:
    same = seen.behind_m is seen.depth_m
    members: dict[str, Any] = {
        "bgr": _png(seen.bgr),
        "depth_m": seen.depth_m,
        "labels": _png(seen.labels),
        "ids": _png(seen.ids),
        "materials": _png(seen.materials),
    }
    if not same:
        members["behind_m"] = seen.behind_m
    np.savez_compressed(file, **members)


def _png(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    done, data = cv2.imencode(".png", image)
    if not done:
        raise DataError("synthetic: an image could not be encoded")
    return np.asarray(data, np.uint8)


def _read(file: Path) -> Rendered:
    try:
        with np.load(file, allow_pickle=False) as held:
            pictures = {
                name: cv2.imdecode(held[name], cv2.IMREAD_UNCHANGED)
                for name in ("bgr", "labels", "ids", "materials")
            }
            depth = np.asarray(held["depth_m"], np.float32)
            behind = np.asarray(held["behind_m"], np.float32) if "behind_m" in held else depth
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, cv2.error) as error:
        raise DataError(f"{file}: is damaged ({error}); delete it and render again") from error
    if any(p is None or p.shape[:2] != depth.shape for p in pictures.values()):
        raise DataError(f"{file}: is damaged; delete it and render again")
    whole = {name: np.asarray(p, np.uint8) for name, p in pictures.items()}
    return Rendered(depth_m=depth, behind_m=behind, **whole)
