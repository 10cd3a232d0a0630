from __future__ import annotations

import math

import pytest
from rcl_interfaces.srv import SetParameters, SetParametersAtomically
from rclpy.node import Node
from rclpy.parameter import Parameter

from followme.graph import ALL_NODES
from followme.ros.parameters import Parameters, describe
from followme.settings import (
    CameraNodeSettings,
    DepthEstimatorSettings,
    ObstacleFusionSettings,
    SettingsError,
    SpeechSettings,
    flatten,
    settings_of,
)
from tests.real_ros import await_that

from .conftest import Ros


def a_node(ros: Ros, overrides: dict[str, object] | None = None, **more) -> Node:
    return ros.node(
        "camera",
        automatically_declare_parameters_from_overrides=True,
        parameter_overrides=[Parameter(k, value=v) for k, v in (overrides or {}).items()],
        **more,
    )


def parameters(ros: Ros, kind: type, overrides: dict[str, object] | None = None, **more):
    """Return the parameters of a node, and a list of the settings that it was told of."""
    told: list[object] = []
    return Parameters(a_node(ros, overrides, **more), kind, told.append), told


def refusal(ros: Ros, kind: type, overrides: dict[str, object]) -> str:
    with pytest.raises(SettingsError) as refused:
        parameters(ros, kind, overrides)
    sentence = str(refused.value)
    assert sentence.startswith("camera: ")
    assert "\n" not in sentence
    return sentence


@pytest.mark.parametrize("kind", [n.settings for n in ALL_NODES])
def test_without_a_word_from_anybody_the_defaults_hold(ros, kind):
    params, told = parameters(ros, kind)
    assert params.settings == kind()
    assert told == []


@pytest.mark.parametrize("kind", [n.settings for n in ALL_NODES])
def test_each_setting_is_a_parameter_of_the_node(ros, kind):
    node = a_node(ros)
    Parameters(node, kind, lambda _: None)
    assert {n: node.get_parameter(n).value for n in flatten(kind())} == flatten(kind())


class TestDescriptors:
    @pytest.mark.parametrize("kind", [n.settings for n in ALL_NODES])
    def test_bounds_unit_and_words_are_those_of_the_setting(self, ros, kind):
        node = a_node(ros)
        Parameters(node, kind, lambda _: None)
        for s in settings_of(kind):
            shown = node.describe_parameter(s.name)
            assert shown.description.startswith(s.text)
            assert f"[{s.unit}]" in shown.description or not s.unit
            assert shown.read_only == s.read_only
            assert all(c in shown.additional_constraints for c in s.choices)
            bounds = [*shown.floating_point_range, *shown.integer_range]
            if s.type in (int, float):
                (one,) = bounds
                assert (one.from_value, one.to_value) == (s.low, s.high)
            else:
                assert bounds == []

    def test_a_number_with_a_fraction_has_no_step(self):
        (rate,) = (s for s in settings_of(CameraNodeSettings) if s.name == "rate_hz")
        (bounds,) = describe(rate).floating_point_range
        assert bounds.step == 0.0


