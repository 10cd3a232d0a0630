"""Changes of real images alone, before the discriminator sees them: basic and advanced.

What is changed here the generator learns to make, as nothing of it comes back with a gradient. So
only changes belong here after which an image is still one of the data's kind; see
:mod:`followme_training.gan.diff_augment` for stronger ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme_training.common.recolouring import Recolouring, recoloured
from followme_training.datasets.cropping import cropped
from followme_training.datasets.errors import DataError


@dataclass(frozen=True)
class RealViews:
    """How much real images are changed.

    Parameters
    ----------
    flip : bool
        Basic: half of the images are mirrored.
    crop_px : int
        Advanced: an image is mirrored outwards by so many pixels, then cut at a random place.
    colour : float
        Advanced: largest relative change of brightness, contrast and saturation; 0 to 1.

    Raises
    ------
    DataError
        On a number outside of its range.
    """

    flip: bool = True
    crop_px: int = 0
    colour: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.crop_px <= 64:
            raise DataError(f"data.views.crop_px is {self.crop_px}; give 0 to 64")
        if not 0.0 <= self.colour <= 1.0:
            raise DataError(f"data.views.colour is {self.colour:g}; give 0 to 1")


def viewed(
    images: NDArray[np.uint8], views: RealViews, random: np.random.Generator
) -> NDArray[np.uint8]:
    """Return images (B, H, W, 3), each changed anew."""
    images = cropped(images, views.crop_px, views.flip, random)
    if views.colour:
        by = views.colour
        # all else that is done to the colours of a photograph is off
        only = Recolouring(by, by, by, 1.0, tint=0.0, grey=0.0, blur=0.0, noise=0.0, erase=0.0)
        images = np.stack([recoloured(image, only, random) for image in images])
    return images
