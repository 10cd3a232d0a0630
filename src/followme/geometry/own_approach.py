"""How fast one thing comes nearer by itself, smoothed over frames."""

from __future__ import annotations

from followme.settings import TrackingSettings


class OwnApproach:
    """A mean at first, with fading memory later.

    Parameters
    ----------
    s : TrackingSettings
        Frames before it means something, share of a new one.
    """

    def __init__(self, s: TrackingSettings) -> None:
        self._s = s
        self._frames = 0
        self._mean_mps = 0.0

    @property
    def mps(self) -> float:
        """Speed; 0 before there are enough frames: what is new is taken to stand."""
        return self._mean_mps if self._frames >= self._s.own_frames else 0.0

    def take(self, own_mps: float) -> None:
        """Take what one frame says."""
        self._frames += 1
        share = max(self._s.own_share, 1.0 / self._frames)
        self._mean_mps += share * (own_mps - self._mean_mps)
