"""The table of the graph as processes: which executables, with which names, parameters, remaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from followme.graph import NODES, NodeSpec
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
    nodes = [_process(spec, options) for spec in reversed(NODES) if _wanted(spec, options)]
    return [*([_rviz(options)] if options.rviz else []), *nodes]


def _wanted(spec: NodeSpec, options: StartOptions) -> bool:
    return options.own_camera or spec.name != "camera"


def _process(spec: NodeSpec, options: StartOptions) -> NodeProcess:
    last = options.ends_with_source and spec.name == "camera"
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
