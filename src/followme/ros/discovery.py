"""How far nodes look for each other: a walker's images are nobody else's business."""

from __future__ import annotations

from collections.abc import Mapping

_RANGE = "ROS_AUTOMATIC_DISCOVERY_RANGE"


def kept_to_this_machine(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variable that keeps the graph to this machine; what a person has set stays.

    Without it ROS 2 finds, and sends to, whoever is in the same subnet.
    """
    return {} if _RANGE in environ else {_RANGE: "LOCALHOST"}
