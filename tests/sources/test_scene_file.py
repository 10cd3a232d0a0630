from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from followme.share import share_path
from followme.sources.course import Start, Swing, Way
from followme.sources.outlines import distance_m, outlines_of
from followme.sources.scene_file import (
    BRANCH_KEYS,
    CORRIDOR_KEYS,
    EVENT_KEYS,
    EVENT_TYPES,
    SENSOR_KEYS,
    WALK_KEYS,
    SceneError,
    Walk,
    load_walk,
    walk_of,
    walk_paths,
)
from followme.sources.scene_floor_types import FLOOR_TYPES
from followme.sources.scene_things import (
    FLOOR_KEYS,
    MOVE_KEYS,
    THING_KEYS,
    THING_TYPES,
    WHEN_KEYS,
)
from followme.sources.scene_walker import CAMERA_KEYS, STEP_KEYS, SWAY_KEYS, WALKER_KEYS
from followme.sources.source import SourceError
from followme.sources.walk_source import WalkSource
from followme.sources.walker_path import FloorPose
from followme.values.obstacle import Kind
from tests.sources.every_type import EVERY_FLOOR, EVERY_THING

_BOX: dict[str, Any] = {"type": "box", "at_m": [5, 0]}


def _walk(**parts: Any) -> Walk:
    return walk_of({"seconds": 2} | parts)


