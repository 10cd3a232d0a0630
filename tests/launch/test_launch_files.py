"""What the launch files would start, held against the table node by node."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from followme.graph import NODES
from followme.launching.arguments import read_arguments
from followme.launching.environment import missing_environment
from followme.launching.known_arguments import GRAPH_ARGUMENTS, REPLAY_ARGUMENTS, Argument
from followme.launching.processes import AFTER_END_S, RESPAWN_DELAY_S, processes
from followme.ros.owner import OWNER
from followme.settings import SettingsError

from . import doubles

ROOT = Path(__file__).resolve().parents[2]
FILES = {"followme": GRAPH_ARGUMENTS, "replay": REPLAY_ARGUMENTS}
EACH_FILE = pytest.mark.parametrize("file", FILES)
CASES: list[tuple[str, dict[str, str]]] = [
    ("followme", {}),
    ("followme", {"namespace": "/robot1", "speech": "wav", "log_level": "debug"}),
    ("followme", {"source": "walk", "at_end": "loop", "use_sim_time": "true"}),
    ("followme", {"source": "walk", "at_end": "end"}),
    ("followme", {"camera_driver": "realsense2_camera", "autostart": "false"}),
    ("followme", {"camera_driver": "usb_cam", "driver_namespace": "front", "rviz": "true"}),
    ("followme", {"params_file": str(ROOT / "config" / "followme.yaml")}),
    ("replay", {"source": "walk"}),
    ("replay", {"source": "walk", "at_end": "stay", "rviz": "true", "namespace": "a/b"}),
]
EACH_CASE = pytest.mark.parametrize(("file", "given"), CASES)


@pytest.fixture(autouse=True)
def _doubles() -> Iterator[None]:
    with doubles.doubles_in_place():
        yield


def description(file: str) -> list[Any]:
    path = ROOT / "launch" / f"{file}.launch.py"
    spec = importlib.util.spec_from_file_location(f"{file}_launch", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.generate_launch_description().entities)


def of_type(entities: list[Any], kind: type) -> list[Any]:
    return [e for e in entities if isinstance(e, kind)]


def started(file: str, given: dict[str, str]) -> list[doubles.Node]:
    """Do what launch does: take the defaults, then call the function with the values."""
    entities = description(file)
    context = doubles.LaunchContext()
    for a in of_type(entities, doubles.DeclareLaunchArgument):
        value = given.get(a.name, a.default_value)
        if value is not None:
            context.launch_configurations[a.name] = value
    (opaque,) = of_type(entities, doubles.OpaqueFunction)
    return list(opaque.function(context))


@EACH_FILE
def test_every_argument_of_the_table_is_declared_with_default_words_and_choices(file):
    declared = of_type(description(file), doubles.DeclareLaunchArgument)
    found = [
        Argument(a.name, a.default_value, a.description, tuple(a.choices or ())) for a in declared
    ]
    assert found == list(FILES[file])


@EACH_FILE
def test_arguments_are_declared_before_anything_is_started(file):
    kinds = [type(e).__name__ for e in description(file)]
    assert kinds[-1] == "OpaqueFunction"
    assert kinds.count("OpaqueFunction") == 1


@EACH_FILE
def test_the_environment_is_what_the_table_says_and_nothing_that_is_set_is_replaced(
    file, monkeypatch
):
    monkeypatch.delenv("FASTRTPS_DEFAULT_PROFILES_FILE", raising=False)
    monkeypatch.setenv("FASTDDS_DEFAULT_PROFILES_FILE", "/own.xml")
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    monkeypatch.delenv("ROS_AUTOMATIC_DISCOVERY_RANGE", raising=False)
    found = {e.name: e.value for e in of_type(description(file), doubles.SetEnvironmentVariable)}
    wanted = {"FASTRTPS_DEFAULT_PROFILES_FILE", "PYTHONUNBUFFERED", OWNER}
    assert set(found) == wanted | {"ROS_AUTOMATIC_DISCOVERY_RANGE"}
    assert found == missing_environment({"FASTDDS_DEFAULT_PROFILES_FILE": "/own.xml"})


@EACH_CASE
def test_every_process_of_the_table_is_a_node_with_its_parameters_remaps_and_events(file, given):
    wanted = processes(read_arguments(given, FILES[file]))
    made = started(file, given)
    assert [n.name for n in made] == [p.name for p in wanted]
    for node, process in zip(made, wanted, strict=True):
        assert (node.package, node.executable) == (process.package, process.executable)
        assert node.namespace == process.namespace
        assert node.arguments == list(process.arguments)
        assert node.ros_arguments == ["--log-level", process.log_level]
        files = [p for p in node.parameters if isinstance(p, str)]
        assert files == ([str(process.params_file)] if process.params_file else [])
        merged = {k: v for p in node.parameters if isinstance(p, dict) for k, v in p.items()}
        assert merged == dict(process.parameters)
        assert node.remappings == list(process.remaps)
        assert (node.respawn, node.respawn_delay) == (process.respawn, RESPAWN_DELAY_S)
        assert (node.on_exit is not None) == process.ends_graph
        assert node.output == "screen"


@EACH_CASE
def test_what_a_person_set_in_a_file_is_outranked_by_the_arguments(file, given):
    for node in started(file, given):
        kinds = [type(p) for p in node.parameters]
        assert kinds == sorted(kinds, key=lambda kind: kind is dict), "the file comes first"


def test_every_node_of_the_graph_is_started():
    assert {n.name for n in started("followme", {})} == {n.name for n in NODES}


def test_when_the_recording_ends_all_end_after_the_last_words():
    camera = next(n for n in started("replay", {"source": "walk"}) if n.name == "camera")
    (timer,) = camera.on_exit
    assert timer.period == AFTER_END_S
    (end,) = timer.actions
    assert isinstance(end, doubles.Shutdown)
    assert "camera" in end.reason


@pytest.mark.parametrize(
    ("file", "given", "words"),
    [
        ("followme", {"namespace": "my-robot"}, "namespace: 'my-robot'"),
        ("followme", {"params_file": "no/such.yaml"}, "cannot be read"),
        ("followme", {"camera_driver": "usb_cam", "source": "x"}, "leave one of them"),
        ("replay", {"source": ""}, "source: must be given"),
    ],
)
def test_a_mistake_starts_nothing_and_is_named(file, given, words):
    with pytest.raises(SettingsError, match=words):
        started(file, given)


def test_ros2_bag_play_is_a_process_with_whose_end_all_end(tmp_path, monkeypatch):
    from followme.launching import replaying
    from tests.sources.build_recordings import write_bag
    from tests.sources.test_bag import a_walk

    monkeypatch.setattr(replaying, "ros2_bag_is_there", lambda _environ: True)
    bag = write_bag(tmp_path / "walk", a_walk())
    *nodes, play = started("replay", {"source": str(bag)})
    assert isinstance(play, doubles.ExecuteProcess)
    assert play.cmd[:4] == ["ros2", "bag", "play", str(bag)] and play.output == "screen"
    assert isinstance(play.on_exit[0], doubles.TimerAction)
    assert all({"use_sim_time": True}.items() <= node.parameters[-1].items() for node in nodes)


def test_a_double_refuses_what_launch_would_refuse():
    with pytest.raises(TypeError):
        doubles.Node(executable="camera", parameters=[], remap=[])
    with pytest.raises(AssertionError):
        doubles.DeclareLaunchArgument("x", default_value="a", choices=["b"])