class TestOverrides:
    def test_one_holds_and_the_others_keep_their_defaults(self, ros):
        params, _ = parameters(ros, CameraNodeSettings, {"rate_hz": 5.0})
        assert params.settings == CameraNodeSettings(rate_hz=5.0)

    def test_a_whole_number_is_a_number(self, ros):
        node = a_node(ros, {"rate_hz": 5})
        params = Parameters(node, CameraNodeSettings, lambda _: None)
        assert params.settings.rate_hz == 5.0
        assert node.get_parameter("rate_hz").type_ == Parameter.Type.DOUBLE

    def test_parts_are_named_with_dots(self, ros):
        params, _ = parameters(ros, ObstacleFusionSettings, {"corridor.half_width_m": 0.5})
        assert params.settings.corridor.half_width_m == 0.5

    def test_they_come_from_the_command_line_too(self, ros):
        arguments = ["--ros-args", "-p", "rate_hz:=7.5", "-p", "source:='walk'"]
        params, _ = parameters(ros, CameraNodeSettings, cli_args=arguments)
        assert (params.settings.rate_hz, params.settings.source) == (7.5, "walk")

    def test_they_come_from_a_file_too(self, ros, tmp_path):
        path = tmp_path / "mine.yaml"
        path.write_text("/**/camera:\n  ros__parameters:\n    rate_hz: 4\n    loop: true\n")
        arguments = ["--ros-args", "--params-file", str(path)]
        params, _ = parameters(ros, CameraNodeSettings, cli_args=arguments)
        assert params.settings == CameraNodeSettings(rate_hz=4.0, loop=True)

    @pytest.mark.parametrize(
        ("name", "nearest"), [("rate", "rate_hz"), ("sead", "seed"), ("frame", "frame_id")]
    )
    def test_an_unknown_name_is_refused_with_the_nearest(self, ros, name, nearest):
        sentence = refusal(ros, CameraNodeSettings, {name: 5.0})
        assert repr(name) in sentence
        assert f"did you mean {nearest!r}?" in sentence

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("rate_hz", 0.0, "0.1 to 60 Hz"),
            ("rate_hz", math.nan, "out of range"),
            ("rate_hz", math.inf, "out of range"),
            ("rate_hz", "fast", "give a number"),
            ("rate_hz", True, "give a number"),
            ("rate_hz", [1.0, 2.0], "give a number"),
            ("seed", -1, "out of range"),
            ("seed", 1.0, "give a whole number"),
            ("loop", 1, "give true or false"),
            ("source", 5, "give a text in quotes"),
        ],
    )
    def test_a_value_that_cannot_be_used_is_refused_with_the_mend(self, ros, name, value, words):
        sentence = refusal(ros, CameraNodeSettings, {name: value})
        assert name in sentence
        assert words in sentence

    def test_a_yaml_word_that_is_a_boolean_is_refused_in_one_sentence(self, ros):
        # 'phrases.language: no' is false to YAML
        sentence = refusal(ros, SpeechSettings, {"phrases.language": False})
        assert sentence == (
            "camera: phrases.language: False is bool, give a text in quotes (default 'en')"
        )

    def test_a_choice_that_is_none_is_refused_with_the_nearest(self, ros):
        sentence = refusal(ros, SpeechSettings, {"voice.engine": "espaek"})
        assert "did you mean 'espeak'?" in sentence

    def test_values_that_contradict_each_other_are_refused(self, ros):
        overrides = {"image.dark_luma": 200.0, "image.bright_luma": 100.0}
        with pytest.raises(SettingsError, match=r"image\.dark_luma"):
            parameters(ros, DepthEstimatorSettings, overrides)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("use_sim_time", True),
            ("start_type_description_service", False),
            ("qos_overrides./camera/image_raw.publisher.depth", 9),
        ],
    )
    def test_what_ros_itself_understands_is_left_to_it(self, ros, name, value):
        params, _ = parameters(ros, CameraNodeSettings, {name: value})
        assert params.settings == CameraNodeSettings()


