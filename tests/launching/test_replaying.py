"""Who plays the recording of replay.launch.py, and how it is told what to play."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from followme.graph import NODES
from followme.launching import arguments
from followme.launching.arguments import read_arguments
from followme.launching.command import command
from followme.launching.known_arguments import REPLAY_ARGUMENTS
from followme.launching.processes import NodeProcess, processes
from followme.launching.replaying import ros2_bag_is_there
from tests.sources.build_recordings import colour_msg, info_msg, packed_msg, write_bag
from tests.sources.test_bag import INFO, T0, a_walk, at


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return write_bag(tmp_path / "walk", a_walk())


@pytest.fixture
def ros2_bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a `ros2` that has `bag`."""
    index = tmp_path / "ros/share/ament_index/resource_index/packages/ros2bag"
    index.parent.mkdir(parents=True)
    index.touch()
    program = tmp_path / "ros/bin/ros2"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path / "ros"))


@pytest.fixture
def no_ros2_bag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", "")


def player(**given: Any) -> tuple[NodeProcess, list[NodeProcess]]:
    """Return who plays, and the others."""
    *others, last = processes(
        read_arguments({k: str(v) for k, v in given.items()}, REPLAY_ARGUMENTS)
    )
    assert [p.name for p in others] == [n.name for n in reversed(NODES) if n.name != "camera"]
    return last, others


@pytest.mark.usefixtures("no_ros2_bag")
def test_without_ros2_bag_our_player_plays_and_all_others_are_on_its_time(bag: Path) -> None:
    last, others = player(
        source=bag, rate=2, start=0.1, remaps="/camera/image_raw:=camera/image_raw"
    )
    assert last.name == last.executable == "bag_player"
    assert last.parameters == {
        "bag": str(bag),
        "rate": 2.0,
        "start_s": 0.1,
        "remaps": "/camera/image_raw:=camera/image_raw",
        "exit_at_end": True,
        "wait_s": 20.0,
        "use_sim_time": False,
    }
    assert last.ends_graph and not last.respawn
    assert all(p.parameters["use_sim_time"] is True for p in others)


@pytest.mark.usefixtures("ros2_bag")
def test_ros2_bag_plays_what_it_can_with_the_names_of_the_graph(tmp_path: Path) -> None:
    messages = [
        ("/cam/color", at(0), colour_msg(at(0))),
        ("/cam/camera_info", at(0), info_msg(at(0))),
    ]
    bag = write_bag(tmp_path / "walk", [*messages, ("/cam/color", at(300), colour_msg(at(300)))])
    last, others = player(source=bag, namespace="robot1", at_end="loop", start=0.1, rate=0.5)
    assert last.words[:4] == ("ros2", "bag", "play", str(bag))
    text = " ".join(last.words)
    assert "--topics /cam/color /cam/camera_info" in text
    assert (
        "--remap /cam/color:=/robot1/camera/image_raw "
        "/cam/camera_info:=/robot1/camera/camera_info" in text
    )
    assert "--rate 0.5 --start-offset 0.1" in text and "--clock 40" in text and "--loop" in text
    assert command(last, tmp_path, {}) == list(last.words)
    assert not last.respawn and not last.ends_graph
    assert all(p.parameters["use_sim_time"] is True for p in others)


@pytest.mark.usefixtures("ros2_bag")
def test_what_ros2_bag_would_play_otherwise_is_played_by_us(tmp_path: Path) -> None:
    packed = [("/c/image/compressed", at(0), packed_msg(at(0)))]
    no_info = [("/c/image", at(0), colour_msg(at(0)))]
    own_clock = [("/c/image", T0 + 5, colour_msg(5)), (INFO, T0, info_msg(5))]
    for n, messages in enumerate((packed, no_info, own_clock)):
        last, _ = player(source=write_bag(tmp_path / str(n), messages))
        assert last.name == "bag_player"


@pytest.mark.usefixtures("no_ros2_bag")
def test_what_is_no_bag_is_played_by_the_camera_on_the_time_of_the_day(tmp_path: Path) -> None:
    last, others = player(source=tmp_path)
    assert last.name == "camera"
    assert last.parameters == {"source": str(tmp_path), "exit_at_end": True, "wait_s": 20.0}
    assert not any("use_sim_time" in p.parameters for p in others)


@pytest.mark.usefixtures("no_ros2_bag")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"player": "ros2_bag"}, "player: 'ros2_bag' is not installed; install ros-"),
        ({"player": "camera", "rate": "2"}, "rate: '2' is for a bag with its own time"),
        ({"rate": "fast"}, "rate: 'fast' is no number; give 0.01 to 100"),
        ({"rate": "0"}, "rate: 0.0 is out of range, give 0.01 to 100"),
        ({"start": "-1"}, "start: -1.0 is out of range"),
        ({"remaps": "/nothing:=camera/image_raw"}, "holds no messages on '/nothing'"),
        ({"use_sim_time": "false"}, "use_sim_time: 'false' does not go with the player"),
        ({"player": "camera", "use_sim_time": "true"}, "use_sim_time: 'true' does not go with"),
        ({"player": "me"}, "player: 'me' is none of auto"),
    ],
)
def test_a_mistake_is_named_with_its_mend(bag: Path, given: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=told) as caught:
        player(source=bag, **given)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("ros2_bag")
def test_ros2_bag_is_there_only_with_its_command(tmp_path: Path) -> None:
    there = {"PATH": str(tmp_path / "ros/bin"), "AMENT_PREFIX_PATH": f"/x:{tmp_path / 'ros'}"}
    assert ros2_bag_is_there(there)
    assert not ros2_bag_is_there({**there, "PATH": ""})
    assert not ros2_bag_is_there({**there, "AMENT_PREFIX_PATH": "/x"})
    assert arguments.CAMERA.gives_time is False
