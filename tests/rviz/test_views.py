"""What RViz and Foxglove are told to show exists in the graph, with that type and that frame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from followme.graph import CAMERA_FRAME, TOPICS, WALKER_FRAME

FOLDER = Path(__file__).resolve().parents[2] / "rviz"
RVIZ = yaml.safe_load((FOLDER / "followme.rviz").read_text(encoding="utf-8"))
FOXGLOVE = json.loads((FOLDER / "followme.foxglove.json").read_text(encoding="utf-8"))
FRAMES = {CAMERA_FRAME, WALKER_FRAME}

# What a person wants to see; each is held against the table as soon as a node publishes it.
SHOWN = {
    "overlay/image": "sensor_msgs/msg/Image",
    "depth/image": "sensor_msgs/msg/Image",
    "segmentation/labels": "sensor_msgs/msg/Image",
    "obstacles/markers": "visualization_msgs/msg/MarkerArray",
    "obstacles/scan": "sensor_msgs/msg/LaserScan",
}
RVIZ_TYPES = {
    "rviz_default_plugins/Image": "sensor_msgs/msg/Image",
    "rviz_default_plugins/MarkerArray": "visualization_msgs/msg/MarkerArray",
    "rviz_default_plugins/LaserScan": "sensor_msgs/msg/LaserScan",
}
RELIABILITY = {"IMAGE": "Best Effort", "RESULT": "Reliable", "LATCHED": "Reliable"}


def displays() -> dict[str, dict[str, Any]]:
    """Return the displays of RViz by topic."""
    listed = RVIZ["Visualization Manager"]["Displays"]
    return {d["Topic"]["Value"]: d for d in listed if "Topic" in d}


def panels(kind: str) -> list[dict[str, Any]]:
    return [p for name, p in FOXGLOVE["configById"].items() if name.partition("!")[0] == kind]


def foxglove_topics() -> set[str]:
    images = {p["imageMode"]["imageTopic"] for p in panels("Image")}
    scene = {t for p in panels("3D") for t, s in p["topics"].items() if s["visible"]}
    return images | scene


def values_of(tree: object, key: str) -> Iterator[Any]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from values_of(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from values_of(value, key)


def in_the_table(name: str) -> Any:
    if name not in TOPICS:
        pytest.skip(f"{name}: no node publishes it yet")
    return TOPICS[name]


def test_both_show_what_a_person_wants_to_see_and_nothing_else():
    assert set(displays()) == set(SHOWN)
    assert foxglove_topics() == {f"/{name}" for name in SHOWN}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_is_published_with_that_type(name: str):
    assert in_the_table(name).type == SHOWN[name]


@pytest.mark.parametrize("name", SHOWN)
def test_rviz_shows_it_by_a_display_of_its_type(name: str):
    display = displays()[name]
    assert RVIZ_TYPES[display["Class"]] == SHOWN[name]
    assert display["Enabled"] is True


@pytest.mark.parametrize("name", SHOWN)
def test_rviz_asks_for_the_quality_of_service_that_is_offered(name: str):
    topic, asked = in_the_table(name), displays()[name]["Topic"]
    assert asked["Reliability Policy"] == RELIABILITY[topic.qos]
    assert asked["Durability Policy"] == "Volatile"
    assert asked["History Policy"] == "Keep Last"


@pytest.mark.parametrize("panel", panels("Image"), ids=lambda p: p["imageMode"]["imageTopic"])
def test_foxglove_shows_images_as_images(panel: dict[str, Any]):
    assert SHOWN[panel["imageMode"]["imageTopic"].lstrip("/")] == "sensor_msgs/msg/Image"


def test_foxglove_shows_markers_and_scan_in_the_frame_of_the_walker():
    (scene,) = panels("3D")
    assert {"/obstacles/markers", "/obstacles/scan"} == set(scene["topics"])
    assert scene["followTf"] == WALKER_FRAME


def test_the_fixed_frame_of_rviz_is_the_walkers():
    assert RVIZ["Visualization Manager"]["Global Options"]["Fixed Frame"] == WALKER_FRAME


def test_every_frame_that_is_named_exists():
    named = [*values_of(RVIZ, "Reference Frame"), *values_of(RVIZ, "Target Frame")]
    named += [*values_of(FOXGLOVE, "frameId"), *values_of(FOXGLOVE, "followTf")]
    assert named and set(named) <= FRAMES


def test_names_in_rviz_follow_its_namespace():
    assert not [name for name in displays() if name.startswith("/")]


def test_foxglove_shows_the_diagnostics_of_all_nodes():
    (panel,) = panels("DiagnosticSummary")
    assert panel["topicToRender"] == "/diagnostics"
    assert panel["minLevel"] == 0


def test_foxglove_shows_what_is_said():
    (panel,) = panels("RawMessages")
    assert panel["topicPath"].lstrip("/") in TOPICS


def test_what_is_plotted_are_fields_of_the_message():
    messages = pytest.importorskip("followme_msgs.msg", reason="followme_msgs is not built")
    (panel,) = panels("Plot")
    fields = messages.ObstacleArray.get_fields_and_field_types()
    for path in panel["paths"]:
        topic, _, name = path["value"].partition(".")
        assert TOPICS[topic.lstrip("/")].type == "followme_msgs/msg/ObstacleArray"
        assert fields[name] == "double"
        assert path["enabled"] is True


def test_every_panel_has_a_place_in_the_layout():
    placed: list[str] = []

    def walk(place: Any) -> None:
        if isinstance(place, str):
            placed.append(place)
        else:
            assert place["direction"] in ("row", "column")
            walk(place["first"])
            walk(place["second"])

    walk(FOXGLOVE["layout"])
    assert sorted(placed) == sorted(FOXGLOVE["configById"])
