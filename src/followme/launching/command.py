"""A process of the table as a command line: the one that launch would execute."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from followme.launching.processes import NodeProcess
from followme.settings import SettingsError


def command(process: NodeProcess, folder: Path, environ: Mapping[str, str]) -> list[str]:
    """Return the words of a command line.

    Parameters
    ----------
    process : NodeProcess
        What to run.
    folder : Path
        Where its parameters are written, as launch does, so that they outrank each wildcard.
    environ : mapping
        With AMENT_PREFIX_PATH, where executables are looked for.

    Raises
    ------
    SettingsError
        When there is no such executable.
    """
    if process.words:
        return list(process.words)
    words = [*program(process, environ), *process.arguments]
    words += ["--ros-args", "--log-level", process.log_level, "-r", f"__node:={process.name}"]
    words += ["-r", f"__ns:=/{process.namespace}"]
    if process.params_file is not None:
        words += ["--params-file", str(process.params_file)]
    if process.parameters:
        file = folder / f"{process.name}.yaml"
        content = {process.full_name: {"ros__parameters": dict(process.parameters)}}
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        words += ["--params-file", str(file)]
    for old, new in process.remaps:
        words += ["-r", f"{old}:={new}"]
    return words


def program(process: NodeProcess, environ: Mapping[str, str]) -> list[str]:
    """Return how a program is started: where it is installed, else as a module of Python."""
    for prefix in environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep):
        path = Path(prefix, "lib", process.package, process.executable)
        if prefix and os.access(path, os.X_OK):
            return [str(path)]
    if process.package == "followme":
        # -P: a file of the working directory must not be taken for a library
        return [sys.executable, "-P", "-m", "followme.nodes", process.executable]
    raise SettingsError(
        f"{process.name}: {process.package} has no {process.executable} in AMENT_PREFIX_PATH; "
        f"install ros-$ROS_DISTRO-{process.package} and source its ROS 2"
    )
