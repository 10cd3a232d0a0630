"""Measures a generator, of whatever engine, against held-out images."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from followme_training.datasets.errors import DataError
from followme_training.gan.features import ColourFeatures, LiteFeatures
from followme_training.gan.quality import FEWEST, Quality
from followme_training.gan.sampling import Sampler, latents
from followme_training.gan.sources import Images

#: Of the vectors; others than those that are measured with while training.
_SEED = 2


class Compared(NamedTuple):
    """Figures of made images, and those that real images have.

    Parameters
    ----------
    made, floor : mapping of str to float
        See :meth:`followme_training.gan.quality.Quality.figures`; the floor is of real images
        that were learnt from.
    images : int
        Images on each side of both.
    """

    made: dict[str, float]
    floor: dict[str, float]
    images: int


def compared(
    sample: Sampler,
    latent: int,
    held_out: Images,
    learnt: Images,
    network: LiteFeatures | ColourFeatures,
    most: int,
) -> Compared:
    """Return how close made images are, and how close real ones are to each other.

    Parameters
    ----------
    sample : callable
        From vectors to images.
    latent : int
        Length of the vectors.
    held_out, learnt : (N, H, W, 3) uint8
        Two parts of the real images, of which as many are used as are made.
    network : Module
        By whose features they are compared.
    most : int
        At most so many images are made: as many as the smaller part has.

    Raises
    ------
    DataError
        When there are too few of them, or made ones are of another size.
    """
    count = min(most, len(held_out), len(learnt))
    if count < FEWEST:
        raise DataError(f"{count} images are too few to compare; give {FEWEST} or more")
    made = sample(latents(count, latent, _SEED))
    if made.shape[1:] != held_out.shape[1:]:
        raise DataError(
            f"the generator makes images of {list(made.shape[1:])} (height, width, channels), the "
            f"data have {list(held_out.shape[1:])}; give data.side of its training"
        )
    quality = Quality(_spread(held_out, count), network)
    return Compared(quality.figures(made), quality.figures(_spread(learnt, count)), count)


def _spread(images: Images, count: int) -> Images:
    places = np.linspace(0, len(images) - 1, count).round().astype(int)
    return np.asarray(images[places], np.uint8)