def test_the_tables_here_hold_every_type() -> None:
    assert set(EVERY_THING) == set(THING_TYPES)
    assert set(EVERY_FLOOR) == set(FLOOR_TYPES)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "must be a mapping"),
        (b"- 1\n- 2", "must be a mapping"),
        (b"a: [1", "no YAML"),
        (b"\xff\xfe\x00broken", "no YAML"),
        (b"a: &a [*a]", "unknown key 'a'"),
        (b"!!python/object/apply:os.getcwd []", "no YAML"),
        (b"seconds: 5\n" + b"#" * (1 << 20), "larger than 1 MiB"),
    ],
)
def test_what_is_no_scene_file_ends_in_one_sentence(
    tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    with pytest.raises(SceneError, match=word) as caught:
        load_walk(path)
    assert str(caught.value).startswith("scene file odd.yaml: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["absent.yaml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SceneError, match="cannot be read"):
        load_walk(tmp_path / name)


_BAD: list[tuple[dict[str, Any], str]] = [
    # unknown keys, with the nearest right one
    ({"thing": []}, "did you mean 'things'"),
    ({"camera": {"heigth_m": 1.3}}, "did you mean 'height_m'"),
    ({"camera": {"sway": {"yaw": 3}}}, "did you mean 'yaw_deg'"),
    ({"walker": {"speed": 1}}, "did you mean 'speed_mps'"),
    ({"walker": {"path": [{"too_m": [1, 0]}]}}, "did you mean 'to_m'"),
    ({"corridor": {"width": 2}}, "did you mean 'width_m'"),
    ({"sensor": {"edge_bled": 0.1}}, "did you mean 'edge_bleed'"),
    ({"things": [{"type": "bax", "at_m": [5, 0]}]}, "did you mean 'box'"),
    ({"things": [_BOX | {"sise_m": [1, 1, 1]}]}, r"things, 1\..*did you mean 'size_m'"),
    ({"things": [_BOX | {"sits": True}]}, r"\(box\): unknown key 'sits'"),
    ({"things": [_BOX | {"moves": {"way": [[1, 1]]}}]}, "did you mean 'way_m'"),
    ({"things": [_BOX | {"when": {"times_s": 1}}]}, "did you mean 'time_s'"),
    ({"floor": [{"type": "stair_down", "from_m": 5}]}, "did you mean 'stairs_down'"),
    ({"events": [{"type": "stal", "from_s": 1}]}, "did you mean 'stall'"),
    ({"events": [{"type": "stall", "from_s": 1, "factor": 2}]}, r"\(stall\): unknown key"),
    # missing
    ({"seconds": None}, "seconds is missing"),
    ({"things": [{"at_m": [5, 0]}]}, "type is missing"),
    ({"things": [{"type": "box"}]}, "at_m is missing"),
    ({"things": [_BOX | {"moves": {}}]}, "way_m: it is missing"),
    ({"floor": [{"type": "drop", "from_m": 5}]}, "depth_m is missing"),
    ({"events": [{"type": "scale", "from_s": 5}]}, "factor is missing"),
    # wrong sort
    ({"seconds": "9"}, "'9' must be a number"),
    ({"seconds": True}, "True must be a number"),
    ({"seconds": math.nan}, "nan must be a number"),
    ({"seconds": math.inf}, "inf must be a number"),
    ({"seed": 1.5}, "whole number"),
    ({"number": -1}, "whole number"),
    ({"name": ""}, "text"),
    ({"things": {}}, "must be a list"),
    ({"things": ["box"]}, "must be a mapping"),
    ({"camera": "full"}, "must be a mapping"),
    ({"camera": {"sway": "much"}}, "none of none, full"),
    ({"expect": []}, "must be a mapping"),
    ({"things": [_BOX | {"at_m": [5]}]}, "2 numbers in brackets"),
    ({"things": [_BOX | {"at_m": [5, math.nan]}]}, "nan must be a number"),
    ({"things": [_BOX | {"colour": [0, 0, 256]}]}, "256"),
    ({"things": [_BOX | {"label": "dragon"}]}, "'dragon' is none of"),
    ({"things": [_BOX | {"kind": "unknown"}]}, "'unknown' is none of"),
    ({"things": [_BOX | {"appears": 1}]}, "true or false"),
    # out of range
    ({"seconds": 0}, "0.1 to 3600"),
    ({"rate_hz": 0}, "0.5 to 60"),
    ({"camera": {"field_of_view_deg": 170}}, "10 to 150"),
    ({"walker": {"speed_mps": -1}}, "0 to 5"),
    ({"sensor": {"grey_sigma": 0}}, "above 0"),
    ({"sensor": {"glass_dropout": 1.5}}, "glass_dropout"),
    ({"sensor": {"edge_bleed": 0.7, "edge_dropout": 0.7}}, "must not exceed 1"),
    ({"sensor": {"min_m": 5, "max_m": 4}}, "must rise"),
    ({"sensor": {"exposure_s": 1}}, "exposure_s"),
    ({"events": [{"type": "fade", "from_s": 5, "until_s": 5}]}, "must be after from_s"),
    # impossible shapes
    ({"things": [_BOX | {"size_m": [0, 1, 1]}]}, "size_m: 0 must be"),
    ({"things": [_BOX | {"size_m": [1, -1, 1]}]}, "size_m: -1 must be"),
    ({"things": [{"type": "pole", "at_m": [5, 0], "radius_m": 0}]}, "radius_m: 0"),
    ({"things": [{"type": "shelf", "at_m": [5, 0], "bottom_m": 2}]}, "no shelf"),
    ({"things": [{"type": "table", "at_m": [5, 0], "size_m": [0.1, 1, 1]}]}, "no table"),
    ({"things": [{"type": "bench", "at_m": [5, 0], "size_m": [0.1, 1, 1]}]}, "no bench"),
    ({"things": [{"type": "door", "from_m": 5}]}, "one of the two"),
    (
        {"things": [{"type": "door", "wall": "left", "from_m": 5, "hinge_m": [5, 0]}]},
        "one of the two",
    ),
    ({"things": [{"type": "door", "wall": "left", "from_m": 5, "along_deg": 0}]}, "hinge_m"),
    ({"things": [{"type": "door", "wall": "up", "from_m": 5}]}, "none of left, right"),
    ({"things": [{"type": "door", "wall": "left", "from_m": 5, "height_m": 3}]}, "to 2.5"),
    ({"things": [{"type": "doorway", "x_m": 5, "clear_m": 3}]}, "to 2.4"),
    ({"things": [{"type": "doorway", "x_m": 5, "middle_m": 1}]}, "reaches beyond"),
    (
        {"things": [{"type": "doorway", "x_m": 5, "clear_m": 2.4, "height_m": 2.5}]},
        "leaves no wall",
    ),
    ({"things": [{"type": "glass_door", "x_m": 5, "door_m": 2.3}]}, "does not fit"),
    ({"things": [{"type": "glass_door"}]}, "one of the two"),
    ({"things": [{"type": "glass_door", "x_m": 5, "wall": "left"}]}, "one of the two"),
    ({"things": [{"type": "glass_door", "x_m": 5, "from_m": 3}]}, "belongs to one with wall"),
    ({"things": [{"type": "glass_door", "wall": "left", "from_m": 5, "width_m": 1}]}, "not fit"),
    ({"things": [{"type": "glass_door", "wall": "left", "width_m": 3}]}, "from_m"),
    ({"things": [{"type": "chair", "at_m": [5, 0], "base": "wheels"}]}, "none of legs, star"),
    ({"things": [{"type": "window", "wall": "left", "from_m": 5, "height_m": 2}]}, "ceiling"),
    ({"floor": [{"type": "hole", "at_m": [5, 1], "size_m": [1, 1]}]}, "under the wall"),
    ({"floor": [{"type": "hole", "at_m": [14, 0], "size_m": [1, 1]}]}, "the corridor from"),
    ({"floor": [{"type": "drop", "from_m": 15, "depth_m": 1}]}, "the corridor from"),
    ({"floor": [{"type": "stairs_down", "from_m": 10, "steps": 20}]}, "the corridor from"),
    ({"floor": [{"type": "carpet", "from_m": 5, "to_m": 4}]}, "from 5 to 4"),
    # contradictions
    ({"things": [_BOX | {"when": {}}]}, "exactly one of"),
    ({"things": [_BOX | {"when": {"time_s": 1, "walker_within_m": 1}}]}, "exactly one of"),
    ({"things": [_BOX | {"moves": {"way_m": [[5, 0]]}}]}, "already is"),
    ({"things": [_BOX | {"id": 3}, _BOX | {"id": 3}]}, "3 is taken"),
    ({"things": [_BOX] * 256}, "255 at most"),
    (
        {
            "things": [
                {"type": "person", "at_m": [5, 0], "sits": True, "moves": {"way_m": [[4, 0]]}}
            ]
        },
        "does not walk",
    ),
    ({"walker": {"path": [{}]}}, "exactly one of"),
    ({"walker": {"path": [{"to_m": [3, 0], "stand_s": 1}]}}, "exactly one of"),
    ({"walker": {"path": [{"stand_s": 1, "rate_degps": 9}]}}, "belongs to turn_deg"),
    ({"walker": {"path": [{"turn_deg": 0}]}}, "no turn"),
    ({"walker": {"path": [{"to_m": [0, 0]}]}}, "cannot go there"),
    ({"walker": {"speed_mps": 0, "path": [{"to_m": [3, 0]}]}}, "goes nowhere"),
    ({"corridor": {"branches": [{"wall": "up", "from_m": 5}]}}, "none of left, right"),
    ({"corridor": {"branches": [{"wall": "left"}]}}, "from_m"),
    ({"corridor": {"branches": [{"wall": "left", "from_m": 13}]}}, "branches, 1. from_m: it reach"),
    ({"corridor": {"branches": [{"wall": "left", "from_m": 5, "wide_m": 2}]}}, "did you mean"),
    ({"sensor": {"step_per_m2": 1}}, "must be from 0 to 0.1"),
    ({"things": [{"type": "cabinet", "at_m": [5, 0], "size_m": [0.01, 1, 1]}]}, "no cabinet"),
    # a walker inside a wall, or a thing
    ({"walker": {"start_m": [0, 1.1]}}, "inside of a wall"),
    ({"walker": {"start_m": [0, 5]}}, "inside of a wall"),
    ({"walker": {"start_m": [-3, 0]}}, "inside of a wall"),
    ({"walker": {"heading_deg": 90}}, "at 1.1 s they are at"),
    ({"seconds": 20}, "fewer seconds or a longer corridor"),
    ({"walker": {"path": [{"to_m": [3, 0]}, {"to_m": [3, 2]}]}, "seconds": 9}, "inside of a wall"),
    ({"things": [{"type": "box", "at_m": [0.1, 0]}]}, "begin at .* inside of the box with id 1"),
    ({"floor": [{"type": "hole", "at_m": [0, 0], "size_m": [1, 1]}]}, "inside of the hole"),
]


@pytest.mark.parametrize(("parts", "word"), _BAD)
def test_what_makes_no_sense_is_refused_in_one_sentence(parts: dict[str, Any], word: str) -> None:
    with pytest.raises(SourceError, match=word) as caught:
        _walk(**parts)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_walker_may_go_into_a_branch_and_not_beyond() -> None:
    corridor = {"branches": [{"wall": "left", "from_m": 4, "width_m": 2, "length_m": 5}]}
    path = [{"to_m": [5, 0]}, {"to_m": [5, 5.5]}]
    walk = _walk(corridor=corridor, walker={"path": path}, seconds=14)
    assert walk.scene.path.pose_at(14).y_m == pytest.approx(5.5, abs=0.05)
    frame = WalkSource(walk, 16, 16, exact=True).frame_at(14.0)
    assert frame is not None and frame.depth_m is not None
    # its end wall stands 5 m behind the wall of the corridor
    assert float(frame.depth_m[5, 8]) == pytest.approx(1.2 + 5 - 5.5, abs=0.15)
    with pytest.raises(SourceError, match="inside of a wall"):
        _walk(corridor=corridor, walker={"path": [*path, {"to_m": [5, 7]}]}, seconds=20)
    with pytest.raises(SourceError, match="inside of a wall"):
        _walk(corridor=corridor, walker={"path": [{"to_m": [7, 0]}, {"to_m": [7, 3]}]}, seconds=14)


@pytest.mark.parametrize("name", EVERY_THING)
def test_every_type_of_thing_needs_only_what_the_page_marks(name: str) -> None:
    walk = _walk(things=[{"type": name} | EVERY_THING[name]])
    assert len(walk.scene.things) == (0 if name == "window" else 1)


@pytest.mark.parametrize("name", EVERY_FLOOR)
def test_every_type_of_floor_needs_only_what_the_page_marks(name: str) -> None:
    walk = _walk(floor=[{"type": name} | EVERY_FLOOR[name]])
    assert len(walk.scene.things) == (0 if name in ("carpet", "shiny") else 1)


def test_an_empty_walk_is_a_corridor_walked_straight_on() -> None:
    walk = _walk()
    assert walk.rate_hz == 15.0
    assert walk.scene.path.pose_at(2.0).x_m == pytest.approx(2.0)
    assert walk.scene.mount.height_m == 1.30
    assert math.degrees(walk.scene.mount.pitch_rad) == pytest.approx(10.0)
    assert math.degrees(walk.scene.mount.vertical_field_rad) == pytest.approx(65.0)
    assert walk.expect == {}


def test_ids_are_given_or_the_first_that_are_free() -> None:
    walk = _walk(
        things=[_BOX, _BOX | {"id": 1}, _BOX],
        floor=[{"type": "drop", "from_m": 8, "depth_m": 1}],
    )
    assert [thing.id for thing in walk.scene.things] == [2, 1, 3, 4]


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (_BOX, Kind.OBJECT),
        (_BOX | {"bottom_m": 0.68}, Kind.OBJECT),
        (_BOX | {"bottom_m": 0.69}, Kind.OVERHANG),
        ({"type": "shelf", "at_m": [5, 0]}, Kind.OVERHANG),
        ({"type": "sign", "at_m": [5, 0], "bottom_m": 0}, Kind.OBJECT),
        ({"type": "table", "at_m": [5, 0]}, Kind.OBJECT),
        ({"type": "table", "at_m": [5, 0], "kind": "overhang"}, Kind.OVERHANG),
        ({"type": "person", "at_m": [5, 0]}, Kind.PERSON),
    ],
)
def test_the_kind_follows_from_the_shape_unless_it_is_given(
    entry: dict[str, Any], kind: Kind
) -> None:
    (thing,) = _walk(things=[entry]).scene.things
    assert thing.kind is kind


