"""Settings as ROS parameters: declared, described, bounded, checked and read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.node import Node
from rclpy.parameter import Parameter

from followme.settings import Setting, SettingsError, build, did_you_mean, flatten, settings_of

S = TypeVar("S")

# What rclpy itself declares on a node.
_FOREIGN = ("use_sim_time", "start_type_description_service", "qos_overrides")


class Parameters(Generic[S]):
    """The parameters of one node, as its settings dataclass says.

    Parameters
    ----------
    node : Node
        Made with ``automatically_declare_parameters_from_overrides=True``, so that values from
        the command line and from files stand on it already.
    kind : type
        The settings dataclass.
    changed : callable
        Called with the new settings after somebody set a parameter.

    Raises
    ------
    SettingsError
        For an unknown name, a wrong type or a value out of range.
    """

    def __init__(self, node: Node, kind: type[S], changed: Callable[[S], None]) -> None:
        self._node = node
        self._kind = kind
        self._changed = changed
        self._known = {s.name: s for s in settings_of(kind)}
        self._refuse_unknown()
        values = {name: self._declare(s) for name, s in self._known.items()}
        self.settings: S = build(kind, values)
        node.add_on_set_parameters_callback(self._check)
        node.add_post_set_parameters_callback(self._take_over)

    def _refuse_unknown(self) -> None:
        given = self._node.list_parameters([], 0).names
        for name in given:
            if name not in self._known and name.split(".")[0] not in _FOREIGN:
                raise SettingsError(
                    f"{self._node.get_name()}: unknown parameter {name!r}"
                    f"{did_you_mean(name, self._known)}"
                )

    def _declare(self, s: Setting) -> Any:
        value: Any = s.default
        if self._node.has_parameter(s.name):
            value = self._node.get_parameter(s.name).value
            self._node.undeclare_parameter(s.name)
        try:
            value = s.check(value)
        except SettingsError as error:
            raise SettingsError(f"{self._node.get_name()}: {error}") from None
        self._node.declare_parameter(s.name, value, describe(s), ignore_override=True)
        return value

    def _check(self, parameters: list[Parameter]) -> SetParametersResult:
        own = {p.name: p.value for p in parameters if p.name in self._known}
        try:
            # all together, because some only make sense beside others (stop before warn)
            build(self._kind, {**flatten(self.settings), **own})
        except SettingsError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def _take_over(self, parameters: list[Parameter]) -> None:
        if any(p.name in self._known for p in parameters):
            values = {name: self._node.get_parameter(name).value for name in self._known}
            self.settings = build(self._kind, values)
            self._changed(self.settings)


def describe(s: Setting) -> ParameterDescriptor:
    """Return what ROS tools show about a setting, with its bounds."""
    unit = f" [{s.unit}]" if s.unit else ""
    descriptor = ParameterDescriptor(
        name=s.name,
        description=f"{s.text}{unit}",
        additional_constraints=f"One of {', '.join(s.choices)}." if s.choices else "",
        read_only=s.read_only,
    )
    if s.type is float and s.low is not None and s.high is not None:
        bounds = FloatingPointRange(from_value=float(s.low), to_value=float(s.high))
        descriptor.floating_point_range = [bounds]
    if s.type is int and s.low is not None and s.high is not None:
        descriptor.integer_range = [
            IntegerRange(from_value=int(s.low), to_value=int(s.high), step=1)
        ]
    return descriptor
