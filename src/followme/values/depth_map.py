"""Metres for each pixel, how sure they are, and where they come from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme.values.camera import Attitude, Camera
from followme.values.check import check_array, check_finite, check_range, freeze

# How far the length of a unit vector may be off after it went through 32-bit numbers.
_UNIT_TOLERANCE = 1e-3
# In a fused map: a sensor's pixels are surer than this share of their distance, filled ones never.
_GUESS_SHARE = 0.045
# B2: from this share of the distance on a deviation leaves nothing to rely on.
_WORTHLESS_SHARE = 0.5


class Provenance(IntEnum):
    """Whose metres these are."""

    UNKNOWN = 0
    SENSOR = 1
    FUSED = 2
    MONOCULAR = 3


class ImageState(IntEnum):
    """What is wrong with an image, if anything."""

    OK = 0
    DARK = 1
    BRIGHT = 2
    COVERED = 3
    FROZEN = 4
    BLURRED = 5


@dataclass(frozen=True)
class ImageHealth:
    """What an image itself says about the camera.

    Parameters
    ----------
    state : ImageState
        The verdict.
    luma : float
        Mean brightness, 0 to 255.
    contrast : float
        Standard deviation of brightness, 0 to 128.
    sharpness : float
        Variance of the Laplacian of brightness.
    """

    state: ImageState = ImageState.OK
    luma: float = math.nan
    contrast: float = math.nan
    sharpness: float = math.nan

    @property
    def frozen(self) -> bool:
        """Whether the camera repeats its last image."""
        return self.state is ImageState.FROZEN


@dataclass(frozen=True)
class FloorPlane:
    """The floor in the optical frame: ``normal . p + offset_m = 0``.

    Parameters
    ----------
    normal : tuple of three floats
        Unit vector that points up.
    offset_m : float
        Camera height over the plane.
    inliers : float
        Share of the pixels looked at that lie on it, 0 to 1.
    """

    normal: tuple[float, float, float]
    offset_m: float
    inliers: float

    def __post_init__(self) -> None:
        length = math.hypot(*self.normal)
        check_range("floor normal length", length, 1 - _UNIT_TOLERANCE, 1 + _UNIT_TOLERANCE)
        check_finite("floor offset_m", self.offset_m)
        check_range("floor inliers", self.inliers, 0.0, 1.0)

    def attitude(self) -> Attitude:
        """Return height, pitch and roll of the camera over this floor."""
        return Attitude.from_floor(np.asarray(self.normal), self.offset_m)


@dataclass(frozen=True)
class DepthStatus:
    """What is known about the depth of one image.

    Parameters
    ----------
    stamp_ns : int
        Of the image.
    provenance : Provenance
        UNKNOWN when there is no depth at all.
    scale : float
        Factor applied to a network's depth, or to a sensor's that the floor contradicts (B12);
        1 for a sensor that is believed, also where a network fills it up; NaN unknown.
    scale_known : bool
        False: distances are a guess and no number may be spoken.
    residual_m : float
        Median misfit of the floor plane or of the sensor alignment; NaN unknown.
    floor : FloorPlane or None
        None where no floor was found.
    attitude : Attitude
        How the camera stands: read off the floor where it was found, else carried or assumed.
    height_known : bool
        Whether the camera height was measured or told, not assumed.
    valid_fraction : float
        Share of the pixels with depth, 0 to 1.
    image : ImageHealth
        What the image says about the camera.
    note : str
        One sentence for a person; empty when all is well.
    """

    stamp_ns: int
    provenance: Provenance
    scale: float
    scale_known: bool
    residual_m: float
    floor: FloorPlane | None
    attitude: Attitude
    height_known: bool
    valid_fraction: float
    image: ImageHealth
    note: str = ""


@dataclass(frozen=True, eq=False)
class MonocularDepth:
    """What a depth network said about one image, before anybody checked its scale.

    Parameters
    ----------
    stamp_ns : int
        Of the image.
    depth_m : (h, w) float32
        Metres along the optical axis, already corrected for the focal length of this camera.
        NaN where the network gave no usable number.
    log_std : (h, w) float32
        Standard deviation of the natural logarithm of depth; NaN where depth is.
    focal_known : bool
        Whether the camera was calibrated, so that the metres can mean anything.
    """

    stamp_ns: int
    depth_m: NDArray[np.float32]
    log_std: NDArray[np.float32]
    focal_known: bool

    def __post_init__(self) -> None:
        check_array("monocular depth_m", self.depth_m, (None, None), np.float32)
        check_array("monocular log_std", self.log_std, self.depth_m.shape, np.float32)
        freeze(self, "depth_m", "log_std")


@dataclass(frozen=True, eq=False)
class DepthMap:
    """Depth at the work size.

    Parameters
    ----------
    stamp_ns : int
        Of the image.
    depth_m : (h, w) float32
        Metres along the optical axis; NaN unknown.
    sigma_m : (h, w) float32
        Standard deviation of ``depth_m`` in metres; NaN where depth is.
    camera : Camera
        At this size.
    status : DepthStatus
        Of the same stamp.
    """

    stamp_ns: int
    depth_m: NDArray[np.float32]
    sigma_m: NDArray[np.float32]
    camera: Camera
    status: DepthStatus

    def __post_init__(self) -> None:
        shape = (self.camera.height, self.camera.width)
        check_array("depth_m", self.depth_m, shape, np.float32)
        check_array("sigma_m", self.sigma_m, shape, np.float32)
        if self.status.stamp_ns != self.stamp_ns:
            raise ValueError(
                f"depth status: its stamp {self.status.stamp_ns} is not the depth's {self.stamp_ns}"
            )
        freeze(self, "depth_m", "sigma_m")

    def guessed(self, where: Any = ...) -> NDArray[np.bool_]:
        """Return which pixels a network filled in where a sensor saw nothing.

        Parameters
        ----------
        where : index
            Which pixels are asked for; all by default.

        Returns
        -------
        array of bool
            All False in a map that is not fused: there all pixels come from one source.
        """
        depth_m, sigma_m = self.depth_m[where], self.sigma_m[where]
        if self.status.provenance is not Provenance.FUSED:
            return np.zeros(depth_m.shape, bool)
        return np.asarray(sigma_m >= np.float32(_GUESS_SHARE) * depth_m)

    def confidence(self) -> NDArray[np.float32]:
        """Return how far each pixel can be relied on, (h, w), 0 to 1.

        1 is exact, 0.5 the limit for spoken numbers (B2: a deviation of a quarter of the
        distance), 0 unknown, or a deviation of half the distance and more.
        """
        with np.errstate(invalid="ignore"):
            share = self.sigma_m / (np.float32(_WORTHLESS_SHARE) * self.depth_m)
            return np.asarray(np.where(share < 1.0, np.float32(1.0) - share, np.float32(0.0)))
