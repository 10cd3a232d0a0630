"""What an entry of a scene file becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from followme.sources.corridor_room import Corridor
from followme.sources.scene import Opening, Panel, Thing
from followme.sources.yaml_fields import Fields


@dataclass(frozen=True)
class Made:
    """What one entry adds to a scene.

    Parameters
    ----------
    things, fixtures, panels : tuples
        As in :class:`followme.sources.scene.Scene`.
    left_openings, right_openings : tuples
        Of the side walls.
    """

    things: tuple[Thing, ...] = ()
    fixtures: tuple[Thing, ...] = ()
    panels: tuple[Panel, ...] = ()
    left_openings: tuple[Opening, ...] = ()
    right_openings: tuple[Opening, ...] = ()

    def __add__(self, other: Made) -> Made:
        """Return both together."""
        return Made(
            self.things + other.things,
            self.fixtures + other.fixtures,
            self.panels + other.panels,
            self.left_openings + other.left_openings,
            self.right_openings + other.right_openings,
        )


class EntryType(NamedTuple):
    """A type of entry: the keys that it knows beside the common ones, and what makes it.

    The maker is given the keys, the id and the corridor.
    """

    keys: tuple[str, ...]
    make: Callable[[Fields, int, Corridor], Made]
