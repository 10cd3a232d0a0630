"""How fast one thing comes nearer by itself, smoothed over frames."""

from __future__ import annotations

from followme.settings import TrackingSettings


class OwnApproach:
    """A mean at first, with fading memory later.

    What comes nearer is believed soon, what goes away only after a while: a door that swings in
    goes away at first.

    Parameters
    ----------
    s : TrackingSettings
        How long before it means something, share of a new one.
    """

    def __init__(self, s: TrackingSettings) -> None:
        self._s = s
        self._frames = 0
        self._mean_mps = 0.0
        self._away_s = 0.0

    @property
    def mps(self) -> float:
        """Speed, negative away; 0 as long as that is not sure: what is new is taken to stand."""
        new = self._frames < self._s.own_frames
        unsure = self._mean_mps < 0.0 and self._away_s < self._s.away_s
        return 0.0 if new or unsure else self._mean_mps

    def take(self, own_mps: float, dt_s: float) -> None:
        """Take what one frame says, ``dt_s`` after the last one."""
        self._frames += 1
        share = max(self._s.own_share, 1.0 / self._frames)
        self._mean_mps += share * (own_mps - self._mean_mps)
        self._away_s = self._away_s + dt_s if self._mean_mps < 0.0 else 0.0

    def fade(self) -> None:
        """Believe it less: one frame could not tell."""
        self._mean_mps *= 1.0 - self._s.own_share
