"""The table as a launch description: the only module that knows the package ``launch``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    OpaqueFunction,
    SetEnvironmentVariable,
    Shutdown,
    TimerAction,
)
from launch_ros.actions import Node

from followme.launching.arguments import read_arguments
from followme.launching.environment import missing_environment
from followme.launching.known_arguments import Argument
from followme.launching.processes import AFTER_END_S, RESPAWN_DELAY_S, NodeProcess, processes
from launch import LaunchContext, LaunchDescription


def launch_description(arguments: Sequence[Argument]) -> LaunchDescription:
    """Return what a launch file gives to ``ros2 launch``.

    Parameters
    ----------
    arguments : sequence of Argument
        What it can be told.
    """
    environment = missing_environment(os.environ)
    return LaunchDescription(
        [
            *(declaration(a) for a in arguments),
            *(SetEnvironmentVariable(name, value) for name, value in environment.items()),
            # only here are the values of the arguments known
            OpaqueFunction(function=partial(_nodes, known=tuple(arguments))),
        ]
    )


def declaration(a: Argument) -> DeclareLaunchArgument:
    """Return an argument as launch declares it."""
    return DeclareLaunchArgument(
        a.name, default_value=a.default, description=a.text, choices=list(a.choices) or None
    )


def node(p: NodeProcess) -> Node | ExecuteProcess:
    """Return a process as an action of launch or launch_ros."""
    last_words = TimerAction(
        period=AFTER_END_S, actions=[Shutdown(reason=f"{p.name} has no more frames")]
    )
    on_exit = [last_words] if p.ends_graph else None
    if p.words:
        return ExecuteProcess(cmd=list(p.words), name=p.name, output="screen", on_exit=on_exit)
    return Node(
        package=p.package,
        executable=p.executable,
        name=p.name,
        namespace=p.namespace,
        arguments=list(p.arguments),
        ros_arguments=["--log-level", p.log_level],
        parameters=[
            *([str(p.params_file)] if p.params_file is not None else []),
            *([dict(p.parameters)] if p.parameters else []),
        ],
        remappings=list(p.remaps),
        output="screen",
        respawn=p.respawn,
        respawn_delay=RESPAWN_DELAY_S,
        on_exit=on_exit,
    )


def _nodes(context: LaunchContext, known: tuple[Argument, ...]) -> list[Any]:
    values = context.launch_configurations
    given = {a.name: values[a.name] for a in known}
    return [node(p) for p in processes(read_arguments(given, known))]
