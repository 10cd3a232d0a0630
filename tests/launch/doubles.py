"""Doubles of what the launch files use of launch and launch_ros: they record how they were made.

Those packages are on no registry. The constructors here have the signatures of launch 3.4 and
launch_ros 0.26 (Jazzy), so that an argument that those would refuse is refused here too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any


@dataclass
class LaunchContext:
    launch_configurations: dict[str, str] = field(default_factory=dict)


@dataclass
class LaunchDescription:
    entities: Sequence[Any]


@dataclass
class DeclareLaunchArgument:
    name: str
    default_value: str | None = field(default=None, kw_only=True)
    description: str | None = field(default=None, kw_only=True)
    choices: list[str] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        # launch refuses both
        assert self.choices is None or self.choices
        assert not self.choices or self.default_value in (None, *self.choices)


@dataclass
class SetEnvironmentVariable:
    name: str
    value: str


@dataclass(kw_only=True)
class OpaqueFunction:
    function: Callable[[LaunchContext], list[Any]]


@dataclass(kw_only=True)
class Shutdown:
    reason: str = "reason not given"


@dataclass(kw_only=True)
class TimerAction:
    period: float
    actions: list[Any]


@dataclass(kw_only=True)
class ExecuteProcess:
    cmd: list[str]
    name: str | None = None
    output: str = "log"
    on_exit: Any = None


@dataclass(kw_only=True)
class Node:
    executable: str
    package: str | None = None
    name: str | None = None
    namespace: str | None = None
    exec_name: str | None = None
    parameters: list[Any] | None = None
    remappings: list[tuple[str, str]] | None = None
    ros_arguments: list[str] | None = None
    arguments: list[str] | None = None
    output: str = "log"
    respawn: bool = False
    respawn_delay: float | None = None
    on_exit: Any = None

    def __post_init__(self) -> None:
        # launch_ros normalises only lists, and an empty dictionary becomes a file that rcl refuses
        assert isinstance(self.parameters, list)
        assert all(isinstance(p, str) or (isinstance(p, dict) and p) for p in self.parameters)


_MODULES = {
    "launch": (LaunchContext, LaunchDescription),
    "launch.actions": (
        DeclareLaunchArgument,
        ExecuteProcess,
        OpaqueFunction,
        SetEnvironmentVariable,
        Shutdown,
        TimerAction,
    ),
    "launch_ros": (),
    "launch_ros.actions": (Node,),
}
_USER = "followme.launching.description"


@contextmanager
def doubles_in_place() -> Iterator[None]:
    """Let the launch files import the doubles, whatever is installed."""
    touched = [*_MODULES, _USER]
    kept = {name: sys.modules.pop(name) for name in touched if name in sys.modules}
    for name, members in _MODULES.items():
        module = ModuleType(name)
        vars(module).update({member.__name__: member for member in members})
        sys.modules[name] = module
    try:
        yield
    finally:
        for name in touched:
            sys.modules.pop(name, None)
        sys.modules.update(kept)
