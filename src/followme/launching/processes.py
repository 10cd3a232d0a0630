"""The table of the graph as processes: which executables, with which names, parameters, remaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from followme.graph import ALL_NODES, NODES, NodeSpec
from followme.launching.arguments import StartOptions
from followme.settings.setting import Value
from followme.share import share_path

#: A node that died is started again after this long, by launch each time, by ``followme up`` at
#: first.
RESPAWN_DELAY_S = 2.0
#: What was in work when the source ended is still said within this time; the silence of the camera
#: does not yet count as lost sight.
AFTER_END_S = 0.3


@dataclass(frozen=True)
class NodeProcess:
    """One process, as launch would execute it.

    Parameters
    ----------
    executable, package : str
        Program, and the package in whose ``lib`` it lies.
    name : str
        Of the node.
    namespace : str
        Without a leading slash; empty for the root.
    arguments : tuple of str
        Before those of ROS.
    log_level : str
        From which level on it logs.
    params_file : Path or None
        What a person wrote.
    parameters : mapping
        What outranks that file.
    remaps : tuple of pairs of str
        From, to.
    respawn : bool
        Whether it is started again when it ends unasked.
    ends_graph : bool
        Whether all others end when it does.
    words : tuple of str
        Command line of a program that is no node of ours; in place of all else but its name.
    """

    executable: str
    name: str
    namespace: str = ""
    package: str = "followme"
    arguments: tuple[str, ...] = ()
    log_level: str = "info"
    params_file: Path | None = None
    parameters: Mapping[str, Value] = field(default_factory=dict)
    remaps: tuple[tuple[str, str], ...] = ()
    respawn: bool = True
    ends_graph: bool = False
    words: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Name of the node with its namespace."""
        return "/" + "/".join(part for part in (self.namespace, self.name) if part)


def processes(options: StartOptions) -> list[NodeProcess]:
    """Return every process of the graph; who listens comes before who speaks.

    Raises
    ------
    FileNotFoundError
        When RViz is wanted and its file is missing.
    """
    nodes = [_process(spec, options) for spec in reversed(NODES) if spec.name != "camera"]
    if options.own_camera:
        nodes.append(_player(options))
    return [*([_rviz(options)] if options.rviz else []), *nodes]


def _player(options: StartOptions) -> NodeProcess:
    """Return who gives the images; it comes last."""
    if options.player.words:
        return NodeProcess(
            executable=options.player.words[0],
            name="ros2_bag_play",
            words=options.player.words,
            respawn=False,
            ends_graph=options.ends_with_source,
        )
    return _process(next(n for n in ALL_NODES if n.name == options.player.node), options)


def _process(spec: NodeSpec, options: StartOptions) -> NodeProcess:
    last = options.ends_with_source and spec.name == options.player.node
    return NodeProcess(
        executable=spec.name,
        name=spec.name,
        namespace=options.namespace,
        log_level=options.log_level,
        params_file=options.params_file,
        parameters={**options.parameters.get("*", {}), **options.parameters.get(spec.name, {})},
        remaps=tuple(_remaps(spec, options)),
        respawn=not last,
        ends_graph=last,
    )


def _remaps(spec: NodeSpec, options: StartOptions) -> Iterator[tuple[str, str]]:
    for topic in (*spec.subscribes, *spec.publishes):
        if topic in options.remaps:
            yield topic, options.remaps[topic]


def _rviz(options: StartOptions) -> NodeProcess:
    everywhere = options.parameters.get("*", {})
    return NodeProcess(
        executable="rviz2",
        name="rviz",
        namespace=options.namespace,
        package="rviz2",
        arguments=("-d", str(share_path("rviz", "followme.rviz"))),
        log_level=options.log_level,
        parameters={k: v for k, v in everywhere.items() if k == "use_sim_time"},
        # who closes the window has seen enough
        respawn=False,
    )
