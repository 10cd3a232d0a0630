from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.graph import NODES, TOPICS
from followme.launching.arguments import check_namespace, read_arguments
from followme.launching.drivers import DRIVERS
from followme.launching.known_arguments import GRAPH_ARGUMENTS, OF_DRIVERS, REPLAY_ARGUMENTS
from followme.settings import SettingsError, build, settings_of

NAMES = {a.name for a in GRAPH_ARGUMENTS}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"sorce": "x"}, ["'sorce'", "did you mean 'source'"]),
        ({"speech": "loud"}, ["speech", "'loud'", "espeak"]),
        ({"rviz": "yes"}, ["rviz", "'yes'", "true, false"]),
        ({"autostart": ""}, ["autostart", "''", "unset"]),
        ({"camera_driver": "realsense"}, ["'realsense'", "did you mean 'realsense2_camera'"]),
        ({"namespace": "my-robot"}, ["namespace", "'my-robot'", "underscores"]),
        ({"namespace": "robot 1"}, ["namespace", "'robot 1'"]),
        ({"namespace": "1robot"}, ["namespace", "'1robot'"]),
        ({"namespace": "a//b"}, ["namespace", "'a//b'"]),
        ({"namespace": "~"}, ["namespace", "'~'"]),
        ({"namespace": "röbot"}, ["namespace", "'röbot'"]),
        ({"namespace": "a/"}, ["namespace", "'a/'"]),
        ({"namespace": "n" * 300}, ["namespace", "300"]),
        ({"driver_namespace": "x"}, ["driver_namespace", "'x'", "camera_driver", "usb_cam"]),
        ({"image_transport": "compresed"}, ["'compresed'", "did you mean 'compressed'"]),
        (
            {"image_transport": "compressed"},
            ["image_transport", "needs a camera_driver", "usb_cam"],
        ),
        ({"camera_driver": "usb_cam", "driver_namespace": "a b"}, ["driver_namespace", "'a b'"]),
        ({"camera_driver": "usb_cam", "source": "x"}, ["source", "'x'", "usb_cam", "leave one"]),
        ({"camera_driver": "usb_cam", "at_end": "loop"}, ["at_end", "'loop'", "usb_cam"]),
        ({"params_file": "no/such.yaml"}, ["no/such.yaml", "cannot be read"]),
        ({"camera_height": "high"}, ["camera_height: high", "0 to 2.5 metres"]),
        ({"camera_height": "3"}, ["camera_height: 3", "0 to 2.5 metres"]),
        ({"camera_height": "nan"}, ["camera_height: nan", "0 to 2.5 metres"]),
        ({"camera_height": "1,32"}, ["camera_height: 1,32", "0 to 2.5 metres"]),
    ],
)
def test_what_cannot_be_used_is_one_sentence_that_names_it(given, words):
    with pytest.raises(SettingsError) as caught:
        read_arguments(given)
    assert all(word in str(caught.value) for word in words), caught.value
    assert "\n" not in str(caught.value)


def test_a_parameter_file_with_an_unknown_key_is_refused_before_anything_starts(tmp_path: Path):
    file = tmp_path / "own.yaml"
    file.write_text("/**/speech:\n  ros__parameters:\n    voice: {volum: 0.5}\n")
    with pytest.raises(SettingsError, match=r"own\.yaml: speech: .*did you mean 'voice.volume'"):
        read_arguments({"params_file": str(file)})


def test_a_parameter_file_is_named_by_its_whole_path(tmp_path: Path, monkeypatch):
    (tmp_path / "own.yaml").write_text(
        "/**/speech:\n  ros__parameters:\n    voice: {volume: 0.5}\n"
    )
    monkeypatch.chdir(tmp_path)
    assert read_arguments({"params_file": "own.yaml"}).params_file == tmp_path / "own.yaml"


def test_nothing_given_leaves_every_parameter_to_the_file_and_its_default():
    options = read_arguments({})
    assert all(not values for values in options.parameters.values())
    assert (options.namespace, dict(options.remaps)) == ("", {})
    assert options.own_camera and not options.rviz and not options.ends_with_source


@pytest.mark.parametrize("argument", GRAPH_ARGUMENTS, ids=lambda a: a.name)
def test_an_argument_says_what_it_does_and_its_default_is_one_of_its_choices(argument):
    assert argument.text.endswith(".")
    assert not argument.choices or argument.default in argument.choices


def test_every_choice_can_be_read():
    for argument in GRAPH_ARGUMENTS:
        driver = {"camera_driver": "usb_cam"} if argument.name in OF_DRIVERS else {}
        for choice in argument.choices:
            read_arguments({**driver, argument.name: choice})


def test_speech_has_the_choices_of_its_parameter_and_unset():
    engine = next(
        s
        for n in NODES
        if n.name == "speech"
        for s in settings_of(n.settings)
        if s.name == "voice.engine"
    )
    speech = next(a for a in GRAPH_ARGUMENTS if a.name == "speech")
    assert speech.choices == ("unset", *engine.choices)


