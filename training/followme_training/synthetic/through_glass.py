"""What is seen through panes of glass: things behind them are what labels name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from followme.sources.parts import Box, Material
from followme.sources.renderer import Rendered
from followme.sources.scene import Thing
from followme.sources.walk import Walk
from followme.sources.walk_source import WalkSource


class ThroughGlass:
    """Names what stands behind the glass fronts of a walk.

    Parameters
    ----------
    walk : Walk
        What is seen.
    width, height : int
        Of the images.
    """

    def __init__(self, walk: Walk, width: int, height: int) -> None:
        things = tuple(t for t in walk.scene.things if not _is_glass(t))
        self._without: WalkSource | None = None
        if len(things) < len(walk.scene.things):
            scene = replace(walk.scene, things=things)
            self._without = WalkSource(replace(walk, scene=scene), width, height, exact=True)

    def named(self, seen: Rendered, time_s: float) -> Rendered:
        """Return a view whose labels and ids are those of things where they are behind glass.

        What is no thing, such as a wall or the floor, stays glass: nobody can walk there.

        Parameters
        ----------
        seen : Rendered
            With the glass.
        time_s : float
            Of the walk; not before that of the last view.
        """
        if self._without is None:
            return seen
        self._without.frame_at(time_s)
        behind = self._without.seen
        if behind is None:
            return seen
        through = (seen.materials == Material.GLASS) & (seen.ids > 0) & (behind.ids > 0)
        return replace(
            seen,
            labels=np.where(through, behind.labels, seen.labels),
            ids=np.where(through, behind.ids, seen.ids),
        )


def _is_glass(thing: Thing) -> bool:
    return any(isinstance(p, Box) and p.material is Material.GLASS for p in thing.parts)
