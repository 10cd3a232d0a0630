from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROBOT = "/opt/ros/jazzy"


def load_set_up() -> ModuleType:
    # the program has no .py at its end, so its loader has to be named
    loader = importlib.machinery.SourceFileLoader("set_up", str(ROOT / "tools" / "set_up"))
    spec = importlib.util.spec_from_loader("set_up", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["set_up"] = module
    loader.exec_module(module)
    return module


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Return the program, at work in an empty repository."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = load_set_up()
    module.ROOT = tmp_path
    module.VENV = tmp_path / ".venv"
    module.PYTHON = module.VENV / "bin" / "python"
    module.LOG = tmp_path / "log" / "set_up.log"
    module.STAMPS = module.VENV / "followme_stamps.json"
    module.LOG.parent.mkdir()
    return module


def plan(tool: ModuleType, capsys: pytest.CaptureFixture[str], ros: str, tests: bool) -> str:
    tool.print_plan(ros, list(tool.all_steps(ros, tests)))
    return capsys.readouterr().out


def pretend(tool: ModuleType, monkeypatch: pytest.MonkeyPatch, fails: str = "") -> list[list[str]]:
    """Put a recorder in the place of the programs; the one that has ``fails`` in it fails."""
    called: list[list[str]] = []

    def run(command: list[str], stdout: object, **_: object) -> SimpleNamespace:
        called.append(list(command))
        if "venv" in command:
            (tool.VENV / "bin").mkdir(parents=True)
            (tool.VENV / "bin" / "pip").touch()
        if "colcon" in command:
            (tool.ROOT / "install" / "followme_msgs").mkdir(parents=True, exist_ok=True)
        broken = bool(fails) and any(fails in word for word in command)
        if broken:
            print("what went wrong", file=stdout, flush=True)  # type: ignore[call-overload]
        return SimpleNamespace(returncode=int(broken))

    monkeypatch.setattr(tool.subprocess, "run", run)
    monkeypatch.setattr(tool, "problems", lambda ros: iter(()))
    return called


def set_up(tool: ModuleType, ros: str = "wheels", tests: bool = False) -> int:
    code: int = tool.set_up(ros, list(tool.all_steps(ros, tests)))
    return code


def test_without_ros_the_plan_installs_it_as_wheels_and_mends_them(tool, capsys) -> None:
    text = plan(tool, capsys, "wheels", tests=True)
    assert "-c tools/requirements/constraints.txt" in text
    for kind in ("ros", "build", "run", "train", "test"):
        assert f"-r tools/requirements/{kind}.txt" in text
    assert "fix_wheels.py" in text
    assert "--system-site-packages" not in text


def test_with_ros_sourced_the_plan_installs_no_ros_and_sees_the_systems(tool, capsys) -> None:
    text = plan(tool, capsys, ROBOT, tests=True)
    assert "-c tools/requirements/constraints-robot.txt" in text
    assert "--system-site-packages" in text
    for absent in ("ros.txt", "build.txt", "fix_wheels.py", "constraints.txt"):
        assert absent not in text.replace("constraints-robot.txt", "")


@pytest.mark.parametrize("ros", ["wheels", ROBOT])
def test_both_packages_are_built_with_links_by_the_python_of_the_venv(tool, capsys, ros) -> None:
    text = plan(tool, capsys, ros, tests=False)
    assert ".venv/bin/python -m colcon" in text
    assert "--base-paths . src/followme_msgs --symlink-install" in text
    assert "test.txt" not in text


def test_the_plan_runs_nothing_and_writes_nothing(monkeypatch, tmp_path) -> None:
    for variables in ({}, {"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": ROBOT}):
        done = subprocess.run(
            [sys.executable, str(ROOT / "tools" / "set_up"), "--plan"],
            env={"PATH": "/usr/bin:/bin", **variables},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.startswith(f"# ROS 2: {ROBOT if variables else 'wheels'}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, "wheels"),
        ({"ROS_DISTRO": ""}, "wheels"),
        ({"ROS_DISTRO": "jazzy", "FOLLOWME_ROS": "wheels"}, "wheels"),
        ({"ROS_DISTRO": "jazzy"}, ROBOT),
        ({"ROS_DISTRO": "jazzy", "AMENT_PREFIX_PATH": "/ws/install/a:/opt/mine"}, "/opt/mine"),
    ],
)
def test_a_sourced_ros_is_told_from_our_own_environment(
    tool, monkeypatch, variables, wanted
) -> None:
    for name in ("ROS_DISTRO", "FOLLOWME_ROS", "AMENT_PREFIX_PATH"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert tool.sourced_ros() == wanted


def test_a_second_call_does_nothing(tool, monkeypatch, capsys) -> None:
    called = pretend(tool, monkeypatch)
    assert set_up(tool) == 0
    assert len(called) == 4  # venv, pip, fix_wheels, colcon
    assert (tool.VENV / "followme_ros").read_text() == "wheels\n"
    assert (tool.VENV / "bin" / "followme").is_symlink()
    called.clear()
    capsys.readouterr()
    assert set_up(tool) == 0
    assert called == []
    assert capsys.readouterr().out.startswith("set-up: up to date")


def test_tests_add_only_their_own_wheels(tool, monkeypatch) -> None:
    called = pretend(tool, monkeypatch)
    set_up(tool)
    called.clear()
    set_up(tool, tests=True)
    assert len(called) == 2
    assert "tools/requirements/train.txt" in called[0]
    assert "tools/requirements/test.txt" in called[1]
    assert (tool.VENV / "bin" / "followme-train").is_symlink()


def test_training_adds_no_linters(tool, monkeypatch) -> None:
    called = pretend(tool, monkeypatch)
    set_up(tool)
    called.clear()
    tool.set_up("wheels", list(tool.all_steps("wheels", False, training=True)))
    assert len(called) == 1
    assert "tools/requirements/train.txt" in called[0]


def put(tool: ModuleType, name: str, text: str) -> None:
    path = tool.ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "programs"),
    [
        ("tools/requirements/run.txt", ["pip", "fix_wheels"]),
        ("tools/requirements/constraints.txt", ["pip", "fix_wheels"]),
        ("src/followme_msgs/msg/Obstacle.msg", ["colcon"]),
        ("package.xml", ["colcon"]),
        ("setup.py", ["colcon"]),
        ("config/new.yaml", ["colcon"]),
        ("src/followme/new.py", ["colcon"]),
        ("README.md", []),
        ("src/followme/__pycache__/new.pyc", []),
    ],
)
def test_what_changed_decides_what_runs_again(tool, monkeypatch, changed, programs) -> None:
    called = pretend(tool, monkeypatch)
    set_up(tool)
    called.clear()
    put(tool, changed, "new")
    set_up(tool)
    assert len(called) == len(programs)
    for command, program in zip(called, programs, strict=True):
        assert any(program in word for word in command)