@pytest.mark.parametrize(
    ("given", "node", "values"),
    [
        ({"source": "walk"}, "camera", {"source": "walk"}),
        ({"at_end": "loop"}, "camera", {"loop": True}),
        ({"speech": "wav"}, "speech", {"voice.engine": "wav"}),
        ({"autostart": "false"}, "*", {"autostart": False}),
        ({"camera_height": "1.32"}, "depth_estimator", {"walker.camera_height_m": 1.32}),
        ({"camera_height": "0"}, "obstacle_fusion", {"walker.camera_height_m": 0.0}),
        ({"use_sim_time": "true"}, "*", {"use_sim_time": True}),
        ({"use_sim_time": "false"}, "*", {"use_sim_time": False}),
    ],
)
def test_an_argument_sets_the_parameter_that_it_stands_for(given, node, values):
    assert dict(read_arguments(given).parameters[node]) == values


def test_parameters_that_arguments_set_exist_in_the_settings_of_their_node():
    options = read_arguments(
        {
            "source": "x",
            "at_end": "end",
            "speech": "wav",
            "autostart": "false",
            "camera_height": "1.32",
        }
    )
    everywhere = options.parameters["*"]
    for node in NODES:
        build(node.settings, {**everywhere, **options.parameters.get(node.name, {})})


def test_images_of_a_driver_come_packed_to_every_node_that_takes_images():
    takers = {n.name for n in NODES if "camera/image_raw" in n.subscribes}
    for asked in ("compressed", "raw"):
        options = read_arguments({"camera_driver": "usb_cam", "image_transport": asked})
        told = {
            n: v["image_transport"] for n, v in options.parameters.items() if n != "camera" and v
        }
        assert told == dict.fromkeys(takers, asked)
    for node in NODES:
        build(node.settings, options.parameters.get(node.name, {}))
    assert not any(read_arguments({"camera_driver": "usb_cam"}).parameters.values())


def test_a_recording_that_ends_everything_loses_no_frame_at_its_beginning():
    camera = read_arguments({"source": "x", "at_end": "end"}).parameters["camera"]
    assert camera["exit_at_end"] is True
    assert camera["wait_s"] > 10


@pytest.mark.parametrize(
    ("driver", "namespace", "image"),
    [
        ("realsense2_camera", "", "/camera/camera/color/image_raw"),
        ("realsense2_camera", "/robot1/chest", "/robot1/chest/color/image_raw"),
        ("realsense2_camera", "chest", "chest/color/image_raw"),
        ("usb_cam", "", "/camera1/image_raw"),
        ("usb_cam", "/", "/image_raw"),
    ],
)
def test_a_driver_is_found_where_it_publishes(driver, namespace, image):
    options = read_arguments({"camera_driver": driver, "driver_namespace": namespace})
    assert options.remaps["camera/image_raw"] == image
    assert not options.own_camera


@pytest.mark.parametrize("driver", DRIVERS.values(), ids=list(DRIVERS))
def test_a_driver_gives_what_the_camera_node_would(driver):
    camera = next(n for n in NODES if n.name == "camera")
    assert set(driver.topics) <= set(camera.publishes) & set(TOPICS)
    assert {"camera/image_raw", "camera/camera_info"} <= set(driver.topics)
    assert len(set(driver.topics.values())) == len(driver.topics)
    check_namespace("driver_namespace", driver.namespace)


@pytest.mark.parametrize("given", ["", "/", "robot1", "/robot1", "fleet/robot_1", "_a/B2"])
def test_a_legal_namespace_is_kept_without_its_slash(given):
    assert read_arguments({"namespace": given}).namespace == given.strip("/")


# no NUL: a command line cannot hold one, and rclpy reads no further than that
_ANY = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(st.text("aB_1/-. ~{", max_size=12) | _ANY)
def test_a_namespace_is_legal_where_ros_says_so(value):
    validation = pytest.importorskip("rclpy.validate_namespace")
    try:
        # an empty one is the root; a relative one gets its slash
        validation.validate_namespace(value if value.startswith("/") else f"/{value}")
        legal = True
    except validation.InvalidNamespaceException:
        legal = False
    try:
        check_namespace("namespace", value)
        accepted = True
    except SettingsError:
        accepted = False
    assert accepted == legal


class TestReplay:
    def test_a_recording_must_be_given(self):
        for nothing in ({}, {"source": ""}):
            with pytest.raises(SettingsError, match="source: must be given"):
                read_arguments(nothing, REPLAY_ARGUMENTS)

    def test_the_graph_ends_with_it_unless_somebody_wants_otherwise(self):
        assert read_arguments({"source": "x"}, REPLAY_ARGUMENTS).ends_with_source
        kept = read_arguments({"source": "x", "at_end": "loop"}, REPLAY_ARGUMENTS)
        assert not kept.ends_with_source

    def test_there_is_no_driver_beside_it(self):
        with pytest.raises(SettingsError, match="there is no argument 'camera_driver'"):
            read_arguments({"source": "x", "camera_driver": "usb_cam"}, REPLAY_ARGUMENTS)

    def test_all_else_is_as_in_the_other_launch_file(self):
        of_a_bag = {"player", "remaps", "rate", "start"}
        assert {a.name for a in REPLAY_ARGUMENTS} == of_a_bag | NAMES - set(OF_DRIVERS)