class TestWhileRunning:
    @pytest.fixture
    def speech(self, ros):
        """Return a node with the parameters of speech, those, and what it was told."""
        node = a_node(ros)
        told: list[SpeechSettings] = []
        return node, Parameters(node, SpeechSettings, told.append), told

    def test_settings_follow_what_is_set(self, speech):
        node, params, told = speech
        (result,) = node.set_parameters([Parameter("voice.volume", value=0.25)])
        assert result.successful
        assert params.settings.voice.volume == 0.25
        assert told == [params.settings]

    @pytest.mark.parametrize("value", [1.5, -0.1, math.nan])
    def test_out_of_range_is_refused_and_changes_nothing(self, speech, value):
        node, params, told = speech
        (result,) = node.set_parameters([Parameter("voice.volume", value=value)])
        assert not result.successful
        assert "voice.volume" in result.reason
        assert node.get_parameter("voice.volume").value == params.settings.voice.volume == 0.8
        assert told == []

    @pytest.mark.parametrize("value", ["loud", True, 1])
    def test_another_type_is_refused_and_changes_nothing(self, speech, value):
        node, params, told = speech
        (result,) = node.set_parameters([Parameter("voice.volume", value=value)])
        assert not result.successful
        assert result.reason
        assert params.settings == SpeechSettings()
        assert told == []

    def test_another_choice_is_refused_with_the_nearest(self, speech):
        node, _, _ = speech
        (result,) = node.set_parameters([Parameter("scheduler.verbosity", value="quite")])
        assert not result.successful
        assert "did you mean 'quiet'?" in result.reason

    def test_what_holds_from_the_start_cannot_be_set(self, speech):
        node, params, told = speech
        (result,) = node.set_parameters([Parameter("voice.engine", value="silent")])
        assert not result.successful
        assert "read-only" in result.reason
        assert params.settings.voice.engine == "auto"
        assert told == []

    def test_several_are_set_one_by_one_and_the_good_ones_hold(self, speech):
        node, params, _ = speech
        good, bad = node.set_parameters(
            [Parameter("voice.volume", value=0.5), Parameter("voice.words_per_minute", value=1)]
        )
        assert (good.successful, bad.successful) == (True, False)
        assert params.settings.voice.volume == 0.5
        assert params.settings.voice.words_per_minute == 180

    def test_several_set_at_once_are_all_taken_or_none(self, speech):
        node, params, told = speech
        result = node.set_parameters_atomically(
            [Parameter("voice.volume", value=0.5), Parameter("voice.words_per_minute", value=1)]
        )
        assert not result.successful
        assert params.settings == SpeechSettings()
        result = node.set_parameters_atomically(
            [Parameter("voice.volume", value=0.5), Parameter("voice.words_per_minute", value=200)]
        )
        assert result.successful
        assert (params.settings.voice.volume, params.settings.voice.words_per_minute) == (0.5, 200)
        assert len(told) == 1

    def test_what_others_declare_on_the_node_does_not_concern_the_settings(self, speech):
        node, _, told = speech
        node.declare_parameter("somebody.else", 1)
        (result,) = node.set_parameters([Parameter("somebody.else", value=2)])
        assert result.successful
        assert told == []

    def test_a_value_that_contradicts_another_is_refused_and_changes_nothing(self, ros):
        node = a_node(ros)
        told: list[object] = []
        params = Parameters(node, DepthEstimatorSettings, told.append)
        (result,) = node.set_parameters([Parameter("image.dark_luma", value=250.0)])
        assert not result.successful
        assert "image.dark_luma" in result.reason
        assert node.get_parameter("image.dark_luma").value == 12.0
        assert params.settings == DepthEstimatorSettings()
        assert told == []

    def test_values_that_fit_only_together_can_be_set_together(self, ros):
        node = a_node(ros)
        params = Parameters(node, DepthEstimatorSettings, lambda _: None)
        both = {"image.dark_luma": 250.0, "image.bright_luma": 252.0}
        result = node.set_parameters_atomically([Parameter(k, value=v) for k, v in both.items()])
        assert result.successful
        assert params.settings.image.dark_luma == 250.0


@pytest.mark.parametrize("service", [SetParameters, SetParametersAtomically])
def test_a_refusal_by_service_is_an_answer_and_the_node_lives_on(ros, service):
    node = a_node(ros)
    params = Parameters(node, DepthEstimatorSettings, lambda _: None)
    name = "set_parameters" + ("_atomically" if service is SetParametersAtomically else "")
    client = ros.node("user").create_client(service, f"/camera/{name}")
    ros.spin()
    await_that(client.service_is_ready, why="the service is there")
    for value in (250.0, -1.0, 20.0):
        request = service.Request()
        request.parameters = [Parameter("image.dark_luma", value=value).to_parameter_msg()]
        future = client.call_async(request)
        await_that(lambda f=future: f.done() or ros.error, why="an answer")
        assert ros.error is None
    assert params.settings.image.dark_luma == 20.0
