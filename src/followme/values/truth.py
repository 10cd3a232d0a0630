"""What really stands there, from sources that know (scripted walks)."""

from __future__ import annotations

from dataclasses import dataclass

from followme.values.obstacle import Kind


@dataclass(frozen=True)
class TruthObject:
    """One real object at the time of a frame.

    Parameters
    ----------
    id : int
        The same for the same object in each frame.
    kind : Kind
        What sort of obstacle it is.
    label : str
        Class name ("chair", "box").
    nearest_m : tuple of three floats
        Its point nearest to the walker on the floor plan, walker frame, metres.
    """

    id: int
    kind: Kind
    label: str
    nearest_m: tuple[float, float, float]
