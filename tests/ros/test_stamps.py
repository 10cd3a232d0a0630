from __future__ import annotations

import pytest
from builtin_interfaces.msg import Time
from hypothesis import given
from rclpy.serialization import deserialize_message, serialize_message
from std_msgs.msg import Header

from followme.ros.stamps import from_time, header, stamp_ns, to_time

from .any_values import STAMPS_NS


@given(STAMPS_NS)
def test_every_nanosecond_survives(ns):
    assert from_time(to_time(ns)) == ns


@given(STAMPS_NS)
def test_every_nanosecond_survives_the_wire(ns):
    there = serialize_message(header(ns, "walker"))
    back = deserialize_message(there, Header)
    assert stamp_ns(back) == ns
    assert back.frame_id == "walker"


@pytest.mark.parametrize(
    ("ns", "sec", "nanosec"),
    [
        (0, 0, 0),
        (1, 0, 1),
        (999_999_999, 0, 999_999_999),
        (1_000_000_000, 1, 0),
        (1_700_000_000_123_456_789, 1_700_000_000, 123_456_789),
    ],
)
def test_seconds_and_nanoseconds_are_told_apart(ns, sec, nanosec):
    assert to_time(ns) == Time(sec=sec, nanosec=nanosec)


@pytest.mark.parametrize("ns", [-1, -1_000_000_000, -1_500_000_000])
def test_an_instant_before_1970_keeps_its_order(ns):
    # builtin_interfaces: sec may be negative, nanosec counts forward from it
    assert to_time(ns).nanosec >= 0
    assert from_time(to_time(ns)) == ns
