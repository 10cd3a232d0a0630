"""The whole graph in one process: every node of the table, images handed over by reference."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from followme.graph import NODES
from followme.ros.base_node import BaseNode
from followme.ros.exchange import Exchange
from followme.ros.gate import Gate


class Composition:
    """All nodes, made in reverse order of the way of an image: who listens is there first.

    Parameters
    ----------
    overrides : mapping of str to mapping
        Parameters by node name that outrank files.
    timed : callable
        Called with a node's name and the milliseconds of each piece of its work.
    camera : mapping, optional
        What the node that gives the images is given besides: an opened source, what to call at
        its end.
    source : str
        That node: camera or bag_player.

    Raises
    ------
    SettingsError
        For a parameter that cannot be used.
    """

    def __init__(
        self,
        overrides: Mapping[str, Mapping[str, Any]],
        timed: Callable[[str, float], None],
        camera: Mapping[str, Any] | None = None,
        source: str = "camera",
    ) -> None:
        self._exchange = Exchange()
        gate = Gate()
        self.nodes: dict[str, BaseNode[Any]] = {}
        for spec in reversed(NODES):
            is_source = spec.name == "camera"
            name = source if is_source else spec.name
            own = dict(camera or {}) if is_source else {}
            if spec.gate:
                own["gate"] = gate
            try:
                self.nodes[name] = node_class(name)(
                    exchange=self._exchange,
                    overrides=overrides.get(name, {}),
                    timed=timed,
                    **own,
                )
            except ValueError:
                for node in self.nodes.values():
                    node.destroy_node()
                raise

    def listen(self, topic: str, taker: Callable[[Any], None]) -> None:
        """Call ``taker`` with each value of a topic, in the publisher's thread."""
        some = next(iter(self.nodes.values()))
        self._exchange.listen(some.resolve_topic_name(topic), lambda value, _: taker(value))

    def looks_for_faces(self) -> bool:
        """Return whether faces are looked for, or will be as soon as the network is loaded."""
        node = self.nodes["face_detector"]
        starting = node.waits_for is None and not node.troubles.last
        return node.active or (starting and bool(node.settings.autostart))

    def ready(self) -> bool:
        """Return whether all nodes work, but those that wait for what may never come."""
        return all(
            n.clock.settled
            if n.active
            else n.waits_for is not None or n.troubles.last or not n.settings.autostart
            for n in self.nodes.values()
        )

    def caught_up(self, now_ns: int) -> bool:
        """Return whether simulated time has come to all nodes."""
        return all(n.clock.now_ns() >= now_ns for n in self.nodes.values() if n.clock.simulated)

    def dropped(self) -> dict[str, int]:
        """Return how many items each node had to pass over."""
        return {name: node.slot.dropped for name, node in self.nodes.items()}


def node_class(name: str) -> Callable[..., BaseNode[Any]]:
    """Return the class of a node of the table: the one BaseNode that its module defines."""
    module = importlib.import_module(f"followme.nodes.{name}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, BaseNode)
        and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"followme.nodes.{name}: expected one node class, found {len(found)}")
    return found[0]
