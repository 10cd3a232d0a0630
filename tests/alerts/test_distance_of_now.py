from __future__ import annotations

from dataclasses import replace

import pytest

from followme.values.obstacle import Ages, Zone
from tests.alerts.world import Run, a_thing, seen


def said(closing_mps: float, age_s: float) -> str:
    thing = a_thing(Zone.WARN, 5.6, closing_mps=closing_mps, contact_s=2.9)
    return Run().see(replace(seen(thing), ages=Ages(depth_s=age_s)), 0.5).heard[0]


@pytest.mark.parametrize(
    ("closing_mps", "age_s", "metres"),
    [(2.4, 0.15, 5), (2.4, 0.0, 6), (0.0, 0.3, 6), (-2.0, 0.3, 6), (2.4, float("nan"), 6)],
)
def test_a_distance_is_that_of_now_and_not_of_the_evidence(closing_mps, age_s, metres):
    assert said(closing_mps, age_s) == f"Chair ahead, {metres} metres"


def test_a_thing_that_is_already_there_is_close():
    thing = a_thing(Zone.WARN, 0.3, closing_mps=3.0, contact_s=2.9)
    heard = Run().see(replace(seen(thing), ages=Ages(depth_s=0.3)), 0.5).heard
    assert heard == ["Chair ahead, close"]
