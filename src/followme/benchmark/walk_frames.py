"""The images that everything is measured with: those of the demonstration walk."""

from __future__ import annotations

from followme.settings import CameraNodeSettings
from followme.sources.synthetic import SyntheticSource
from followme.values.frame import Frame


def walk_frames(count: int, size: tuple[int, int] = (640, 480)) -> list[Frame]:
    """Return the first frames of the walk that a graph plays by default.

    Parameters
    ----------
    count : int
        How many.
    size : tuple of int
        Width and height in pixels.
    """
    s = CameraNodeSettings()
    source = SyntheticSource(*size, s.rate_hz, s.seed, seconds=count / s.rate_hz)
    source.prepare()
    frames = list(source.frames())
    source.close()
    return frames
