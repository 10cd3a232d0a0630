"""From the text that a user typed to a source."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from followme.settings import did_you_mean
from followme.sources.bag import BagSource
from followme.sources.bag_reader import BAG_SUFFIXES, is_bag_folder
from followme.sources.bag_remaps import only_of_camera, read_remaps
from followme.sources.bag_topics import BagTopics
from followme.sources.folder import ImageFolder
from followme.sources.image_file import list_images
from followme.sources.rgbd import SevenScenesFolder, is_seven_scenes
from followme.sources.source import Source, SourceError
from followme.sources.synthetic import SyntheticSource
from followme.sources.tum import COLOUR_LIST, TumFolder
from followme.sources.v4l2 import device_of, is_webcam
from followme.sources.video import VIDEO_SUFFIXES, VideoSource
from followme.sources.webcam import WebcamSource

SYNTHETIC = "synthetic"
_POSSIBLE = (
    "give 'synthetic', 'webcam:0', a folder of images, of RGB-D frames (7-Scenes or TUM) or of a "
    "ROS 2 bag, a .mcap, .db3 or .bag file, or a video such as .mp4, .avi or .mkv"
)


def open_source(
    text: str,
    *,
    rate_hz: float,
    width: int,
    height: int,
    seed: int,
    seconds: float | None = None,
    remaps: str = "",
    report: Callable[[str], None],
    progress: Callable[[int, int], None] | None = None,
    now_ns: Callable[[], int] = time.time_ns,
) -> Source:
    """Return the source that a text names, ready to give its first frame at once.

    Parameters
    ----------
    text : str
        "synthetic", "webcam:N" or "webcam:/dev/videoN", a folder of images, of RGB-D frames
        (7-Scenes or TUM) or of a ROS 2 bag, a bag file, or a video file.
    rate_hz : float
        Frames a second; at most that many where the recording has times of its own.
    width, height : int
        Pixels of a synthetic image; what a webcam is asked for.
    seed : int
        Of the synthetic walk.
    seconds : float, optional
        Length of the synthetic walk.
    remaps : str
        For a bag with topics of other names, as "/theirs:=camera/image_raw".
    report : callable
        Told in one sentence what a user should know while the source plays.
    progress : callable, optional
        Told how many synthetic frames are rendered and how many there will be.
    now_ns : callable
        The clock that a webcam stamps on, nanoseconds.

    Raises
    ------
    SourceError
        When there is no such source or it cannot be read.
    """
    named = only_of_camera(read_remaps(remaps))
    if text == SYNTHETIC or is_webcam(text):
        _refuse_remaps(text, named)
    if text == SYNTHETIC:
        source = SyntheticSource(width, height, rate_hz, seed, seconds, progress)
        source.prepare()
        return source
    if is_webcam(text):
        return WebcamSource(device_of(text), rate_hz, width, height, now_ns, report)
    try:
        return _open_path(text, Path(text).expanduser(), rate_hz, named, report)
    except (OSError, RuntimeError) as error:  # RuntimeError: nobody's home
        raise SourceError(f"source {text!r} cannot be opened ({error}); {_POSSIBLE}") from error


def _refuse_remaps(text: str, named: BagTopics) -> None:
    if named != BagTopics():
        raise SourceError(f"remaps: source {text!r} is no bag and has no topics; leave them away")


def _open_path(
    text: str, path: Path, rate_hz: float, named: BagTopics, report: Callable[[str], None]
) -> Source:
    if text and path.is_dir() and is_bag_folder(path):
        return _open_bag(path, rate_hz, named, report)
    if text and path.is_dir():
        _refuse_remaps(text, named)
        return _open_folder(path, rate_hz, report)
    if path.suffix.lower() in BAG_SUFFIXES and path.is_file():
        return _open_bag(path, rate_hz, named, report)
    if path.is_file():
        _refuse_remaps(text, named)
    if path.suffix.lower() in VIDEO_SUFFIXES and path.is_file():
        return VideoSource(path, rate_hz, report=report)
    if path.is_file():
        raise SourceError(f"source {text!r} is a file that cannot be played; {_POSSIBLE}")
    beside = [str(p) for p in path.parent.iterdir()] if path.parent.is_dir() else []
    raise SourceError(
        f"source {text!r} is neither a folder nor a file; {_POSSIBLE}"
        f"{did_you_mean(text, [SYNTHETIC, 'webcam:0', *beside])}"
    )


def _open_bag(
    path: Path, rate_hz: float, named: BagTopics, report: Callable[[str], None]
) -> BagSource:
    return BagSource(path, named.colour, named.depth, named.info, rate_hz=rate_hz, report=report)


def _open_folder(folder: Path, rate_hz: float, report: Callable[[str], None]) -> Source:
    """Tell by what lies in it what a folder holds."""
    if (folder / COLOUR_LIST).is_file():
        return TumFolder(folder, rate_hz, report=report)
    if is_seven_scenes(folder):
        return SevenScenesFolder(folder, rate_hz, report=report)
    if list_images(folder):
        return ImageFolder(folder, rate_hz, report=report)
    raise SourceError(f"source {str(folder)!r} is a folder without images or a bag; {_POSSIBLE}")
