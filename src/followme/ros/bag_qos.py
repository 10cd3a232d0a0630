"""Quality of service between a graph and a bag: as offered, as asked for, as recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

# A recorder waits for nobody, but its thread may be held up for a moment.
_RECORDER_DEPTH = 50
# Publishers tell no depth through DDS; what bags of other recorders lack is taken from here.
_PLAYER_DEPTH = 10


def offered(endpoints: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the profiles of publishers as rosbag2 writes them, each once.

    Parameters
    ----------
    endpoints : sequence of TopicEndpointInfo
        The publishers of a topic.
    """
    profiles: list[dict[str, Any]] = []
    for endpoint in endpoints:
        written = as_written(endpoint.qos_profile)
        if written not in profiles:
            profiles.append(written)
    return profiles


def as_written(profile: QoSProfile) -> dict[str, Any]:
    """Return a profile with the keys and words of rosbag2's metadata, version 9."""
    return {
        "history": profile.history.name.lower(),
        "depth": int(profile.depth),
        "reliability": profile.reliability.name.lower(),
        "durability": profile.durability.name.lower(),
        "deadline": _time(profile.deadline),
        "lifespan": _time(profile.lifespan),
        "liveliness": profile.liveliness.name.lower(),
        "liveliness_lease_duration": _time(profile.liveliness_lease_duration),
        "avoid_ros_namespace_conventions": bool(profile.avoid_ros_namespace_conventions),
    }


def asked(endpoints: Sequence[Any]) -> QoSProfile:
    """Return what a recorder asks for: the most that every publisher offers.

    Who asks for more than is offered gets nothing; who asks for less loses what could be had.
    """
    profiles = [e.qos_profile for e in endpoints]
    reliable = all(p.reliability == ReliabilityPolicy.RELIABLE for p in profiles)
    latched = all(p.durability == DurabilityPolicy.TRANSIENT_LOCAL for p in profiles)
    return recorder_profile(reliable, latched)


def recorder_profile(reliable: bool, latched: bool) -> QoSProfile:
    """Return the profile of a subscription that keeps all it can get."""
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=_RECORDER_DEPTH,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def recorded(profiles: Sequence[Any], otherwise: QoSProfile) -> QoSProfile:
    """Return the profile with which a topic of a bag is played.

    Parameters
    ----------
    profiles : sequence of rosbags.interfaces.Qos
        Those of its publishers; where they differ, it is played reliable and volatile, which
        every subscriber but one that wants latched messages can take.
    otherwise : QoSProfile
        Taken where the bag says nothing.
    """
    known = {(p.reliability.name, p.durability.name) for p in profiles}
    known -= {pair for pair in known if "UNKNOWN" in pair or "SYSTEM_DEFAULT" in pair}
    if not known:
        return otherwise
    reliability, durability = known.pop() if len(known) == 1 else ("RELIABLE", "VOLATILE")
    latched, reliable = durability == "TRANSIENT_LOCAL", reliability == "RELIABLE"
    depth = max((p.depth for p in profiles), default=0) or _PLAYER_DEPTH
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def _time(duration: Any) -> dict[str, int]:
    # what is infinite to rmw is the largest number of nanoseconds
    sec, nsec = divmod(int(duration.nanoseconds), 1_000_000_000)
    return {"sec": sec, "nsec": nsec}
