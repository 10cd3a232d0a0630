"""Who shares a node's name and topics, and whether they fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# What rmw calls the node of an endpoint that it knows nothing else about.
_UNKNOWN = "_NODE_NAME_UNKNOWN_"


class Peers:
    """Look at the graph from one node.

    DDS keeps topics of one name and two types apart without a word, and two nodes of one name
    answer each other's services: nobody is told unless somebody looks.

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
        return "; ".join([*self._twins(), *self._strangers()])

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

    def _strangers(self) -> Iterable[str]:
        for topic, own in self._types.items():
            users = [
                *self._node.get_publishers_info_by_topic(topic),
                *self._node.get_subscriptions_info_by_topic(topic),
            ]
            for kind, name in sorted({(u.topic_type, _name(u)) for u in users}):
                if kind != own:
                    yield (
                        f"{topic}: {name} uses it as {kind}, here it is {own}, so that nothing "
                        "passes between them; remap one of them"
                    )


def _name(endpoint: Any) -> str:
    # discovery tells the endpoint first and its node later, and plain DDS has no nodes
    return "somebody" if endpoint.node_name == _UNKNOWN else str(endpoint.node_name)


def takers_of(node: Any, topic: str) -> set[str]:
    """Return the names of the nodes that subscribe to a resolved topic."""
    return {taker.node_name for taker in node.get_subscriptions_info_by_topic(topic)}
