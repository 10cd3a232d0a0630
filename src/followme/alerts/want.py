"""An intent on its way to the voice, with what the rules need to know about it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import Enum

from followme.values.intent import Intent, Priority
from followme.values.obstacle import Obstacle


class Source(Enum):
    """Who wants something said."""

    TRACK = "track"
    SIGHT = "sight"
    CLEAR = "clear"
    USER = "user"


@dataclass(frozen=True)
class Want:
    """Something worth saying now.

    Parameters
    ----------
    intent : Intent
        Built from the newest evidence.
    source : Source
        Who wants it.
    first : bool
        Whether the user heard nothing yet of this zone of this thing.
    covers : tuple of Obstacle
        Every thing that counts as told by it.
    crowd : bool
        Whether it stands for many people.
    at_once : bool
        Whether it does not wait until the words of a warning are over.
    """

    intent: Intent
    source: Source
    first: bool = False
    covers: tuple[Obstacle, ...] = ()
    crowd: bool = False
    at_once: bool = False

    @property
    def priority(self) -> Priority:
        """Of the intent."""
        return self.intent.priority

    @property
    def is_tone(self) -> bool:
        """Whether it is heard as a tone alone."""
        return self.intent.key.endswith(".tone")

    def as_tone(self) -> Want:
        """Return the same as a tone alone."""
        family = self.intent.key.split(".")[0]
        return replace(self, intent=replace(self.intent, key=f"{family}.tone"))

    def urgency(self) -> tuple[int, bool, bool, float, float]:
        """Return what to sort by, most urgent first."""
        thing = self.intent.obstacle
        if thing is None:
            return (self.priority, not self.at_once, not self.first, 0.0, 0.0)
        # NaN would make the order undefined
        contact_s = thing.time_to_contact_s if thing.time_to_contact_s >= 0.0 else 0.0
        distance_m = math.inf if math.isnan(thing.distance_m) else thing.distance_m
        return (self.priority, not self.at_once, not self.first, contact_s, distance_m)
