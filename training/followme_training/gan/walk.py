"""Walks through the latent space: images that turn into each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from followme_training.common.files import write_with
from followme_training.datasets.errors import DataError
from followme_training.gan.sampling import Latents, Sampler, latents
from followme_training.gan.sources import Images

_COLUMNS, _ROWS, _ENLARGED = 8, 2, 2
_FRAME_MS = 80


def walk_latents(anchors: Latents, steps: int) -> Latents:
    """Return (anchors * steps, latent): a closed way from each anchor (A, latent) to the next.

    The way is that of a great circle (White, "Sampling Generative Networks", 2016): in the middle
    of a straight line vectors are shorter than almost all that the generator has learnt from.

    Raises
    ------
    DataError
        With fewer than two anchors or without a step.
    """
    if len(anchors) < 2 or steps < 1:
        raise DataError(
            f"a walk of {len(anchors)} places and {steps} steps goes nowhere; give 2 places and 1 "
            "step or more"
        )
    shares = np.arange(steps, dtype=np.float32)[:, None] / steps
    parts = []
    for one, other in zip(anchors, np.roll(anchors, -1, 0), strict=True):
        cosine = one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12)
        angle = np.arccos(np.clip(cosine, -1.0, 1.0))
        if np.sin(angle) < 1e-4:
            # on one line: there is no great circle, or any
            parts.append((1.0 - shares) * one + shares * other)
            continue
        weights = np.sin((1.0 - shares) * angle), np.sin(shares * angle)
        parts.append((weights[0] * one + weights[1] * other) / np.sin(angle))
    return np.concatenate(parts).astype(np.float32)


def write_walk(
    sample: Sampler, latent: int, file: Path, seed: int, places: int = 4, steps: int = 12
) -> None:
    """Write a GIF in which a sheet of images walks, each on a way of its own.

    Parameters
    ----------
    sample : callable
        From vectors to images.
    latent : int
        Length of the vectors.
    file : Path
        Target, ``.gif``.
    seed : int
        Another one is another walk.
    places, steps : int
        Vectors that each walk passes, and images from one to the next.
    """
    count = _COLUMNS * _ROWS
    anchors = latents(count * places, latent, seed).reshape(count, places, latent)
    ways = np.stack([walk_latents(each, steps) for each in anchors])
    frames = [Image.fromarray(sheet(sample(ways[:, step]))) for step in range(ways.shape[1])]
    frames = [frame.quantize(128) for frame in frames]
    write_with(
        file,
        lambda part: frames[0].save(
            part, save_all=True, append_images=frames[1:], duration=_FRAME_MS, loop=0
        ),
    )


def sheet(images: Images, columns: int = _COLUMNS, enlarged: int = _ENLARGED) -> Images:
    """Return images (N, H, W, 3) side by side in rows, each pixel as a square of pixels."""
    count, height, width = images.shape[:3]
    rows = -(-count // columns)
    filled = np.full((rows * columns, height, width, 3), 255, np.uint8)
    filled[:count] = images
    joined = filled.reshape(rows, columns, height, width, 3).swapaxes(1, 2)
    joined = joined.reshape(rows * height, columns * width, 3)
    return np.ascontiguousarray(joined.repeat(enlarged, 0).repeat(enlarged, 1))