def test_what_all_things_may_have_is_laid_over_them() -> None:
    (bag,) = _walk(
        things=[
            _BOX
            | {
                "label": "bag",
                "colour": [1, 2, 3],
                "moves": {"way_m": [[5, 1], [6, 1]], "speed_mps": 2},
                "when": {"walker_within_m": 2.5},
                "appears": True,
                "stays_s": 4,
            }
        ]
    ).scene.things
    assert (bag.label, bag.colour) == ("bag", (1, 2, 3))
    assert bag.course == Way(((0.0, 1.0), (1.0, 1.0)), 2.0, None)
    assert bag.start == Start(walker_within_m=2.5)
    assert bag.appears
    assert bag.stays_s == 4.0


@pytest.mark.parametrize("wall", ["left", "right"])
@pytest.mark.parametrize("hinge", ["near", "far"])
def test_a_door_in_a_wall_swings_into_the_corridor(wall: str, hinge: str) -> None:
    door = {"type": "door", "wall": wall, "from_m": 4, "hinge": hinge, "opens_to_deg": 90}
    (leaf,) = _walk(things=[door]).scene.things
    assert isinstance(leaf.course, Swing)
    side = 1 if wall == "left" else -1
    open_rad = leaf.yaw_rad + leaf.course.by_rad
    tip = (leaf.at_m[0] + 0.9 * math.cos(open_rad), leaf.at_m[1] + 0.9 * math.sin(open_rad))
    assert leaf.at_m == pytest.approx((4.0 if hinge == "near" else 4.9, side * 1.2))
    assert tip == pytest.approx((leaf.at_m[0], side * 0.3))


