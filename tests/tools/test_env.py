"""tools/env.sh in a repository of links: sourced from elsewhere, under set -eu, more than once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW = "env -0"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "a b"  # a blank in the path must not matter
    for folder in (
        ".venv/bin",
        ".venv/lib/python3.12/site-packages/ros_rclpy.libs",
        ".venv/lib/python3.12/site-packages/ros_rcl.libs",
        "install/followme_msgs/lib/python3.12/site-packages",
        "install/followme/lib/python3.12/site-packages",
        "build/followme/src",
        "src/followme",
        "tools",
        "config",
    ):
        (root / folder).mkdir(parents=True)
    (root / "tools" / "env.sh").write_text((ROOT / "tools" / "env.sh").read_text(encoding="utf-8"))
    return root


def environment(
    root: Path, script: str = '. "$1/tools/env.sh"', **variables: str
) -> dict[str, str]:
    done = subprocess.run(
        ["bash", "-euc", f"{script}; {SHOW}", "bash", str(root)],
        env={"PATH": "/usr/bin:/bin", **variables},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return dict(entry.split("=", 1) for entry in done.stdout.split("\0") if entry)


def test_wheels_are_found_from_any_folder(repository: Path) -> None:
    found = environment(repository)
    libraries = found["LD_LIBRARY_PATH"].split(":")
    assert f"{repository}/.venv/lib" in libraries
    assert len([path for path in libraries if path.endswith(".libs")]) == 2
    assert found["AMENT_PREFIX_PATH"].split(":") == [
        f"{repository}/install/followme",
        f"{repository}/install/followme_msgs",
        f"{repository}/.venv",
    ]
    assert found["PYTHONPATH"].split(":")[0] == f"{repository}/src"
    assert found["PATH"].split(":")[0] == f"{repository}/.venv/bin"
    assert (found["ROS_DISTRO"], found["FOLLOWME_ROS"]) == ("jazzy", "wheels")


def test_sourcing_twice_changes_nothing(repository: Path) -> None:
    once = environment(repository)
    twice = environment(repository, '. "$1/tools/env.sh"; . "$1/tools/env.sh"')
    assert once == twice


def test_the_profile_is_in_force_under_both_names(repository: Path) -> None:
    found = environment(repository)
    profile = f"{repository}/config/fastdds.xml"
    assert found["FASTRTPS_DEFAULT_PROFILES_FILE"] == profile
    assert found["FASTDDS_DEFAULT_PROFILES_FILE"] == profile


def test_by_default_nobody_else_sees_the_graph(repository: Path) -> None:
    assert environment(repository)["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET"),
        ("ROS_AUTOMATIC_DISCOVERY_RANGE", ""),
        ("FASTRTPS_DEFAULT_PROFILES_FILE", "/mine.xml"),
        ("ROS_LOG_DIR", "/logs"),
    ],
)
def test_what_the_user_set_stays(repository: Path, name: str, value: str) -> None:
    assert environment(repository, **{name: value})[name] == value


def test_paths_of_the_user_stay_behind_ours(repository: Path) -> None:
    found = environment(repository, PYTHONPATH="/mine", LD_LIBRARY_PATH="/lib/mine")
    assert found["PYTHONPATH"].endswith(":/mine")
    assert found["LD_LIBRARY_PATH"].endswith(":/lib/mine")


def made_for_an_installed_ros(repository: Path) -> Path:
    ros = repository / "opt ros"
    ros.mkdir()
    # like the real one, it reads a variable that is not set
    (ros / "setup.bash").write_text('[ -z "$COLCON_TRACE" ]\nexport ROS_DISTRO=jazzy SOURCED=1\n')
    (repository / ".venv" / "followme_ros").write_text(f"{ros}\n")
    return ros


def test_an_installed_ros_is_sourced_if_nobody_did(repository: Path) -> None:
    made_for_an_installed_ros(repository)
    found = environment(repository)
    assert found["SOURCED"] == "1"
    assert "FOLLOWME_ROS" not in found
    assert ".libs" not in found.get("LD_LIBRARY_PATH", "")
    assert f"{repository}/install/followme_msgs" in found["AMENT_PREFIX_PATH"].split(":")


def test_an_installed_ros_is_not_sourced_again(repository: Path) -> None:
    made_for_an_installed_ros(repository)
    assert "SOURCED" not in environment(repository, ROS_DISTRO="jazzy")


def test_set_u_is_as_it_was(repository: Path) -> None:
    made_for_an_installed_ros(repository)
    environment(repository, '. "$1/tools/env.sh"; case $- in *u*) ;; *) exit 1 ;; esac')
    environment(repository, 'set +u; . "$1/tools/env.sh"; case $- in *u*) exit 1 ;; esac')


def test_nothing_of_its_own_is_left(repository: Path) -> None:
    environment(repository, '. "$1/tools/env.sh"; ! (set; declare -F) | grep -q _fm_')


def test_before_the_set_up_it_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "tools").mkdir()
    script = (ROOT / "tools" / "env.sh").read_text(encoding="utf-8")
    (tmp_path / "tools" / "env.sh").write_text(script, encoding="utf-8")
    assert environment(tmp_path)["PATH"] == "/usr/bin:/bin"
