"""What is said about the depth of a frame: whose it is, its scale, how the camera stands."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from followme.geometry.floor import FloorFit
from followme.geometry.posture import Posture
from followme.geometry.scale import Scale
from followme.settings import DepthSettings, WalkerSettings
from followme.values.camera import Camera
from followme.values.depth_map import (
    DepthMap,
    DepthStatus,
    FloorPlane,
    ImageHealth,
    Provenance,
)
from followme.values.frame import Frame


class DepthStatuses:
    """Writes the status of each frame and tells the posture which floor was seen.

    Parameters
    ----------
    s : DepthSettings
        The field of view that is taken for granted.
    walker : WalkerSettings
        How the camera is worn.
    posture : Posture
        How it stood in earlier frames.
    """

    def __init__(self, s: DepthSettings, walker: WalkerSettings, posture: Posture) -> None:
        self._s = s
        self._walker = walker
        self._posture = posture

    def unknown(self, frame: Frame, health: ImageHealth, note: str) -> DepthStatus:
        """Return the status of a frame without depth."""
        attitude, height_known = self._posture.carried(frame.stamp_ns)
        return DepthStatus(
            stamp_ns=frame.stamp_ns,
            provenance=Provenance.UNKNOWN,
            scale=math.nan,
            scale_known=False,
            residual_m=math.nan,
            floor=None,
            attitude=attitude,
            height_known=height_known,
            valid_fraction=0.0,
            image=health,
            note=note,
        )

    def known(
        self,
        frame: Frame,
        fit: FloorFit | None,
        provenance: Provenance,
        scale: Scale,
        health: ImageHealth,
    ) -> DepthStatus:
        """Return the status of a frame with depth, but for the share of it that is valid.

        Parameters
        ----------
        frame : Frame
            The one.
        fit : FloorFit or None
            Its floor, in the metres that depth is given in.
        provenance : Provenance
            Whose metres they are.
        scale : Scale
            What was done to them.
        health : ImageHealth
            Of the image.
        """
        if fit is None:
            attitude, height_known = self._posture.carried(frame.stamp_ns)
        else:
            attitude = fit.plane.attitude()
            height_known = (
                provenance is not Provenance.MONOCULAR or self._walker.camera_height_m > 0.0
            )
            own_height_m = attitude.height_m / scale.factor
            self._posture.seen(frame.stamp_ns, attitude, height_known, own_height_m)
        return DepthStatus(
            stamp_ns=frame.stamp_ns,
            provenance=provenance,
            scale=scale.factor,
            scale_known=scale.known,
            residual_m=math.nan if fit is None else fit.residual_m,
            floor=None if fit is None else fit.plane,
            attitude=attitude,
            height_known=height_known,
            valid_fraction=0.0,
            image=health,
            note=" ".join(self._notes(frame, fit, scale)),
        )

    def _notes(self, frame: Frame, fit: FloorFit | None, scale: Scale) -> list[str]:
        notes = []
        if frame.camera is None:
            notes.append(
                "The camera is not calibrated: a field of view of "
                f"{self._s.nominal_field_deg:g} degrees is assumed."
            )
        if fit is None:
            notes.append(self._posture.word(frame.stamp_ns))
        return [*notes, scale.note] if scale.note else notes


def scaled(fit: FloorFit | None, factor: float) -> FloorFit | None:
    """Return a floor in the metres that depth is given in."""
    if fit is None:
        return None
    plane = FloorPlane(fit.plane.normal, fit.plane.offset_m * factor, fit.plane.inliers)
    return FloorFit(plane, fit.residual_m * factor)


def depth_map(
    depth_m: NDArray[np.float32],
    sigma_m: NDArray[np.float32],
    camera: Camera,
    status: DepthStatus,
) -> DepthMap:
    """Return a depth map whose status tells which share of it is valid.

    Parameters
    ----------
    depth_m, sigma_m : (h, w) float32
        NaN unknown.
    camera : Camera
        At this size.
    status : DepthStatus
        But for that share.
    """
    valid = float(np.count_nonzero(np.isfinite(depth_m))) / depth_m.size
    status = replace(status, valid_fraction=valid)
    return DepthMap(status.stamp_ns, depth_m, sigma_m, camera, status)