def test_painted_doors_make_room_for_real_ones_and_windows() -> None:
    def painted(**parts: Any) -> list[float]:
        panels = _walk(**parts).scene.panels
        return [p.low_m[0] for p in panels if p.label == "door" and p.axis == 1 and p.at_m > 0]

    assert painted() == pytest.approx([1.9, 6.6, 10.4])
    window = {"type": "window", "wall": "left", "from_m": 6.0}
    assert painted(things=[window]) == pytest.approx([1.9, 10.4])
    door = {"type": "door", "wall": "left", "from_m": 10.0}
    assert painted(things=[door]) == pytest.approx([1.9, 6.6])
    assert painted(things=[door | {"wall": "right"}]) == pytest.approx([1.9, 6.6, 10.4])
    assert not painted(corridor={"doors": False})


# --- the walks that come with FollowMe


def test_the_twenty_walks_of_the_specification_are_there() -> None:
    walks = [load_walk(path) for path in walk_paths()]
    assert [walk.number for walk in walks] == list(range(1, 21))
    assert all(walk.expect for walk in walks)
    assert all(walk.rate_hz == 15.0 and walk.route.speed_mps == 1.0 for walk in walks)
    assert len({walk.name for walk in walks}) == 20


@pytest.mark.parametrize("path", walk_paths(), ids=lambda path: path.stem)
def test_no_walk_of_the_grid_leads_through_a_thing_that_stands(path: Path) -> None:
    walk = load_walk(path)
    standing = {
        thing.id
        for thing in walk.scene.things
        if not (thing.start.waits_for_walker or isinstance(thing.course, Way))
    }
    outlines = [
        outline
        for outline in outlines_of(walk.scene, FloorPose(0.0, 0.0), 0.0)
        if outline.bottom_m < 1.8 and (outline.id in standing or outline.label == "wall")
    ]
    for speed_mps in (0.5, 1.0, 1.4):
        varied = walk.varied(speed_mps=speed_mps, seed=1)
        for n in range(int(varied.seconds / 0.2)):
            pose = varied.scene.path.pose_at(0.2 * n)
            near = [o.label for o in outlines if distance_m(o, pose.x_m, pose.y_m) < 0.2]
            assert not near, f"{speed_mps} m/s, {0.2 * n:.1f} s"


