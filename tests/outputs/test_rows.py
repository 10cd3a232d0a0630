from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.outputs.rows import announcement_row, obstacle_row, truth_row
from followme.values.depth_map import Provenance
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.obstacle import Kind, Obstacle, Obstacles, Side, Sight, UnrangedThing, Zone
from followme.values.truth import TruthObject

ANNOUNCEMENT_KEYS = [
    "stamp_ns",
    "onset_s",
    "text",
    "key",
    "priority",
    "track_id",
    "zone",
    "kind",
    "side",
    "distance_m",
    "outcome",
    "latency_s",
]
OBSTACLE_KEYS = [
    "track_id",
    "kind",
    "label",
    "confidence",
    "nearest_m",
    "distance_m",
    "distance_std_m",
    "bearing_rad",
    "bottom_m",
    "top_m",
    "time_to_contact_s",
    "zone",
    "provenance",
    "in_corridor",
]

number = st.floats(allow_nan=True, allow_infinity=True)


@st.composite
def obstacles(draw):
    things = draw(
        st.lists(
            st.builds(
                Obstacle,
                track_id=st.integers(-1, 2**31 - 1),
                kind=st.sampled_from(Kind),
                label=st.text(),
                confidence=number,
                nearest_m=st.tuples(number, number, number),
                distance_m=number,
                distance_std_m=number,
                bearing_rad=number,
                angular_width_rad=number,
                bottom_m=number,
                top_m=number,
                y_min_m=number,
                y_max_m=number,
                time_to_contact_s=number,
                zone=st.sampled_from(Zone),
                provenance=st.sampled_from(Provenance),
                in_corridor=st.booleans(),
                side=st.sampled_from(Side),
            ),
            max_size=3,
        )
    )
    stamp_ns = draw(st.integers(0, 2**63 - 1))
    return Obstacles(stamp_ns, tuple(things), draw(st.sampled_from(Sight)), draw(st.text()))


def strictly(row):
    """Go through strict JSON on one line and back."""
    line = json.dumps(row, allow_nan=False)
    assert len(line.splitlines()) == 1

    def refuse(word):
        raise AssertionError(word)

    return json.loads(line, parse_constant=refuse)


@given(obstacles())
def test_any_obstacles_become_one_line_of_strict_json(given_obstacles):
    row = obstacle_row(given_obstacles)
    assert list(row) == ["stamp_ns", "sight", "reason", "obstacles", "unranged"]
    back = strictly(row)
    assert back["stamp_ns"] == given_obstacles.stamp_ns
    assert Sight[back["sight"]] is given_obstacles.sight
    for one, thing in zip(back["obstacles"], given_obstacles.obstacles, strict=True):
        assert list(one) == OBSTACLE_KEYS
        assert one["label"] == thing.label
        assert Kind[one["kind"]] is thing.kind
        assert Zone[one["zone"]] is thing.zone
        assert Provenance[one["provenance"]] is thing.provenance
        for key in ("distance_m", "time_to_contact_s", "bottom_m", "bearing_rad"):
            value = getattr(thing, key)
            if math.isfinite(value):
                assert one[key] == pytest.approx(value, abs=1e-5, rel=1e-9)
            else:
                assert one[key] is None


@given(
    st.builds(
        Announcement,
        stamp_ns=st.integers(0, 2**63 - 1),
        text=st.text(),
        key=st.text(),
        priority=st.sampled_from(Priority),
        track_id=st.integers(-1, 1000),
        zone=st.sampled_from(Zone),
        kind=st.sampled_from(Kind),
        side=st.sampled_from(Side),
        distance_m=number,
        onset_s=number,
        outcome=st.sampled_from(Outcome),
        latency_s=number,
    )
)
def test_any_announcement_becomes_one_line_of_strict_json(announcement):
    row = announcement_row(announcement)
    assert list(row) == ANNOUNCEMENT_KEYS
    back = strictly(row)
    assert Priority(back["priority"]) is announcement.priority
    assert Outcome(back["outcome"]) is announcement.outcome
    assert Side[back["side"].upper()] is announcement.side
    assert (back["onset_s"] is None) == (not math.isfinite(announcement.onset_s))


@given(st.lists(st.tuples(number, number, number), max_size=3))
def test_any_truth_becomes_one_line_of_strict_json(points):
    things = tuple(TruthObject(i, Kind.OBJECT, "box", p) for i, p in enumerate(points))
    back = strictly(truth_row(7, things))
    assert list(back) == ["stamp_ns", "objects"]
    assert [o["id"] for o in back["objects"]] == list(range(len(points)))
    for one in back["objects"]:
        assert list(one) == ["id", "kind", "label", "nearest_m"]


def test_sides_zones_and_outcomes_are_the_words_of_the_contract():
    a = Announcement(
        1, "Stop! Chair ahead left", "stop.object", Priority.STOP, 3, Zone.STOP, Kind.PERSON,
        Side.AHEAD_LEFT, 1.25, 3.5, Outcome.DROPPED_STALE, 0.2,
    )  # fmt: skip
    assert announcement_row(a) == {
        "stamp_ns": 1,
        "onset_s": 3.5,
        "text": "Stop! Chair ahead left",
        "key": "stop.object",
        "priority": 2,
        "track_id": 3,
        "zone": "STOP",
        "kind": "PERSON",
        "side": "ahead_left",
        "distance_m": 1.25,
        "outcome": "dropped_stale",
        "latency_s": 0.2,
    }


def test_numbers_of_numpy_become_plain_ones():
    thing = Obstacle(
        track_id=np.int64(3),
        kind=Kind.OBJECT,
        label="",
        confidence=np.float32(0.5),
        nearest_m=(np.float32(1), np.float64(2), np.float32(0)),
        distance_m=np.float32(2.25),
        distance_std_m=0.1,
        bearing_rad=0.0,
        angular_width_rad=0.1,
        bottom_m=0.0,
        top_m=np.float32("nan"),
        y_min_m=0.0,
        y_max_m=0.0,
        in_corridor=np.bool_(True),
    )
    one = strictly(obstacle_row(Obstacles(np.int64(5), (thing,), Sight.SEEING)))["obstacles"][0]
    assert one["track_id"] == 3
    assert one["nearest_m"] == [1.0, 2.0, 0.0]
    assert one["distance_m"] == 2.25
    assert one["top_m"] is None
    assert one["time_to_contact_s"] is None  # infinite: it does not come nearer
    assert one["in_corridor"] is True


def test_things_without_metres_have_a_name_and_a_side():
    door = UnrangedThing(1 << 30, Kind.OBJECT, "door", 0.75, 0.5, Side.LEFT)
    row = strictly(obstacle_row(Obstacles(5, (), Sight.BLIND, "no_depth", unranged=(door,))))
    assert row["obstacles"] == []
    assert row["unranged"] == [
        {"track_id": 1 << 30, "kind": "OBJECT", "label": "door", "confidence": 0.75}
        | {"bearing_rad": 0.5, "side": "left"}
    ]
