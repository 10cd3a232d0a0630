"""Labels of what stands behind glass: things by their names, walls and floors as glass."""

from __future__ import annotations

from typing import Any

import numpy as np

from followme.sources.parts import CLASS_NAMES
from followme.sources.renderer import Rendered
from followme.sources.scene_file import walk_of
from followme.sources.walk import Walk
from followme.sources.walk_source import WalkSource
from followme_training.synthetic.through_glass import ThroughGlass

_CHAIR = {"type": "chair", "id": 9, "at_m": [4.0, 0.0]}
_FRONT = {"type": "glass_door", "id": 5, "x_m": 3.0}


def _seen(*things: dict[str, Any]) -> tuple[Walk, Rendered]:
    walk = walk_of({"seconds": 1, "rate_hz": 1.0, "things": list(things)})
    source = WalkSource(walk, 160, 120, exact=True)
    source.frame_at(0.0)
    assert source.seen is not None
    return walk, source.seen


def _pixels(seen: Rendered, name: str) -> np.ndarray:
    return seen.labels == CLASS_NAMES.index(name)


def test_a_chair_behind_glass_has_the_outline_that_it_has_without() -> None:
    walk, seen = _seen(_FRONT, _CHAIR)
    assert not _pixels(seen, "chair").any()
    named = ThroughGlass(walk, 160, 120).named(seen, 0.0)
    _, free = _seen(_CHAIR)
    panes = _pixels(seen, "glass")
    assert _pixels(named, "chair").sum() > 30
    assert (_pixels(named, "chair") == (_pixels(free, "chair") & panes)).all()
    assert (named.ids[_pixels(named, "chair")] == 9).all()
    # where it was measured does not change
    assert named.depth_m is seen.depth_m


def test_walls_floor_and_ceiling_behind_glass_stay_glass() -> None:
    walk, seen = _seen(_FRONT)
    named = ThroughGlass(walk, 160, 120).named(seen, 0.0)
    assert _pixels(seen, "glass").any()
    assert (named.labels == seen.labels).all()
    assert (named.ids == seen.ids).all()


def test_a_chair_before_the_glass_and_a_walk_without_any_stay_as_they_are() -> None:
    walk, seen = _seen(_FRONT, _CHAIR | {"at_m": [2.0, 0.0]})
    assert (ThroughGlass(walk, 160, 120).named(seen, 0.0).labels == seen.labels).all()
    walk, seen = _seen(_CHAIR)
    assert ThroughGlass(walk, 160, 120).named(seen, 0.0) is seen
