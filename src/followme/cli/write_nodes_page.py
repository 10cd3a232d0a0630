"""Write docs/nodes.md: nodes, topics, services and parameters, as the code declares them.

``make config`` runs it; a test fails when the page is older than the code.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rclpy.qos import QoSProfile

from followme.cli.write_config import literal
from followme.graph import ALL_NODES, TOPICS, WALKER_FRAME, NodeSpec
from followme.launching.known_arguments import GRAPH_ARGUMENTS, REPLAY_ARGUMENTS, Argument
from followme.ros.qos import PROFILES
from followme.settings import Setting, settings_of

HEADER = f"""\
# Nodes, topics, services, parameters

Written by `make config` from `src/followme/graph.py` and `src/followme/settings`; do not edit it
here.

Names are relative: a namespace or a remap moves them. Every node also publishes `/diagnostics`
(`diagnostic_msgs/msg/DiagnosticArray`, once a second: rates, dropped items, times, ages, the last
trouble), and is a managed node (`~/change_state`, `~/get_state`) that configures and activates
itself unless its parameter `autostart` says otherwise. Where `tf2_msgs` is installed,
`obstacle_fusion` publishes the frame `{WALKER_FRAME}` on `/tf`, as a child of the frame of the
image.

Messages of FollowMe carry comments with unit, frame and range: `src/followme_msgs/msg`.
"""


def nodes_page() -> str:
    """Return the whole page."""
    parts = [HEADER, *_qualities(), *_topics()]
    for node in ALL_NODES:
        parts += _node(node)
    parts += _arguments()
    return "\n".join(parts)


def _qualities() -> Iterator[str]:
    yield "## Quality of service\n"
    yield "A parameter `qos_overrides.TOPIC.publisher.…` or `….subscription.…` changes it.\n"
    rows = ((f"`{name}`", _quality(profile)) for name, profile in PROFILES.items())
    yield _table(("name", "reliability, durability, history"), rows)


def _quality(profile: QoSProfile) -> str:
    reliability = profile.reliability.name.lower().replace("_", " ")
    durability = profile.durability.name.lower().replace("_", " ")
    history = profile.history.name.lower().replace("_", " ")
    return f"{reliability}, {durability}, {history} {profile.depth}"


def _topics() -> Iterator[str]:
    yield "## Topics\n"
    rows = []
    for topic in TOPICS.values():
        givers = ", ".join(n.name for n in ALL_NODES if topic.name in n.publishes)
        takers = ", ".join(n.name for n in ALL_NODES if topic.name in n.subscribes)
        kind = f"`{topic.type}`" if topic.type else "inside one process only"
        rows.append((f"`{topic.name}`", kind, topic.qos, givers, takers or "-", topic.text))
    yield _table(("topic", "type", "quality", "from", "to", "carries"), rows)
    yield (
        "A node whose parameter `image_transport` (or `depth_image_transport`) is not `raw` takes "
        "`sensor_msgs/msg/CompressedImage` on the topic below the image's that has the name of the "
        "transport, as `camera/image_raw/compressed`. A remap of the image's topic moves both.\n"
    )


def _node(node: NodeSpec) -> Iterator[str]:
    critical = " Without it nothing is said." if node.critical else ""
    yield f"## {node.name}\n\n{node.text}{critical}\n"
    for verb, names in (("Subscribes", node.subscribes), ("Publishes", node.publishes)):
        if names:
            yield f"{verb}: {', '.join(f'`{name}`' for name in names)}.\n"
    if node.services:
        listed = ", ".join(f"`{name}`" for name in node.services)
        yield f"Services (`std_srvs/srv/Trigger`): {listed}.\n"
    head = ("parameter", "type", "default", "range", "what it does")
    yield _table(head, (_setting(s) for s in settings_of(node.settings)))


def _arguments() -> Iterator[str]:
    yield "## Launch arguments\n"
    yield (
        "`ros2 launch followme followme.launch.py NAME:=VALUE` and `followme up NAME:=VALUE` (or "
        "`--name VALUE`) take the same. `replay.launch.py` takes those without a driver; it must "
        "be given `source`, and its `at_end` is `end`.\n"
    )
    head = ("argument", "default", "values", "what it does")
    yield _table(head, map(_argument, GRAPH_ARGUMENTS))
    yield "`replay.launch.py` also takes:\n"
    known = {a.name for a in GRAPH_ARGUMENTS}
    yield _table(head, (_argument(a) for a in REPLAY_ARGUMENTS if a.name not in known))


def _argument(a: Argument) -> tuple[str, ...]:
    return f"`{a.name}`", f"`{a.default}`" if a.default else "", ", ".join(a.choices), a.text


def _setting(s: Setting) -> tuple[str, ...]:
    limits = s.allowed() if s.choices or s.low is not None or s.high is not None else s.unit
    when = " At start only." if s.read_only else ""
    kind = {bool: "bool", int: "integer", float: "double", str: "string"}[s.type]
    return f"`{s.name}`", kind, f"`{literal(s.default)}`", limits, f"{s.text}{when}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(c.replace('|', '/') for c in line)} |\n" for line in lines)


def write_nodes_page(path: Path) -> None:
    """Write the page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(nodes_page(), encoding="utf-8")
    part.replace(path)


def main(words: Sequence[str] | None = None) -> int:
    """Write the page that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("path", nargs="?", type=Path, default=Path("docs", "nodes.md"))
    path: Path = parser.parse_args(words).path
    write_nodes_page(path)
    print(f"{path} written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
