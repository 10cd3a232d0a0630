from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from followme.perception.card import Card, ModelError, card_path, load_card
from tests.build import tiny_depth_onnx

REQUIRED = (
    "name",
    "version",
    "task",
    "sha256",
    "input_size",
    "resize",
    "training",
    "metrics",
    "licence",
    "known_limits",
)


@pytest.fixture
def onnx(tmp_path) -> Path:
    return tiny_depth_onnx(tmp_path / "depth.onnx", 4, 6)


def change(onnx: Path, **facts: object) -> Path:
    """Overwrite single keys of a card; None takes the key out."""
    path = card_path(onnx)
    card = {**json.loads(path.read_text()), **facts}
    path.write_text(json.dumps({k: v for k, v in card.items() if v is not None}))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ModelError) as refused:
        load_card(path)
    text = str(refused.value)
    assert "\n" not in text
    return text


def test_the_card_lies_beside_its_file():
    assert card_path(Path("models/depth.onnx")) == Path("models/depth.json")


def test_a_missing_card_is_named_with_its_folder(tmp_path):
    text = refusal(tmp_path / "depth.json")
    assert text.startswith("depth.json: there is no such card in ")
    assert str(tmp_path) in text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"name": "x"',
        b"\xff\xfe\x00",
        b"\x80\x04K\x01.",  # a pickle
        b"[" * 200_000,
    ],
)
def test_what_is_no_json_cannot_be_read(onnx, content):
    card_path(onnx).write_bytes(content)
    assert refusal(card_path(onnx)).startswith("depth.json: cannot be read as JSON (")


def test_a_folder_is_no_card(tmp_path):
    (tmp_path / "depth.json").mkdir()
    assert "cannot be read as JSON" in refusal(tmp_path / "depth.json")


@pytest.mark.parametrize(
    ("content", "kind"), [("[]", "list"), ("null", "NoneType"), ("7", "int"), ('"x"', "str")]
)
def test_a_card_is_an_object(onnx, content, kind):
    card_path(onnx).write_text(content)
    assert refusal(card_path(onnx)).startswith(f"depth.json: holds a {kind}, ")


@pytest.mark.parametrize("key", REQUIRED)
def test_each_required_key_is_missed(onnx, key):
    assert refusal(change(onnx, **{key: None})).startswith(f"depth.json: key {key!r} is missing")


@pytest.mark.parametrize(
    ("key", "near"),
    [("focal_lenght_px", "focal_length_px"), ("licens", "licence"), ("Sha256", "sha256")],
)
def test_an_unknown_key_is_refused_with_the_nearest(onnx, key, near):
    text = refusal(change(onnx, **{key: 1}))
    assert text == f"depth.json: key {key!r} is unknown; did you mean {near!r}?"


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("name", "", "a text"),
        ("name", 7, "a text"),
        ("version", 1.0, "a text"),
        ("version", False, "a text"),
        ("licence", ["MIT"], "a text"),
        ("task", "dept", "one of face, objects, segmentation, depth"),
        ("task", 3, "a text"),
        ("resize", "crop", "one of plain, letterbox"),
        ("sha256", "abc", "64 hexadecimal digits"),
        ("sha256", "g" * 64, "64 hexadecimal digits"),
        ("sha256", "0" * 63, "64 hexadecimal digits"),
        ("input_size", 4, "[height, width] in whole pixels"),
        ("input_size", [4], "[height, width]"),
        ("input_size", [4, 6, 3], "[height, width]"),
        ("input_size", [4.0, 6.0], "[height, width]"),
        ("input_size", [True, 6], "[height, width]"),
        ("input_size", [0, 6], "[height, width]"),
        ("input_size", [-4, 6], "[height, width]"),
        ("input_size", ["4", "6"], "[height, width]"),
        ("training", [], "an object"),
        ("training", "yesterday", "an object"),
        ("metrics", "good", "a list of objects"),
        ("metrics", [1], "a list of objects"),
        ("known_limits", {}, "a list of texts"),
        ("known_limits", [1], "a list of texts"),
        ("classes", "floor", "a list of class names"),
        ("classes", [1, 2], "a list of class names"),
        ("classes", ["floor", ""], "a list of class names"),
        ("classes", [{"nyu40": [1]}], "a list of class names"),
        ("thresholds", 0.5, "an object of numbers from 0 to 1"),
        ("thresholds", {"score": "0.5"}, "an object of numbers"),
        ("thresholds", {"score": 1.5}, "an object of numbers"),
        ("thresholds", {"score": True}, "an object of numbers"),
        ("nms_iou", 0, "a number above 0 and up to 1"),
        ("nms_iou", 1.1, "a number above 0 and up to 1"),
        ("focal_length_px", 0, "a number above 0"),
        ("focal_length_px", -100.0, "a number above 0"),
        ("focal_length_px", "100", "a number above 0"),
        ("focal_length_px", True, "a number above 0"),
        ("focal_length_px", float("nan"), "a number above 0"),
        ("focal_length_px", float("inf"), "a number above 0"),
        ("focal_length_px", 10**400, "a number above 0"),
        ("runtime_ms", [20], "a number above 0"),
    ],
)
def test_a_wrong_value_is_refused_with_key_value_and_what_is_expected(onnx, key, value, wanted):
    text = refusal(change(onnx, **{key: value}))
    assert text.startswith(f"depth.json: {key} is {value!r}, expected ")
    assert wanted in text


