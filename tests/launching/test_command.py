from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
import yaml

from followme.launching.command import command, program
from followme.launching.processes import NodeProcess
from followme.settings import SettingsError


def an_executable(prefix: Path, package: str, name: str) -> Path:
    path = prefix / "lib" / package / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def words(process: NodeProcess, folder: Path) -> list[str]:
    return command(process, folder, {"AMENT_PREFIX_PATH": ""})


def test_a_node_that_is_installed_nowhere_runs_as_a_module_of_this_python():
    assert program(NodeProcess("camera", "camera"), {}) == [
        sys.executable,
        "-P",
        "-m",
        "followme.nodes",
        "camera",
    ]


def test_an_installed_node_is_taken_from_the_first_prefix_that_has_it(tmp_path: Path):
    first = an_executable(tmp_path / "a", "followme", "camera")
    an_executable(tmp_path / "b", "followme", "camera")
    environ = {"AMENT_PREFIX_PATH": f"{tmp_path}/none:{tmp_path}/a:{tmp_path}/b"}
    assert program(NodeProcess("camera", "camera"), environ) == [str(first)]


def test_a_file_that_cannot_be_executed_is_no_program(tmp_path: Path):
    path = an_executable(tmp_path, "followme", "camera")
    path.chmod(0o644)
    found = program(NodeProcess("camera", "camera"), {"AMENT_PREFIX_PATH": str(tmp_path)})
    assert found[0] == sys.executable


def test_a_program_of_another_package_that_is_missing_is_named_with_the_mend():
    rviz = NodeProcess("rviz2", "rviz", package="rviz2")
    with pytest.raises(SettingsError, match="rviz2 has no rviz2 in AMENT_PREFIX_PATH; install"):
        program(rviz, {"AMENT_PREFIX_PATH": "/nowhere"})


def test_a_node_is_named_and_placed(tmp_path: Path):
    plain = words(NodeProcess("speech", "speech", log_level="warn"), tmp_path)
    start = plain.index("--ros-args")
    assert plain[start:] == [
        "--ros-args",
        "--log-level",
        "warn",
        "-r",
        "__node:=speech",
        "-r",
        "__ns:=/",
    ]
    placed = words(NodeProcess("speech", "speech", namespace="fleet/robot1"), tmp_path)
    assert placed[-1] == "__ns:=/fleet/robot1"


def test_arguments_of_the_program_come_before_those_of_ros(tmp_path: Path):
    line = words(NodeProcess("camera", "camera", arguments=("-d", "file")), tmp_path)
    assert line.index("file") < line.index("--ros-args")


def test_what_the_command_line_says_comes_after_the_file_and_names_its_node(tmp_path: Path):
    process = NodeProcess(
        "speech",
        "speech",
        namespace="robot1",
        params_file=Path("/own.yaml"),
        parameters={"voice.engine": "no", "autostart": False, "wait_s": 2.0},
    )
    line = words(process, tmp_path)
    files = [line[i + 1] for i, word in enumerate(line) if word == "--params-file"]
    assert files[0] == "/own.yaml"
    content = yaml.safe_load(Path(files[1]).read_text())
    # 'no' stays a text and 2.0 a double
    values = {"voice.engine": "no", "autostart": False, "wait_s": 2.0}
    assert content == {"/robot1/speech": {"ros__parameters": values}}
    assert "'no'" in Path(files[1]).read_text() and "2.0" in Path(files[1]).read_text()


def test_without_parameters_no_file_is_written(tmp_path: Path):
    assert "--params-file" not in words(NodeProcess("speech", "speech"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_each_remap_is_a_rule(tmp_path: Path):
    line = words(NodeProcess("camera", "camera", remaps=(("a", "/b"), ("c", "d"))), tmp_path)
    assert line[-4:] == ["-r", "a:=/b", "-r", "c:=d"]
