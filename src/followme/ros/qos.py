"""Quality of service by name, as the graph's table has it."""

from __future__ import annotations

import copy

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

# IMAGE: the slot behind it keeps the newest only; a depth of 5 absorbs bursts of the transport.
PROFILES: dict[str, QoSProfile] = {
    "IMAGE": QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=5,
        reliability=ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.VOLATILE,
    ),
    "RESULT": QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=5,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.VOLATILE,
    ),
    "LATCHED": QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=1,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    ),
}


def profile(name: str) -> QoSProfile:
    """Return a profile by its name in the graph: IMAGE, RESULT or LATCHED.

    It is the caller's own: rclpy writes overrides by parameter into the profile that it is given.

    Raises
    ------
    KeyError
        For another name.
    """
    return copy.copy(PROFILES[name])
