from __future__ import annotations

from pathlib import Path

import pytest

from followme.graph import ALL_NODES
from followme.ros.parameter_file import check_parameter_file
from followme.settings import SettingsError
from followme.share import share_path


def refusal(path: Path) -> str:
    with pytest.raises(SettingsError) as refused:
        check_parameter_file(path)
    sentence = str(refused.value)
    assert "\n" not in sentence
    return sentence


@pytest.fixture
def written(tmp_path):
    """Return what writes a text as a parameter file."""

    def write(text: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_missing_file_is_named(tmp_path):
    sentence = refusal(tmp_path / "none.yaml")
    assert "none.yaml" in sentence
    assert "No such file" in sentence


def test_a_folder_is_no_file(tmp_path):
    assert "directory" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "NoneType"),
        ("# nothing but words\n", "NoneType"),
        ("[camera, speech]", "holds list"),
        ("camera", "holds str"),
        ("7", "holds int"),
        ("camera: [1, 2]", "'camera' holds list"),
        ("camera:", "'camera' holds NoneType"),
        ("camera: {rate_hz: 5.0}", "'rate_hz' holds float"),
        ("camera: {ros__parameters: 5}", "ros__parameters of 'camera' holds int"),
        ("camera: {ros__parameters: [1]}", "ros__parameters of 'camera' holds list"),
        ("{ros__parameters: {rate_hz: 5.0}}", "expected"),
    ],
)
def test_what_is_no_parameter_file_is_said(written, text, words):
    sentence = refusal(written(text))
    assert "mine.yaml" in sentence
    assert words in sentence


@pytest.mark.parametrize(
    "text",
    ["camera: {", "camera:\n\tros__parameters: {}", "a: b: c", "!!python/object:os.system {}"],
)
def test_what_is_no_yaml_is_said_in_one_sentence(written, text):
    sentence = refusal(written(text))
    assert "mine.yaml" in sentence
    assert "no YAML" in sentence


def test_bytes_that_are_no_text_are_no_yaml(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xff\xfe\x00camera")
    assert "no YAML" in refusal(path)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("camra", "camera"), ("/walk/obstacle_fuson", "obstacle_fusion"), ("/**/speach", "speech")],
)
def test_an_unknown_node_is_named_with_the_nearest(written, name, nearest):
    sentence = refusal(written(f"{name}: {{ros__parameters: {{}}}}"))
    assert name.rsplit("/", 1)[-1] in sentence
    assert f"did you mean {nearest!r}?" in sentence


def test_a_node_like_none_has_no_nearest(written):
    sentence = refusal(written("zzz: {ros__parameters: {}}"))
    assert "'zzz'" in sentence
    assert "did you mean" not in sentence


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("camera: {ros__parameters: {rate: 5.0}}", "'rate'", "'rate_hz'"),
        (
            "obstacle_fusion: {ros__parameters: {corridor: {half_with_m: 0.4}}}",
            "'corridor.half_with_m'",
            "'corridor.half_width_m'",
        ),
        (
            "obstacle_fusion: {ros__parameters: {corridor.half_with_m: 0.4}}",
            "'corridor.half_with_m'",
            "'corridor.half_width_m'",
        ),
    ],
)
def test_an_unknown_parameter_is_named_with_the_nearest(written, text, key, nearest):
    sentence = refusal(written(text))
    assert key in sentence
    assert f"did you mean {nearest}?" in sentence
    assert text.partition(":")[0] in sentence


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("rate_hz: fast", "give a number"),
        ("rate_hz: true", "give a number"),
        ("rate_hz: [1.0]", "give a number"),
        ("rate_hz: .nan", "out of range"),
        ("rate_hz: 0", "0.1 to 60 Hz"),
        ("rate_hz: 1e9", "0.1 to 60 Hz"),
        ("seed: 1.5", "give a whole number"),
        ("loop: 1", "give true or false"),
        # YAML reads a bare no as a boolean
        ("source: no", "give a text in quotes"),
        ("source:", "give a text in quotes"),
    ],
)
def test_a_value_that_cannot_be_used_is_said_with_the_mend(written, parameter, words):
    sentence = refusal(written(f"camera:\n  ros__parameters:\n    {parameter}\n"))
    assert parameter.partition(":")[0] in sentence
    assert words in sentence
    assert "camera" in sentence


def test_values_that_contradict_each_other_are_refused(written):
    text = "depth_estimator: {ros__parameters: {image: {dark_luma: 200.0, bright_luma: 100.0}}}"
    assert "image.dark_luma" in refusal(written(text))


@pytest.mark.parametrize(
    "text",
    [
        "camera: {ros__parameters: {}}",
        "camera: {ros__parameters: }",
        "camera: {ros__parameters: {rate_hz: 5}}",
        "/camera: {ros__parameters: {rate_hz: 5.0}}",
        "/walk/one/camera: {ros__parameters: {rate_hz: 5.0}}",
        "/**/camera: {ros__parameters: {rate_hz: 5.0}}",
        "walk: {one: {camera: {ros__parameters: {rate_hz: 5.0}}}}",
        "/**: {ros__parameters: {use_sim_time: true}}",
        "camera: {ros__parameters: {use_sim_time: true}}",
        "camera: {ros__parameters: {qos_overrides: {/camera/image_raw: {publisher: {depth: 9}}}}}",
        "speech: {ros__parameters: {voice: {volume: 0.5}, voice.words_per_minute: 200}}",
    ],
)
def test_every_form_that_ros_reads_passes(written, text):
    check_parameter_file(written(text))


@pytest.mark.parametrize("name", ["/walk/camera", "/**/camera", "camera"])
def test_a_mistake_is_found_in_every_namespace(written, name):
    assert "rate_hz" in refusal(written(f"{name}: {{ros__parameters: {{rate_hz: -1.0}}}}"))


def test_the_file_that_comes_with_followme_passes_and_names_every_node():
    path = share_path("config", "followme.yaml")
    check_parameter_file(path)
    text = path.read_text(encoding="utf-8")
    assert all(f"/**/{node.name}:" in text for node in ALL_NODES)