def test_the_walks_are_installed() -> None:
    text = share_path("setup.py").read_text(encoding="utf-8")
    assert "config/walks/*.yaml" in text


# --- the page that explains them


def test_the_page_names_every_type_and_key() -> None:
    page = share_path("docs", "scenes.md").read_text(encoding="utf-8")
    keys = {
        *WALK_KEYS,
        *CAMERA_KEYS,
        *SWAY_KEYS,
        *WALKER_KEYS,
        *STEP_KEYS,
        *CORRIDOR_KEYS,
        *BRANCH_KEYS,
        *SENSOR_KEYS,
        *THING_KEYS,
        *FLOOR_KEYS,
        *MOVE_KEYS,
        *WHEN_KEYS,
        *EVENT_KEYS,
    }
    for kind in (*THING_TYPES.values(), *FLOOR_TYPES.values()):
        keys |= set(kind.keys)
    for known, _ in EVENT_TYPES.values():
        keys |= set(known)
    missing = [key for key in keys if f"`{key}`" not in page and f"`{key}:" not in page]
    missing += [
        name for name in (*THING_TYPES, *FLOOR_TYPES, *EVENT_TYPES) if f"`{name}`" not in page
    ]
    assert not missing


def test_the_examples_of_the_page_can_be_walked() -> None:
    page = share_path("docs", "scenes.md").read_text(encoding="utf-8")
    lines = [line[4:] for line in page.splitlines() if line.startswith("    ")]
    example = "\n".join(lines[: next(n for n, line in enumerate(lines) if "import" in line)])
    assert [thing.label for thing in walk_of(yaml.safe_load(example)).scene.things] == [
        "box",
        "bin",
    ]


