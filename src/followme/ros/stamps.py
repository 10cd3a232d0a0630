"""Stamps and headers: nanoseconds here, seconds and nanoseconds there."""

from __future__ import annotations

from builtin_interfaces.msg import Time
from std_msgs.msg import Header

_NS = 1_000_000_000


def to_time(ns: int) -> Time:
    """Return nanoseconds as a ROS time."""
    return Time(sec=ns // _NS, nanosec=ns % _NS)


def from_time(stamp: Time) -> int:
    """Return a ROS time as nanoseconds."""
    return int(stamp.sec) * _NS + int(stamp.nanosec)


def header(ns: int, frame_id: str) -> Header:
    """Return the header of what belongs to an instant and a frame."""
    return Header(stamp=to_time(ns), frame_id=frame_id)


def stamp_ns(h: Header) -> int:
    """Return the instant of a header in nanoseconds."""
    return from_time(h.stamp)
