"""Gates of walks whose truth is known by construction: what no sight does to them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from followme.evaluation.bag_gates import SENSOR_GATES, add_gates, sentences
from followme.evaluation.evidence import Evidence
from followme.evaluation.metrics import PASS, SHORT, UNMEASURED, Row, table
from followme.evaluation.walk_record import WalkRecord
from followme.values.obstacle import Kind, Sight
from tests.evaluation.records import a_record, unseen


def gates(record: WalkRecord) -> dict[str, Row]:
    """Return the gates of a walk by their keys."""
    evidence = Evidence()
    add_gates(record, evidence, truth_known=True)
    return {row.figure.key: row for row in table(evidence, SENSOR_GATES)}


def blind_where(record: WalkRecord, low_m: float, high_m: float) -> WalkRecord:
    """Return a walk without sight while its thing is between two distances."""
    return replace(
        record,
        moments=tuple(
            replace(m, sight=Sight.BLIND, seen=())
            if any(low_m < t.distance_m <= high_m for t in m.things)
            else m
            for m in record.moments
        ),
    )


def test_who_has_sight_and_sees_all_reaches_recall():
    found = gates(a_record(seconds=5.5))
    assert found["gate_recall_3_m"].verdict == found["recall_1_2_m"].verdict == PASS
    assert found["blind_in_the_way"].value == 0.0


@pytest.mark.parametrize("kind", [Kind.OBJECT, Kind.DROP_OFF])
def test_who_never_had_sight_falls_short(kind):
    found = gates(a_record(kind=kind, see=unseen, sight=Sight.BLIND, seconds=5.5))
    assert found["blind_in_the_way"].verdict == SHORT
    assert found["blind_in_the_way"].value == 1.0
    assert sentences(list(found.values()))


def test_a_band_without_any_sight_was_not_seen():
    found = gates(blind_where(a_record(seconds=5.5), 1.0, 2.0))
    assert (found["recall_1_2_m"].value, found["recall_1_2_m"].verdict) == (0.0, SHORT)
    assert found["recall_2_3_m"].verdict == found["gate_recall_3_m"].verdict == PASS
    assert found["blind_in_the_way"].value == pytest.approx(0.4, abs=0.05)


def test_images_without_sight_are_not_asked_what_they_saw():
    found = gates(blind_where(a_record(seconds=5.5), 1.5, 2.0))
    assert found["recall_1_2_m"].value == 1.0


def test_where_nothing_is_in_the_way_no_sight_costs_nothing():
    found = gates(a_record(from_m=None, sight=Sight.BLIND))
    for key in ("blind_in_the_way", "gate_recall_3_m"):
        assert found[key].verdict == UNMEASURED and math.isnan(found[key].value)
