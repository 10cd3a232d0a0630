"""A walk as a folder of frames: colour, depth, classes, things, poses, intrinsics.

Names are those of 7-Scenes, so that ``followme-train depth`` reads the folder: of frame 12
``frame-000012.color.jpg`` (as the camera gives it), ``.depth.png`` (exact, millimetres along the
optical axis), ``.measured.png`` (as a depth sensor gives it, 0 unknown), ``.labels.png`` (index
into ``CLASS_NAMES``), ``.things.png`` (ids of things), ``.pose.txt`` (camera to scene, 4x4), and
once ``camera-intrinsics.txt`` (3x3).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from followme.sources.course import Moment
from followme.sources.renderer import Rendered, render
from followme.sources.scene import Scene
from followme.sources.scene_file import load_walk
from followme.sources.source import SourceError
from followme.sources.walk_source import WalkSource
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera
from followme.values.frame import Frame
from followme_training.common.files import write_text, write_with
from followme_training.common.progress import progress
from followme_training.datasets.errors import DataError
from followme_training.synthetic.cycles import Cycles, Quality
from followme_training.synthetic.kept_views import FOLDER, About, KeptViews

_JPEG_QUALITY = 92
_INTRINSICS = "camera-intrinsics.txt"
# beside the note about the views: sha256 of the sensor that was laid over them
_SENSOR = "sensor.sha256"
_FARTHEST_MM = 65534.0
# parts of a scene file that change nothing of what a perfect camera sees
_NOT_DRAWN = ("number", "name", "text", "sensor", "expect")


@dataclass(frozen=True, eq=False)
class Taken:
    """One frame of a recording.

    Parameters
    ----------
    number : int
        Of the frame.
    frame : Frame
        What camera and depth sensor gave.
    seen : Rendered
        What a perfect camera saw.
    pose : (4, 4) float64
        From the optical frame to that of the scene, metres.
    attitude : Attitude
        How the camera stood over the floor.
    """

    number: int
    frame: Frame
    seen: Rendered
    pose: NDArray[np.float64]
    attitude: Attitude


class Recording:
    """A scene file and the folder of its frames.

    Parameters
    ----------
    scene : Path
        YAML file; docs/scenes.md has its words.
    folder : Path
        Of the frames; what is there already is kept.
    size : tuple of two ints or None
        Width and height; None for those of the frames that are there.
    quality : Quality or None
        Of Blender's path tracer, 0 samples for FollowMe's own renderer; None to read only what is
        there.

    Raises
    ------
    DataError
        When the scene cannot be read, or the folder holds frames of another one.
    """

    def __init__(
        self,
        scene: Path,
        folder: Path,
        size: tuple[int, int] | None = None,
        quality: Quality | None = None,
    ) -> None:
        self.folder = folder
        self._quality = quality
        self._cycles: Cycles | None = None
        self._views = KeptViews(folder, None if quality is None else self._render)
        try:
            self.walk = load_walk(scene)
            about = self._about(_digest(scene), size)
            self.source = WalkSource(self.walk, about.width, about.height, draw=self._views.draw)
        except SourceError as error:
            raise DataError(str(error)) from error
        self._views.claim(about)

    def take(self, wanted: Callable[[int], bool] = lambda _: True) -> Iterator[Taken]:
        """Yield frames in their order; those that are missing are rendered first.

        Parameters
        ----------
        wanted : callable
            Told the number of a frame, says whether it is yielded.

        Raises
        ------
        DataError
            When a frame is missing and may not be rendered, or is damaged.
        """
        times = self.source.times_s
        for number in progress(range(len(times)), f"rendering {self.walk.name}"):
            if not wanted(number):
                # what waits for the walker must see them pass
                path = self.walk.scene.path
                self.source.pass_without_frame(times[number], path.pose_at(times[number]))
                continue
            self._views.number = number
            frame = self.source.frame_at(times[number])
            seen, view, attitude = self.source.seen, self._views.view, self._views.attitude
            if frame is None or seen is None or view is None or attitude is None:
                continue  # a camera that stalls
            pose = np.eye(4)
            pose[:3, :3], pose[:3, 3] = view.to_scene, view.origin_m
            yield Taken(number, frame, seen, pose, attitude)

    def write(self) -> int:
        """Write the files of all frames that lack them, and return how many frames there are.

        Frames of another sensor lack them, too: it is laid anew over the views that are kept.
        """
        self.write_lens()
        self._drop_frames_of_another_sensor()
        # where a camera repeats its last image, that one must have come
        lacks = self._lacks_files if not self.walk.events else lambda _: True
        for taken in self.take(lacks):
            write_frame(taken, self._stem(taken.number))
        return len(list(self.folder.glob("frame-*.color.jpg")))

    def _stem(self, number: int) -> Path:
        return self.folder / f"frame-{number:06d}"

    def _lacks_files(self, number: int) -> bool:
        stem = self._stem(number)
        return not (stem.with_name(f"{stem.name}.color.jpg").is_file() and self._views.has(number))

    def _drop_frames_of_another_sensor(self) -> None:
        """Take away the images, which say that a frame is whole, unless this sensor gave them.

        The note comes after that: a writing that was stopped goes on with the frames that lack.
        """
        note = self.folder / FOLDER / _SENSOR
        sensor = asdict(self.walk.sensor)
        digest = hashlib.sha256(json.dumps(sensor, sort_keys=True).encode()).hexdigest()
        if note.is_file() and note.read_text(encoding="utf-8").strip() == digest:
            return
        for image in self.folder.glob("frame-*.color.jpg"):
            image.unlink()
        write_text(note, f"{digest}\n")

    def write_lens(self) -> None:
        """Write the intrinsics."""
        lens = self.source.camera
        matrix = np.array([[lens.fx, 0, lens.cx], [0, lens.fy, lens.cy], [0, 0, 1]])
        write_text(self.folder / _INTRINSICS, _text(matrix))

    def _about(self, digest: str, size: tuple[int, int] | None) -> About:
        if self._quality is None or size is None:
            kept = self._views.about()
            return replace(kept, scene=digest)
        q = self._quality
        return About(digest, *size, self.walk.seed, q.samples, q.bounces, q.scale)

    def _render(
        self, scene: Scene, camera: Camera, attitude: Attitude, pose: FloorPose, when: Moment
    ) -> Rendered:
        if self._quality is not None and self._quality.samples == 0:
            return render(scene, camera, attitude, pose, when)
        # Blender starts with the first frame that is missing
        if self._cycles is None:
            self._cycles = Cycles(scene, self.walk.seed, self._quality)
        return self._cycles.render(scene, camera, attitude, pose, when)


def _digest(scene: Path) -> str:
    """Return the sha256 of what views depend on; sensors are laid over them later."""
    content = yaml.safe_load(scene.read_text(encoding="utf-8"))
    drawn = {key: value for key, value in content.items() if key not in _NOT_DRAWN}
    return hashlib.sha256(json.dumps(drawn, sort_keys=True).encode()).hexdigest()


def write_frame(taken: Taken, stem: Path) -> None:
    """Write the files of one frame; names begin with a stem."""
    exact = np.where(np.isfinite(taken.seen.depth_m), taken.seen.depth_m, 0.0) * 1000.0
    depth = taken.frame.depth_m
    measured = np.zeros(exact.shape) if depth is None else np.nan_to_num(depth) * 1000.0
    pictures: dict[str, NDArray[np.uint8] | NDArray[np.uint16]] = {
        "depth.png": _counts(exact),
        "measured.png": _counts(measured),
        "labels.png": taken.seen.labels,
        "things.png": taken.seen.ids,
    }
    for ending, picture in pictures.items():
        write_picture(stem.with_name(f"{stem.name}.{ending}"), picture)
    write_text(stem.with_name(f"{stem.name}.pose.txt"), _text(taken.pose))
    # the image comes last: where it is, all is
    write_picture(stem.with_name(f"{stem.name}.color.jpg"), taken.frame.bgr)


def write_picture(file: Path, picture: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Write an image file, whole or not at all.

    Raises
    ------
    DataError
        When it cannot be written.
    """

    def write(part: Path) -> None:
        jpeg = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if file.suffix == ".jpg" else []
        if not cv2.imwrite(str(part), picture, jpeg):
            raise DataError(f"{file}: cannot be written; make room or name another folder")

    write_with(file, write)


def _counts(millimetres: NDArray[np.floating]) -> NDArray[np.uint16]:
    return np.asarray(np.rint(np.clip(millimetres, 0.0, _FARTHEST_MM)), np.uint16)


def _text(matrix: NDArray[np.floating]) -> str:
    return "".join(" ".join(f"{v:.7f}" for v in row) + "\n" for row in matrix)