# --- whatever is broken in a file, the answer is a walk or a sentence


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    found = [path] if path else []
    return found + [leaf for key, below in pairs for leaf in _leaves(below, (*path, key))]


_FULL: dict[str, Any] = {
    "seconds": 2,
    "camera": {"pitch_deg": 5, "sway": {"yaw_deg": 3}},
    "walker": {"start_m": [0, 0], "path": [{"to_m": [1, 0]}, {"turn_deg": 30}, {"stand_s": 1}]},
    "corridor": {"width_m": 3, "length_m": 14},
    "things": [
        {"type": name} | entry | ({} if name == "window" else {"colour": [9, 9, 9]})
        for name, entry in EVERY_THING.items()
    ],
    "floor": [{"type": name} | entry for name, entry in EVERY_FLOOR.items()],
    "events": [
        {"type": "scale", "from_s": 1, "until_s": 2, "factor": 2},
        {"type": "fade", "from_s": 0},
    ],
    "sensor": {"dropout": 0.02},
}
_JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=True),
    st.text(max_size=5),
    st.lists(st.floats(-5, 5), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_leaves(_FULL)), _JUNK)
def test_any_value_anywhere_gives_a_walk_or_a_sentence(path: tuple[Any, ...], junk: Any) -> None:
    content = copy.deepcopy(_FULL)
    below: Any = content
    for key in path[:-1]:
        below = below[key]
    below[path[-1]] = junk
    try:
        walk = walk_of(content)
    except SourceError as error:
        assert "\n" not in str(error)
    else:
        assert walk.seconds > 0


def test_the_full_example_itself_is_a_walk() -> None:
    assert walk_of(copy.deepcopy(_FULL)).events
