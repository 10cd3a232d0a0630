"""Invented worlds: always walkable, each another, the same for the same seed."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from followme.sources.parts import CLASS_NAMES
from followme.sources.scene_file import load_walk
from followme.sources.walk_source import WalkSource
from followme_training.datasets.errors import DataError
from followme_training.depth.rgbd_folder import read_rgbd_folder
from followme_training.detection.sources import Source, read_source
from followme_training.segmentation.known_classes import class_list
from followme_training.segmentation.sources import read_split
from followme_training.synthetic.training_set import (
    BOXES,
    NYU40,
    boxes_in,
    write_scenes,
    write_training_set,
)
from followme_training.synthetic.worlds import Kind, kind_of, world_of
from tests.training.synthetic.conftest import PLAIN


@pytest.mark.parametrize("seed", range(6))
def test_a_world_can_be_written_and_walked(seed: int, tmp_path: Path) -> None:
    world = world_of(seed, frames=4)
    file = tmp_path / "world.yaml"
    world.write(file)
    walk = load_walk(file)
    frames = list(WalkSource(walk, 32, 24, exact=True).frames())
    assert len(frames) == 4
    nearest = [float(np.nanmin(f.depth_m)) for f in frames if f.depth_m is not None]
    assert min(nearest) > 0.1


def test_the_same_seed_gives_the_same_world_and_another_one_another() -> None:
    assert world_of(3).content == world_of(3).content
    assert world_of(3).content != world_of(4).content


@pytest.mark.parametrize("seed", [0, 1000])
def test_a_robot_sees_the_same_corridor_from_lower_down_and_wider(seed: int) -> None:
    walker, robot = world_of(seed).content, world_of(seed, kind=Kind(camera="robot")).content
    mine, its = walker.pop("camera"), robot.pop("camera")
    assert walker == robot
    assert 0.2 < its["height_m"] <= 0.9 < mine["height_m"]
    assert its["field_of_view_deg"] > 70.0 > mine["field_of_view_deg"]
    assert its["sway"] == mine["sway"]


@pytest.mark.parametrize("camera", ["walker", "robot"])
def test_a_scene_file_tells_of_which_kind_its_world_is(tmp_path: Path, camera: str) -> None:
    for beside in ("corridors", "offices"):
        world_of(7, kind=Kind(camera, beside)).write(tmp_path / "world.yaml")
        assert kind_of(tmp_path / "world.yaml") == Kind(camera, beside)


@pytest.mark.parametrize("seed", range(8))
def test_offices_have_desks_with_chairs_and_stay_within_their_walls(seed: int) -> None:
    content = world_of(seed, kind=Kind(beside="offices")).content
    half, rooms = content["corridor"]["width_m"] / 2, content["corridor"]["branches"]
    assert rooms
    for one, other in itertools.combinations(rooms, 2):
        apart = max(one["from_m"], other["from_m"]) - min(
            r["from_m"] + r["width_m"] for r in (one, other)
        )
        assert apart > 0.5 or one["wall"] != other["wall"]
    things = [t for t in content["things"] if "at_m" in t]
    furniture = [t for t in things if abs(t["at_m"][1]) > half]
    on_wall = [t for t in things if t.get("label") == "wall" and t not in furniture]
    for thing in on_wall:
        x, y = thing["at_m"]
        mouths = [r for r in rooms if (y > 0) == (r["wall"] == "left")]
        assert not any(r["from_m"] < x < r["from_m"] + r["width_m"] for r in mouths), thing
    for thing in furniture:
        x, y = thing["at_m"]
        assert any(
            (y > 0) == (r["wall"] == "left")
            and r["from_m"] < x < r["from_m"] + r["width_m"]
            and abs(y) < half + r["length_m"]
            for r in rooms
        ), thing
    assert sum(t["type"] == "table" for t in furniture) >= 1


def test_offices_are_open_or_behind_glass_and_their_chairs_turn() -> None:
    things = [
        t for s in range(8) for t in world_of(s, kind=Kind(beside="offices")).content["things"]
    ]
    fronts = [t for t in things if t["type"] == "glass_door" and "wall" in t]
    assert {t["open"] for t in fronts} == {True, False}
    assert {t.get("base") for t in things if t["type"] == "chair"} >= {"star", "legs"}
    assert any(t.get("label") == "screen" for t in things)


@pytest.fixture(scope="module")
def worlds() -> list[dict[str, Any]]:
    return [world_of(seed).content for seed in range(24)]


def test_worlds_have_what_a_walker_meets(worlds: list[dict[str, Any]]) -> None:
    types = {t["type"] for w in worlds for t in [*w["things"], *w["floor"]]}
    assert types >= {"door", "window", "chair", "table", "bench", "cabinet", "bin", "box",
                     "person", "wet_floor_sign", "glass_door", "drop", "stairs_down",
                     "stairs_up"}  # fmt: skip
    assert any(w["corridor"]["branches"] for w in worlds)
    assert any(t.get("sits") for w in worlds for t in w["things"])
    assert any(t.get("moves") for w in worlds for t in w["things"])
    assert any(t.get("bottom_m", 0) > 1.2 for w in worlds for t in w["things"])
    for key in ("sigma_m", "sigma_per_m2", "dropout", "glass_dropout", "edge_bleed"):
        assert len({w["sensor"][key] for w in worlds}) > 3
    assert {w["sensor"]["step_per_m2"] > 0 for w in worlds} == {True, False}
    doors = {t["open_deg"] for w in worlds for t in w["things"] if t["type"] == "door"}
    assert 0.0 in doors
    assert any(0 < d < 30 for d in doors)
    assert any(d > 59 for d in doors)
    assert any(d < -59 for d in doors)


def test_a_walk_ends_before_its_glass_door_and_there_is_corridor_behind(
    worlds: list[dict[str, Any]],
) -> None:
    fronts = [(w, t) for w in worlds for t in w["things"] if t["type"] == "glass_door"]
    assert fronts
    for world, front in fronts:
        (end_m, _) = world["walker"]["path"][-1]["to_m"]
        assert front["x_m"] - end_m > 1.0
        assert world["corridor"]["length_m"] - front["x_m"] > 2.0
        assert all(t["at_m"][0] < front["x_m"] for t in world["things"] if "at_m" in t)
        assert {f["type"] for f in world["floor"]} <= {"carpet", "shiny", "hole"}


def test_the_set_is_read_by_depth_segmentation_and_detection(tmp_path: Path) -> None:
    assert write_training_set(tmp_path, 4, 1, (64, 48), PLAIN, each=2) == 4
    assert len(read_rgbd_folder(tmp_path / "worlds" / "world-0002")) == 2
    parts = read_split("folder", tmp_path, class_list("robot"), 2, "train")
    assert (len(parts.training), len(parts.validation)) == (2, 2)
    classes = class_list("robot").names
    seen = {classes[i] for i in np.unique(parts.training[0].labels) if i != 255}
    assert {"floor", "wall", "ceiling"} <= seen
    source = Source("coco", tmp_path / "images", "annotations.json", labels_in=tmp_path)
    found = read_source(source, tuple(BOXES.values()))
    assert len(found.entries) == 4
    assert not found.problems
    assert all(e.boxes.labelled.all() for e in found.entries)
    assert found.entries[0].origin == "world-0001_000000"
    assert found.entries[0].sample().rgb.shape == (48, 64, 3)


def test_images_of_the_set_are_those_of_the_newest_sensor(tmp_path: Path) -> None:
    write_training_set(tmp_path, 1, 1, (64, 48), PLAIN, each=1)
    image = tmp_path / "images" / "world-0001_000000.jpg"
    before = image.read_bytes()
    scene = tmp_path / "scenes" / "world-0001.yaml"
    content = yaml.safe_load(scene.read_text(encoding="utf-8"))
    content["sensor"]["grey_sigma"] = 20.0
    scene.write_text(yaml.safe_dump(content), encoding="utf-8")
    write_training_set(tmp_path, 1, 1, (64, 48), PLAIN, each=1)
    frame = tmp_path / "worlds" / "world-0001" / "frame-000000.color.jpg"
    assert image.read_bytes() == frame.read_bytes() != before


def test_every_class_has_an_id_of_nyu() -> None:
    assert set(NYU40) == set(CLASS_NAMES)
    robot = class_list("robot")
    covered = {i for ids in robot.ids for i in ids}
    assert {n for n in NYU40.values() if n} <= covered


def test_boxes_end_where_their_pixels_end() -> None:
    walk = world_of(2, frames=1).walk
    source = WalkSource(walk, 160, 120, exact=True)
    source.frame_at(0.0)
    assert source.seen is not None
    boxes = boxes_in(source.seen)
    assert boxes
    for box in boxes:
        name = next(
            n for n, c in BOXES.items() if c == tuple(BOXES.values())[box["category_id"] - 1]
        )
        left, top, width, height = box["bbox"]
        inside = source.seen.labels[top : top + height, left : left + width]
        assert (inside == CLASS_NAMES.index(name)).sum() >= box["area"]


def test_scene_files_alone_are_kept_when_they_are_there(tmp_path: Path) -> None:
    first, second = write_scenes(tmp_path, 4, 5, 2)
    before = first.stat().st_mtime_ns
    assert write_scenes(tmp_path, 4, 5, 2) == [first, second]
    assert first.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (Kind(camera="robot"), "made with --camera walker, not robot; give another --out"),
        (Kind(beside="offices"), "made with --beside corridors, not offices; give another --out"),
    ],
)
def test_worlds_of_two_kinds_never_share_a_folder(tmp_path: Path, other: Kind, says: str) -> None:
    write_scenes(tmp_path, 2, 5, 2)
    with pytest.raises(DataError, match=says):
        write_scenes(tmp_path, 2, 5, 2, other)
    with pytest.raises(DataError, match=says):
        write_training_set(tmp_path, 2, 5, (64, 48), PLAIN, each=2, kind=other)
    assert write_scenes(tmp_path, 2, 5, 2)


@pytest.mark.parametrize(("frames", "each", "seed"), [(0, 1, 0), (4, 0, 0), (4, 2, -1)])
def test_a_set_that_cannot_be_is_refused(tmp_path: Path, frames: int, each: int, seed: int) -> None:
    with pytest.raises(DataError, match="cannot be; give 1 to"):
        write_training_set(tmp_path, frames, seed, (64, 48), PLAIN, each)
