"""A ROS 2 parameter file, held against the settings before any node reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from followme.graph import ALL_NODES
from followme.settings import SettingsError, build, did_you_mean

_KEY = "ros__parameters"
# What rclpy itself understands beside our settings.
_FOREIGN = ("use_sim_time", "qos_overrides", "start_type_description_service")


def check_parameter_file(path: Path) -> None:
    """Hold a parameter file against the graph's table.

    Raises
    ------
    SettingsError
        When it cannot be read, names a node that is none, or holds a parameter that is unknown,
        of a wrong type or out of range.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"parameter file {str(path)!r} cannot be read ({error.strerror}); give another"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace("\n", " ")
        raise SettingsError(f"parameter file {path.name}: no YAML ({reason}); mend it") from error
    if not isinstance(content, dict):
        raise SettingsError(
            f"parameter file {path.name}: holds {type(content).__name__}, expected "
            f"'NODE: {_KEY}: ...' as in config/followme.yaml"
        )
    specs = {n.name: n for n in ALL_NODES}
    for node, values in _nodes(content, path):
        if node == "**":
            continue
        if node not in specs:
            raise SettingsError(
                f"parameter file {path.name}: there is no node {node!r}{did_you_mean(node, specs)}"
            )
        own = {k: v for k, v in values.items() if k.split(".")[0] not in _FOREIGN}
        try:
            build(specs[node].settings, own)
        except SettingsError as error:
            raise SettingsError(f"parameter file {path.name}: {node}: {error}") from None


def _nodes(content: dict[Any, Any], path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, below in content.items():
        if not isinstance(below, dict):
            raise SettingsError(
                f"parameter file {path.name}: {name!r} holds {type(below).__name__}, "
                f"expected '{_KEY}:' below it"
            )
        if _KEY in below:
            values = below[_KEY] or {}
            if not isinstance(values, dict):
                raise SettingsError(
                    f"parameter file {path.name}: {_KEY} of {name!r} holds "
                    f"{type(values).__name__}, expected names and values"
                )
            yield str(name).rsplit("/", 1)[-1], dict(_flat(values, ""))
        else:
            yield from _nodes(below, path)


def _flat(values: dict[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