def test_an_edit_inside_the_linked_package_needs_no_build(tool, monkeypatch) -> None:
    called = pretend(tool, monkeypatch)
    put(tool, "src/followme/graph.py", "one")
    set_up(tool)
    called.clear()
    put(tool, "src/followme/graph.py", "two")
    set_up(tool)
    assert called == []


def test_a_removed_install_folder_is_built_again(tool, monkeypatch) -> None:
    called = pretend(tool, monkeypatch)
    set_up(tool)
    called.clear()
    (tool.ROOT / "install" / "followme_msgs").rmdir()
    set_up(tool)
    assert len(called) == 1


def test_another_ros_makes_everything_anew(tool, monkeypatch) -> None:
    pretend(tool, monkeypatch)
    set_up(tool)
    steps = list(tool.all_steps(ROBOT, False))
    assert not tool.up_to_date(steps[0])


@pytest.mark.parametrize("broken", ["", "[", "[1]", '"x"'])
def test_stamps_that_cannot_be_read_mean_that_nothing_was_done(tool, broken) -> None:
    tool.VENV.mkdir()
    tool.STAMPS.write_text(broken, encoding="utf-8")
    assert tool.read_stamps() == {}


@pytest.mark.parametrize("program", ["pip", "fix_wheels", "colcon"])
def test_a_program_that_fails_ends_it_with_the_end_of_the_log(
    tool, monkeypatch, capsys, program
) -> None:
    pretend(tool, monkeypatch, fails=program)
    assert set_up(tool) == 1
    assert "what went wrong" in capsys.readouterr().out
    done = json.loads(tool.STAMPS.read_text(encoding="utf-8"))
    assert "venv" in done
    assert "build" not in done


