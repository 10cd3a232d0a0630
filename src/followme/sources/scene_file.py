"""Reads walks from YAML files; docs/scenes.md says what may stand in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from followme.share import share_path
from followme.sources.corridor_room import Branch, Corridor
from followme.sources.scene import Opening, Panel, Scene
from followme.sources.scene_things import things_of
from followme.sources.scene_walker import (
    CAMERA_KEYS,
    WALKER_KEYS,
    check_walker,
    mount_of,
    route_of,
    sway_of,
)
from followme.sources.sensor import SHARES, SensorModel
from followme.sources.source import SourceError
from followme.sources.walk import USUAL_SENSOR, Walk
from followme.sources.walk_events import Cover, Event, Fade, NoDepth, Repeat, Scale, Stall
from followme.sources.yaml_fields import Fields, SceneError

__all__ = ["SceneError", "Walk", "load_walk", "walk_of", "walk_paths"]

WALK_KEYS = (
    "number",
    "name",
    "text",
    "seconds",
    "rate_hz",
    "seed",
    "camera",
    "walker",
    "corridor",
    "things",
    "floor",
    "events",
    "sensor",
    "expect",
)
CORRIDOR_KEYS = ("width_m", "length_m", "height_m", "behind_m", "doors", "branches")
BRANCH_KEYS = ("wall", "from_m", "width_m", "length_m")
SENSOR_KEYS = (
    "grey_sigma",
    "min_m",
    "max_m",
    "sigma_m",
    "sigma_per_m2",
    "dropout",
    "step_per_m2",
    "exposure_s",
    *SHARES,
)
_LONGEST_S = 3600.0
Openings = tuple[Opening, ...]
_LARGEST_BYTES = 1 << 20


def walk_paths() -> tuple[Path, ...]:
    """Return the files of the walks that come with FollowMe, in their order."""
    return tuple(sorted(share_path("config", "walks").glob("[0-9]*.yaml")))


def load_walk(path: Path) -> Walk:
    """Read a walk.

    Parameters
    ----------
    path : Path
        Of a YAML file.

    Raises
    ------
    SceneError
        When it cannot be read, holds an unknown key or a wrong value, describes an impossible
        shape, or leads the walker into a wall.
    """
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise SceneError(f"scene file {path.name}: it is larger than 1 MiB, that is no scene")
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SceneError(
            f"scene file {str(path)!r} cannot be read ({error.strerror}), give another"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise SceneError(f"scene file {path.name}: no YAML ({reason}), mend it") from error
    try:
        return walk_of(content, path.stem)
    except SourceError as error:
        raise SceneError(f"scene file {path.name}: {error}") from error


def walk_of(content: Any, name: str = "walk") -> Walk:
    """Make a walk of what a YAML file holds.

    Parameters
    ----------
    content : mapping
        As :func:`yaml.safe_load` gives it.
    name : str
        Of the walk, where it does not tell.

    Raises
    ------
    SourceError
        As :func:`load_walk`.
    """
    walk = Fields(content, "walk", WALK_KEYS)
    seconds = walk.number("seconds", None, 0.1, _LONGEST_S)
    camera = walk.section("camera", CAMERA_KEYS)
    route = route_of(walk.section("walker", WALKER_KEYS))
    room = walk.section("corridor", CORRIDOR_KEYS)
    made = things_of(walk.items("things"), walk.items("floor"), _corridor(room))
    corridor = _corridor(room, made.left_openings, made.right_openings)
    scene = Scene(
        panels=(*_beside(corridor.panels(), made.panels), *made.panels),
        things=made.things,
        path=route.path(seconds),
        mount=mount_of(camera),
        fixtures=made.fixtures,
    )
    check_walker(scene, corridor, seconds)
    expect = walk.raw("expect")
    if expect is not None and not isinstance(expect, dict):
        raise SceneError("walk expect: it must be a mapping")
    return Walk(
        number=walk.whole("number", 0),
        name=walk.text("name", name),
        text=walk.text("text", name),
        seconds=seconds,
        rate_hz=walk.number("rate_hz", 15.0, 0.5, 60.0),
        scene=scene,
        route=route,
        events=tuple(
            _event(raw, f"events, {n}.") for n, raw in enumerate(walk.items("events"), start=1)
        ),
        sensor=_sensor(walk.section("sensor", SENSOR_KEYS)),
        sway=sway_of(camera),
        seed=walk.whole("seed", 0, 0, 2**31 - 1),
        expect=expect or {},
    )


def _corridor(room: Fields, left: Openings = (), right: Openings = ()) -> Corridor:
    usual = Corridor()
    length_m = room.number("length_m", usual.length_m, 1.0, 200.0)
    behind_m = room.number("behind_m", usual.behind_m, 0.5, 50.0)
    return Corridor(
        room.number("width_m", usual.width_m, 0.8, 50.0),
        room.number("height_m", usual.height_m, 1.9, 20.0),
        length_m,
        behind_m,
        room.flag("doors", True),
        left,
        right,
        tuple(
            _branch(raw, f"corridor branches, {n}.", -behind_m, length_m)
            for n, raw in enumerate(room.items("branches"), start=1)
        ),
    )


def _branch(raw: Any, where: str, low_m: float, high_m: float) -> Branch:
    fields = Fields(raw, where, BRANCH_KEYS)
    side = 1 if fields.choice("wall", ("left", "right")) == "left" else -1
    from_m, width_m = fields.number("from_m"), fields.number("width_m", 2.0, 0.8, 50.0)
    if from_m < low_m or from_m + width_m > high_m + 1e-6:
        raise SceneError(
            f"{where} from_m: it reaches from {from_m:g} to {from_m + width_m:g} m, "
            f"the corridor from {low_m:g} to {high_m:g} m"
        )
    return Branch(side, from_m, width_m, fields.number("length_m", 6.0, 1.0, 200.0))


def _beside(room: Iterable[Panel], own: Sequence[Panel]) -> Iterator[Panel]:
    """Yield the panels of a room without painted doors where windows and the like are."""
    for panel in room:
        hidden = panel.label == "door" and any(
            (p.axis, p.at_m) == (panel.axis, panel.at_m)
            and p.low_m[0] < panel.high_m[0]
            and panel.low_m[0] < p.high_m[0]
            for p in own
        )
        if not hidden:
            yield panel


def _sensor(fields: Fields) -> SensorModel:
    given = {
        name: fields.number(name, getattr(USUAL_SENSOR, name), 0.0, 255.0) for name in SENSOR_KEYS
    }
    return SensorModel(**given)


def _fade(fields: Fields, from_s: float, until_s: float) -> Event:
    seconds = fields.number("seconds", 2.0, 0.0, _LONGEST_S)
    return Fade(from_s, until_s, seconds, fields.number("to", 0.0, 0.0, 20.0))


def _cover(fields: Fields, from_s: float, until_s: float) -> Event:
    return Cover(from_s, until_s, fields.number("luma", 40.0, 0.0, 255.0))


def _scale(fields: Fields, from_s: float, until_s: float) -> Event:
    return Scale(from_s, until_s, fields.number("factor", None, 0.05, 20.0))


#: Keys of each type of event beside type, from_s and until_s, and what makes it.
EVENT_TYPES: dict[str, tuple[tuple[str, ...], Callable[[Fields, float, float], Event]]] = {
    "fade": (("seconds", "to"), _fade),
    "cover": (("luma",), _cover),
    "stall": ((), lambda fields, from_s, until_s: Stall(from_s, until_s)),
    "repeat": ((), lambda fields, from_s, until_s: Repeat(from_s, until_s)),
    "scale": (("factor",), _scale),
    "no_depth": ((), lambda fields, from_s, until_s: NoDepth(from_s, until_s)),
}
EVENT_KEYS = ("type", "from_s", "until_s")


def _event(raw: Any, where: str) -> Event:
    every = {key for keys, _ in EVENT_TYPES.values() for key in keys}
    name = Fields(raw, where, {*EVENT_KEYS, *every}).choice("type", EVENT_TYPES)
    keys, make = EVENT_TYPES[name]
    fields = Fields(raw, f"{where} ({name})", (*EVENT_KEYS, *keys))
    from_s = fields.number("from_s", None, 0.0, _LONGEST_S)
    until_s = (
        fields.number("until_s", None, 0.0, _LONGEST_S) if fields.has("until_s") else float("inf")
    )
    if not from_s < until_s:
        raise SceneError(f"{fields.where} until_s: {until_s:g} must be after from_s {from_s:g}")
    return make(fields, from_s, until_s)
