"""Who shares a node's name and topics, and whether they fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from rclpy.qos import QoSCompatibility, qos_check_compatible

# What rmw calls the node of an endpoint that it knows nothing else about.
_UNKNOWN = "_NODE_NAME_UNKNOWN_"


class _Ends(NamedTuple):
    """Who publishes a topic and who subscribes to it, as rmw tells it."""

    givers: Sequence[Any]
    takers: Sequence[Any]


class Peers:
    """Look at the graph from one node.

    DDS keeps topics of one name and two types apart without a word, likewise endpoints whose
    qualities of service do not fit, and two nodes of one name answer each other's services: nobody
    is told unless somebody looks, and goes on looking.

    Parameters
    ----------
    node : Node
        Who looks.
    types : mapping of str to str
        ROS type by resolved topic name.
    """

    def __init__(self, node: Any, types: Mapping[str, str]) -> None:
        self._node = node
        self._types = types

    def trouble(self) -> str:
        """Return what does not fit, in sentences; empty when all is well."""
        seen = {topic: self._ends(topic) for topic in self._types}
        return "; ".join([*self._twins(), *self._strangers(seen), *self._misfits(seen)])

    def _ends(self, topic: str) -> _Ends:
        return _Ends(
            self._node.get_publishers_info_by_topic(topic),
            self._node.get_subscriptions_info_by_topic(topic),
        )

    def _twins(self) -> Iterable[str]:
        me = self._node.get_fully_qualified_name()
        names = [
            f"{namespace.rstrip('/')}/{name}"
            for name, namespace in self._node.get_node_names_and_namespaces()
        ]
        if names.count(me) > 1:
            yield (
                f"another node is called {me}, or one that died less than half a minute ago; give "
                "one of them another namespace"
            )

    def _strangers(self, seen: Mapping[str, _Ends]) -> Iterable[str]:
        for topic, own in self._types.items():
            users = (*seen[topic].givers, *seen[topic].takers)
            for kind, name in sorted({(u.topic_type, _name(u)) for u in users}):
                if kind != own:
                    yield (
                        f"{topic}: {name} uses it as {kind}, here it is {own}, so that nothing "
                        "passes between them; remap one of them"
                    )

    def _misfits(self, seen: Mapping[str, _Ends]) -> Iterable[str]:
        """Say who offers less than we ask for, or asks for more than we offer, on each topic."""
        for topic, own in self._types.items():
            givers, takers = ([e for e in ends if e.topic_type == own] for ends in seen[topic])
            found = {
                f"{topic}: {_name(giver)} offers another quality of service than {_name(taker)} "
                f"asks for ({why}), so that nothing passes between them; override one of them by "
                f"a parameter qos_overrides.{topic}"
                for giver in givers
                for taker in takers
                if (self._is_mine(giver) or self._is_mine(taker)) and (why := _misfit(giver, taker))
            }
            yield from sorted(found)

    def _is_mine(self, endpoint: Any) -> bool:
        name = f"{endpoint.node_namespace.rstrip('/')}/{endpoint.node_name}"
        return bool(name == self._node.get_fully_qualified_name())


def _misfit(giver: Any, taker: Any) -> str:
    """Return why nothing passes from a publisher to a subscription; empty when all fits."""
    fits, reasons = qos_check_compatible(giver.qos_profile, taker.qos_profile)
    if fits != QoSCompatibility.ERROR:
        return ""
    parts = [part.strip() for part in reasons.split(";")]
    return ", ".join(p.removeprefix("ERROR: ").lower() for p in parts if p.startswith("ERROR"))


def _name(endpoint: Any) -> str:
    # discovery tells the endpoint first and its node later, and plain DDS has no nodes
    return "somebody" if endpoint.node_name == _UNKNOWN else str(endpoint.node_name)


def takers_of(node: Any, topic: str) -> set[str]:
    """Return the names of the nodes that subscribe to a resolved topic."""
    return {taker.node_name for taker in node.get_subscriptions_info_by_topic(topic)}
