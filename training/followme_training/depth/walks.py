"""Images of scripted walks with exact depth, by FollowMe's own renderer.

They show what no recording here has: glass, steps down, things at head height, and a camera worn on
a chest. Their colours are plain, so they stand beside real images, never for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from followme_training.datasets.errors import DataError
from followme_training.datasets.images import rgb_of
from followme_training.datasets.pinhole import Pinhole
from followme_training.depth.sample import DepthSample


def read_walks(
    files: Sequence[Path], every_s: float, size_hw: tuple[int, int] = (240, 320)
) -> list[DepthSample]:
    """Render walks as a perfect depth camera would see them.

    Parameters
    ----------
    files : sequence of Path
        Walks in YAML; FollowMe's own are in ``config/walks``.
    every_s : float
        Seconds between two images of a walk.
    size_hw : tuple of two ints
        Height and width of the images.

    Returns
    -------
    list of DepthSample
        Depth of panes too, as of anything that one walks into; NaN where there is nothing. What a
        walk does to its sensors, a dark image or a wrong scale, is left out: depth is true.

    Raises
    ------
    DataError
        When a walk cannot be read, or FollowMe is not beside the training tree.
    """
    try:
        from followme.sources.scene_file import load_walk
        from followme.sources.source import SourceError
        from followme.sources.walk_source import WalkSource
    except ImportError as error:
        raise DataError(
            f"data.walks: the package followme cannot be imported ({error}); install it beside "
            "followme-training, or leave walks out"
        ) from error
    if not every_s > 0.0:
        raise DataError(f"data.walk_every_s: {every_s:g} is not above 0; give seconds, such as 0.5")
    samples = []
    for file in files:
        try:
            walk = load_walk(file)
            source = WalkSource(walk, size_hw[1], size_hw[0], exact=True)
        except SourceError as error:
            raise DataError(f"data.walks: {error}") from error
        lens = source.camera
        camera = Pinhole(lens.fx, lens.fy, lens.cx, lens.cy)
        for n in range(int(walk.seconds / every_s) + 1):
            frame = source.frame_at(n * every_s)
            seen = source.seen
            if frame is None or seen is None:  # a camera that stalls gives no image
                continue
            depth_m = np.where(np.isfinite(seen.depth_m), seen.depth_m, np.float32(np.nan))
            name = f"walk/{file.stem}/{n * every_s:06.2f}"
            samples.append(DepthSample(name, rgb_of(seen.bgr), depth_m, camera))
    return samples
