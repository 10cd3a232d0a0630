from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from followme.sources.corridor_walk import a_corridor
from followme.sources.course import Moment
from followme.sources.parts import Box, Capsule
from followme.sources.scene import Mount, Panel, Thing
from followme.sources.source import SourceError
from followme.sources.things import a_box, a_person
from followme.values.obstacle import Kind

_PART = Box((0.0, 0.0, 0.5), (1.0, 1.0, 1.0))


def _thing(**changes: Any) -> Thing:
    facts: dict[str, Any] = {
        "id": 1,
        "kind": Kind.OBJECT,
        "label": "box",
        "colour": (1, 2, 3),
        "parts": (_PART,),
        "at_m": (0.0, 0.0),
    }
    return Thing(**(facts | changes))


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Box((0.0, 0.0, 0.0), (1.0, 0.0, 1.0)), "positive"),
        (lambda: Box((0.0, 0.0, 0.0), (1.0, math.nan, 1.0)), "positive"),
        (lambda: Box((math.inf, 0.0, 0.0), (1.0, 1.0, 1.0)), "finite"),
        (lambda: Capsule((0.0, 0.0, 0.0), (0.0, 0.0, 1.0), 0.0), "radius"),
        (lambda: Capsule((0.0, 0.0, 1.0), (0.0, 0.0, 1.0), 0.1), "differ"),
        (lambda: Panel(3, 0.0, (0, 0), (1, 1), "floor", (0, 0, 0)), "axis"),
        (lambda: Panel(2, 0.0, (0, 0), (0, 1), "floor", (0, 0, 0)), "below"),
        (lambda: Panel(2, 0.0, (0, 0), (1, 1), "flor", (0, 0, 0)), "'flor'"),
        (lambda: _thing(label="chiar"), "'chiar'"),
        (lambda: _thing(parts=()), "no parts"),
        (lambda: a_corridor([_thing(id=0)]), "1 to 255"),
        (lambda: _thing(id=256), "1 to 255"),
        (lambda: a_corridor([a_box(1, (2, 0)), a_box(1, (3, 0))]), "differ"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], object], word: str) -> None:
    with pytest.raises(SourceError, match=word):
        make()


def test_a_thing_stands_until_it_moves() -> None:
    person = a_person(1, (5.0, 0.5), velocity_mps=(-1.0, 0.0), moves_from_s=2.0)
    before, after = (person.placed_at(Moment(t)) for t in (1.0, 5.0))
    assert before is not None
    assert after is not None
    assert person.position(before) == (5.0, 0.5)
    assert before.stride_rad == 0.0
    assert person.position(after) == (2.0, 0.5)
    assert after.stride_rad > 0.0


@pytest.mark.parametrize("size", [(640, 480), (320, 240), (641, 360)])
def test_the_vertical_field_is_at_least_65_degrees(size: tuple[int, int]) -> None:
    camera = Mount().camera(*size)
    assert 2 * math.degrees(math.atan(0.5 * camera.height / camera.fy)) >= 65.0
    assert camera.fx == camera.fy
    assert not camera.nominal