def test_what_is_missing_ends_it_before_anything_is_installed(tool, monkeypatch, capsys) -> None:
    called = pretend(tool, monkeypatch)
    monkeypatch.setattr(tool, "problems", lambda ros: iter(["g++ is missing; get it"]))
    assert set_up(tool) == 1
    assert called == []
    assert "g++ is missing; get it" in capsys.readouterr().err


def pretend_version(monkeypatch: pytest.MonkeyPatch, *version: int) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0, "final", 0))


def test_an_old_python_is_the_only_thing_said(tool, monkeypatch) -> None:
    pretend_version(monkeypatch, 3, 10)
    (sentence,) = tool.problems("wheels")
    assert "3.10" in sentence
    assert "PYTHON=" in sentence


def test_a_python_newer_than_the_wheels_is_said(tool, monkeypatch) -> None:
    pretend_version(monkeypatch, 3, 15)
    assert any("3.15" in sentence for sentence in tool.problems("wheels"))


def test_another_machine_is_sent_to_an_installed_ros(tool, monkeypatch) -> None:
    monkeypatch.setattr(tool.platform, "machine", lambda: "aarch64")
    assert any("source it" in sentence for sentence in tool.problems("wheels"))


@pytest.mark.parametrize("program", ["g++", "make"])
def test_a_missing_program_is_said_with_its_mend(tool, monkeypatch, program) -> None:
    monkeypatch.setattr(tool.shutil, "which", lambda name: None if name == program else name)
    assert f"{program} is missing; sudo apt-get install {program}" in list(tool.problems("wheels"))


def test_missing_headers_are_said_with_their_mend(tool, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(tool.sysconfig, "get_path", lambda name: str(tmp_path))
    assert any(
        "Python.h" in sentence and "-dev" in sentence for sentence in tool.problems("wheels")
    )


@pytest.mark.parametrize(
    ("module", "mend"),
    [
        ("rclpy", "PYTHON="),
        ("colcon_core", "python3-colcon-common-extensions"),
        ("ensurepip", "-venv"),
    ],
)
def test_with_ros_sourced_its_python_parts_are_looked_for(tool, monkeypatch, module, mend) -> None:
    monkeypatch.setattr(
        tool.importlib.util, "find_spec", lambda name: None if name == module else name
    )
    sentences = [s for s in tool.problems(ROBOT) if mend in s]
    assert len(sentences) == 1


def test_an_outer_make_does_not_reach_the_inner_one(tool, monkeypatch) -> None:
    monkeypatch.setenv("MAKEFLAGS", "-j --jobserver-auth=3,4")
    assert "MAKEFLAGS" not in tool.plain()


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / "tools" / "requirements" / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))


def test_the_robots_versions_differ_only_where_numpy_1_asks_for_it() -> None:
    ours, robots = pins("constraints.txt"), pins("constraints-robot.txt")
    differ = {name for name in robots if ours.get(name) != robots[name]}
    assert differ == {"numpy", "opencv-python-headless"}
    assert robots["numpy"].startswith("1.")


@pytest.mark.parametrize("constraints", ["constraints.txt", "constraints-robot.txt"])
@pytest.mark.parametrize("kind", ["ros", "build", "run", "train", "test"])
def test_everything_that_is_asked_for_has_a_version(constraints: str, kind: str) -> None:
    if constraints == "constraints-robot.txt" and kind in ("ros", "build"):
        return
    text = (ROOT / "tools" / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    names = {line.partition("[")[0] for line in text.splitlines() if line and line[0] != "#"}
    assert names <= set(pins(constraints))