@pytest.mark.parametrize(
    ("task", "key"),
    [("depth", "focal_length_px"), ("objects", "classes"), ("segmentation", "classes")],
)
def test_what_a_task_needs_is_required(onnx, task, key):
    text = refusal(change(onnx, task=task, focal_length_px=None, classes=[]))
    assert f"key {key!r} is missing, task {task!r} needs it" in text


def test_a_card_for_another_file_is_refused(onnx):
    text = refusal(change(onnx, sha256="0" * 64))
    assert text.startswith("depth.json: sha256 is not that of depth.onnx")


def test_a_file_that_changed_after_its_export_is_refused(onnx):
    onnx.write_bytes(onnx.read_bytes()[:-1])
    assert "sha256 is not that of depth.onnx" in refusal(card_path(onnx))


def test_a_card_without_its_file_names_the_file(onnx):
    onnx.unlink()
    assert refusal(card_path(onnx)).startswith("depth.onnx: cannot be read from ")


def test_a_card_is_read_in_full(onnx):
    path = change(
        onnx,
        classes=["floor", {"name": "wall", "nyu40": [1]}],
        thresholds={"score": 1, "mask": 0.25},
        nms_iou=0.5,
        runtime_ms=12,
        metrics={"set": "nyuv2", "value": 0.1},
        known_limits="none known",
    )
    card = load_card(path)
    assert isinstance(card, Card)
    assert card.task == "depth"
    assert card.input_size == (4, 6)
    assert card.sha256 == hashlib.sha256(onnx.read_bytes()).hexdigest()
    assert card.classes == ("floor", "wall")
    assert card.thresholds == {"score": 1.0, "mask": 0.25}
    assert (card.nms_iou, card.focal_length_px, card.runtime_ms) == (0.5, 100.0, 12.0)
    assert card.metrics == ({"set": "nyuv2", "value": 0.1},)
    assert card.known_limits == ("none known",)


def test_what_is_optional_may_be_left_out(onnx):
    card = load_card(card_path(onnx))
    assert (card.classes, card.thresholds, card.nms_iou, card.runtime_ms) == ((), {}, None, None)


def test_a_digest_in_capitals_is_the_same(onnx):
    digest = hashlib.sha256(onnx.read_bytes()).hexdigest()
    assert load_card(change(onnx, sha256=digest.upper())).sha256 == digest.upper()


@pytest.mark.parametrize("task", ["face", "objects", "segmentation", "depth"])
@pytest.mark.parametrize("thresholds", [{}, {"wall": 0.2}])
def test_what_a_card_does_not_say_is_a_half_for_boxes_and_nothing_for_pixels(task, thresholds):
    card = Card("n", "1", task, "0" * 64, (4, 6), "plain", {}, (), "x", (), thresholds=thresholds)
    assert card.threshold("floor") == (0.0 if task == "segmentation" else 0.5)
    assert card.threshold("wall") == thresholds.get("wall", card.threshold("floor"))


def test_the_score_of_a_card_is_for_all_classes_that_it_does_not_name():
    thresholds = {"score": 0.3, "wall": 0.2}
    card = Card(
        "n", "1", "segmentation", "0" * 64, (4, 6), "plain", {}, (), "x", (), thresholds=thresholds
    )
    assert (card.threshold("floor"), card.threshold("wall")) == (0.3, 0.2)
