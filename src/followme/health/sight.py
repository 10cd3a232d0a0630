"""How well FollowMe sees: the worst of all that is known about its inputs (B4)."""

from __future__ import annotations

import math
from collections import deque

from followme.settings import SightSettings
from followme.values.depth_map import DepthStatus, ImageState, Provenance
from followme.values.obstacle import Sight

_BLINDING = {
    ImageState.BRIGHT: "bright",
    ImageState.COVERED: "covered",
    ImageState.FROZEN: "frozen",
}
# Whose metres are a sensor's, if only in part.
_OF_SENSOR = {Provenance.SENSOR, Provenance.FUSED}


class SightJudge:
    """Say whether anything may be concluded from what was, or was not, found.

    It remembers only how bright the last images were, since when they have been without depth, and
    when a depth sensor last gave metres: how long sight must be well before it is called back is
    the business of whoever says so.

    Parameters
    ----------
    s : SightSettings
        Limits.
    """

    def __init__(self, s: SightSettings) -> None:
        self._s = s
        self.reset()

    def reset(self) -> None:
        """Forget earlier images: time jumped."""
        self._lumas: deque[tuple[int, float]] = deque()
        self._dark_ns: int | None = None
        self._bare_ns: int | None = None
        self._sensor_ns: int | None = None

    def judge(
        self,
        status: DepthStatus | None,
        image_age_s: float,
        depth_age_s: float,
        corridor_unknown: bool = False,
    ) -> tuple[Sight, str]:
        """Return the state of sight and why, the most severe reason first.

        Parameters
        ----------
        status : DepthStatus or None
            Of the newest image; None when none ever came.
        image_age_s, depth_age_s : float
            Age of the newest image and depth, by stamp or arrival; NaN when none ever came.
        corridor_unknown : bool
            Whether most of the way, as far as it is in view, has been without depth for a while.

        Returns
        -------
        tuple of Sight and str
            The reason is one of :data:`followme.values.obstacle.REASONS`, empty when SEEING.
        """
        self._note_light(status)
        self._note_depth(status)
        if status is not None and status.provenance in _OF_SENSOR:
            self._sensor_ns = status.stamp_ns
        reason = self._blind(status, image_age_s, depth_age_s)
        if reason:
            return Sight.BLIND, reason
        reason = self._limited(status, corridor_unknown)
        return (Sight.DEGRADED, reason) if reason else (Sight.SEEING, "")

    def _blind(self, status: DepthStatus | None, image_age_s: float, depth_age_s: float) -> str:
        if math.isnan(image_age_s):
            return "no_image"
        if image_age_s > self._s.image_age_s:
            return "stale"
        if status is None or math.isnan(depth_age_s):
            return "no_depth"
        if depth_age_s > self._s.required_age_s:
            return "stale"
        if status.image.state is ImageState.DARK:
            return "dark" if self._faded() else "dark_at_once"
        if status.image.state in _BLINDING:
            return _BLINDING[status.image.state]
        return "no_depth" if status.provenance is Provenance.UNKNOWN or self._bare(status) else ""

    def _note_light(self, status: DepthStatus | None) -> None:
        if status is None or math.isnan(status.image.luma):
            return
        if status.image.state is ImageState.DARK:
            self._dark_ns = status.stamp_ns if self._dark_ns is None else self._dark_ns
            return
        self._dark_ns = None
        lumas = self._lumas
        if lumas and status.stamp_ns <= lumas[-1][0]:
            return
        lumas.append((status.stamp_ns, status.image.luma))
        while status.stamp_ns - lumas[0][0] > self._s.lit_window_s * 1e9:
            lumas.popleft()

    def _note_depth(self, status: DepthStatus | None) -> None:
        """Note since when hardly a pixel has had depth, though somebody measures."""
        if status is None or not status.valid_fraction < self._s.no_depth_share:  # NaN: not told
            self._bare_ns = None
        elif self._bare_ns is None or status.stamp_ns < self._bare_ns:
            self._bare_ns = status.stamp_ns

    def _bare(self, status: DepthStatus) -> bool:
        """Whether depth has been missing for longer than a sensor may fail by chance."""
        if self._bare_ns is None:
            return False
        return status.stamp_ns - self._bare_ns >= self._s.no_depth_s * 1e9

    def _faded(self) -> bool:
        """Whether darkness came slowly, or was there from the beginning."""
        if not self._lumas or self._dark_ns is None:
            return True
        lit = self._s.lit_share * max(luma for _, luma in self._lumas)
        lit_ns = max(stamp_ns for stamp_ns, luma in self._lumas if luma >= lit)
        return self._dark_ns - lit_ns > self._s.fade_s * 1e9

    def _limited(self, status: DepthStatus | None, corridor_unknown: bool) -> str:
        if status is None or not status.valid_fraction >= self._s.min_valid_depth:  # NaN is little
            return "little_depth"
        if status.image.state is ImageState.BLURRED:
            return "blurred"
        if self._sensor_is_gone(status):  # whatever else a network lacks comes of it
            return "sensor_lost" if status.scale_known else "scale_unknown"
        if status.floor is None:
            return "floor_unseen"
        if corridor_unknown:
            return "corridor_unknown"
        if not status.scale_known:
            return "scale_unknown"
        return "scale_corrected" if self._was_corrected(status) else ""

    def _sensor_is_gone(self, status: DepthStatus) -> bool:
        """Whether a network goes on alone where a sensor had measured: it errs more."""
        if self._sensor_ns is None or status.provenance is not Provenance.MONOCULAR:
            return False
        return status.stamp_ns - self._sensor_ns > self._s.sensor_gone_s * 1e9

    def _was_corrected(self, status: DepthStatus) -> bool:
        """Whether metres were multiplied by more than errors of the camera's height explain."""
        return not 1.0 / self._s.scale_high <= status.scale <= 1.0 / self._s.scale_low
