"""Worlds invented from a seed: corridors with what stands in them, as scene files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from followme.sources.course import Moment
from followme.sources.outlines import distance_m, outlines_of
from followme.sources.scene_file import load_walk, walk_of
from followme.sources.source import SourceError
from followme.sources.walk import Walk
from followme.sources.walker_path import FloorPose
from followme_training.common.files import write_text
from followme_training.datasets.errors import DataError
from followme_training.synthetic.furnishing import (
    SLOT_M,
    Entry,
    at_wall,
    chosen,
    in_the_way,
    in_wall,
    number,
)
from followme_training.synthetic.offices import Offices, offices_beside

#: Who carries the camera: a walking person, or a low robot with a wide lens.
CAMERAS = ("walker", "robot")
#: What is beside an invented corridor: others that leave it, or offices.
BESIDE = ("corridors", "offices")

# how the name of a world with offices ends
_OFFICES = ", offices"
# a camera below this is a robot's
_LOW_M = 1.0
_TRIES = 200
# a camera nearer to something than this sees nothing else
_ROOM_M = 0.3
_HEAD_M = 2.0
_START_M = 1.2
# what lies on a floor, or leaves it as it is at the end of the corridor
_LEVEL = ("carpet", "shiny", "hole")


@dataclass(frozen=True)
class Kind:
    """What worlds there can be; a seed has the same corridor with each camera.

    Parameters
    ----------
    camera : str
        Who carries it, one of :data:`CAMERAS`.
    beside : str
        What one can turn into, one of :data:`BESIDE`.
    """

    camera: str = CAMERAS[0]
    beside: str = BESIDE[0]


@dataclass(frozen=True)
class World:
    """A scene, as its file has it and as it is walked.

    Parameters
    ----------
    content : mapping
        Of the scene file.
    walk : Walk
        What it describes.
    """

    content: dict[str, Any]
    walk: Walk

    def write(self, file: Path) -> None:
        """Write the scene file."""
        write_text(file, yaml.safe_dump(self.content, sort_keys=False, width=100))


def world_of(seed: int, frames: int = 12, kind: Kind | None = None) -> World:
    """Invent a world; the same seed gives the same.

    Parameters
    ----------
    seed : int
        0 or more.
    frames : int
        How many images its walk has, one a second.
    kind : Kind, optional
        A walker in a corridor that others leave, if none is given.

    Raises
    ------
    DataError
        When no walk can be found, which no seed was seen to do.
    """
    kind = kind or Kind()
    for attempt in range(_TRIES):
        rng = np.random.default_rng([seed, attempt])
        content = _content(rng, seed, frames, kind)
        if kind.camera == "robot":
            content["camera"] |= _on_a_robot(rng)
        try:
            walk = walk_of(content, f"world {seed}")
        except SourceError:
            continue  # something stands in a wall or around the walker: think of another one
        if _is_free(walk):
            return World(content, walk)
    raise DataError(f"synthetic: no world was found for seed {seed}; give another one")


def kind_of(file: Path) -> Kind:
    """Return of which kind an invented world is, by its scene file.

    Raises
    ------
    SourceError
        When it is no scene file.
    """
    walk = load_walk(file)
    return Kind(
        "robot" if walk.scene.mount.height_m < _LOW_M else "walker",
        "offices" if walk.name.endswith(_OFFICES) else "corridors",
    )


def _content(rng: np.random.Generator, seed: int, frames: int, kind: Kind) -> dict[str, Any]:
    width, height = number(rng, 1.9, 3.4), number(rng, 2.4, 3.1)
    length = number(rng, 13.0, 24.0)
    room: dict[str, Any] = {"width_m": width, "height_m": height, "length_m": length}
    room |= {"doors": False, "branches": _branches(rng, length)}
    offices = Offices([], [])
    if kind.beside == "offices":
        offices = offices_beside(rng, width, length, height)
        room["branches"] = offices.branches
    half = width / 2
    ways = _ways(rng, length, half)
    things = [*_along_walls(rng, room, half), *(entry for entry, _ in ways), *offices.things]
    content: dict[str, Any] = {
        "name": f"world {seed}{_OFFICES if kind.beside == 'offices' else ''}",
        "seconds": float(frames),
        "rate_hz": 1.0,
        "seed": seed,
        "camera": {
            "height_m": number(rng, 1.15, 1.5),
            "pitch_deg": number(rng, 2.0, 20.0),
            "field_of_view_deg": number(rng, 48.0, 68.0),
            "sway": "full" if rng.random() < 0.4 else "none",
        },
        "sensor": {
            "grey_sigma": number(rng, 0.8, 4.0),
            "exposure_s": number(rng, 0.004, 0.02),
        },
        "corridor": room,
        "walker": _walker(rng, ways, length, frames),
        "things": things,
        "floor": _floor(rng, length),
    }
    # drawn last, so that a seed has the corridor that it had before there were these
    content["sensor"] |= _depth_sensor(rng)
    _close_with_glass(rng, content)
    return content


def _on_a_robot(rng: np.random.Generator) -> Entry:
    """Return how a robot carries its camera: walls are wide and near, the floor begins far."""
    return {
        "height_m": number(rng, 0.25, 0.9),
        "pitch_deg": number(rng, -6.0, 12.0),
        "field_of_view_deg": number(rng, 72.0, 105.0),
    }


def _depth_sensor(rng: np.random.Generator) -> Entry:
    """Return how a depth sensor errs: a good one, a bad one, one that counts parts of a pixel."""
    return {
        "sigma_m": number(rng, 0.001, 0.008),
        "sigma_per_m2": number(rng, 0.001, 0.005),
        "step_per_m2": number(rng, 0.001, 0.008) if rng.random() < 0.5 else 0.0,
        "dropout": number(rng, 0.0, 0.04),
        "hole_share": number(rng, 0.0, 0.02),
        "edge_bleed": number(rng, 0.0, 0.3),
        "edge_dropout": number(rng, 0.1, 0.4),
        "glass_dropout": number(rng, 0.5, 0.95),
        "shiny_dropout": number(rng, 0.2, 0.7),
        "dark_dropout": number(rng, 0.1, 0.5),
    }


def _close_with_glass(rng: np.random.Generator, content: dict[str, Any]) -> None:
    """Put a glass door across some corridors where the walk ends, and more corridor behind it.

    Not where the floor falls or rises, nor in a turn: there is nothing that it could stand on.
    """
    room = content["corridor"]
    at = round(room["length_m"] - 0.25, 3)
    turns = any(b["from_m"] + b["width_m"] > at for b in room["branches"])
    falls = any(f["type"] not in _LEVEL for f in content["floor"])
    if turns or falls or rng.random() > 0.5:
        return
    content["things"].append({"type": "glass_door", "x_m": at, "door_m": number(rng, 0.85, 1.2)})
    room["length_m"] = round(room["length_m"] + number(rng, 2.0, 6.0), 3)


def _branches(rng: np.random.Generator, length_m: float) -> list[Entry]:
    """Return no branch, one, a crossing, or a turn at the end."""
    kind = chosen(rng, none=3, one=3, crossing=1, turn=2)
    if kind == "none":
        return []
    width = number(rng, 1.5, 2.6)
    at = length_m - width if kind == "turn" else number(rng, 4.0, length_m - width - 1.0)
    first = chosen(rng, left=1, right=1)
    walls = ["left", "right"] if kind == "crossing" else [first]
    size = {"from_m": round(at, 3), "width_m": width}
    return [{"wall": w, **size, "length_m": number(rng, 3.0, 8.0)} for w in walls]


def _along_walls(rng: np.random.Generator, room: dict[str, Any], half_m: float) -> list[Entry]:
    found: list[Entry] = []
    for side, wall in ((1, "left"), (-1, "right")):
        gaps = [
            (b["from_m"] - 0.2, b["from_m"] + b["width_m"] + 0.2)
            for b in room["branches"]
            if b["wall"] == wall
        ]
        for n in range(int((room["length_m"] - 0.5) / SLOT_M)):
            from_m = round(n * SLOT_M, 3)
            if any(low < from_m + SLOT_M and from_m < high for low, high in gaps):
                continue
            what = chosen(rng, nothing=4, wall=4, thing=2)
            if what == "wall":
                found += in_wall(rng, side, from_m, room["height_m"])
            elif what == "thing":
                found += at_wall(rng, side, from_m + SLOT_M / 2, half_m, room["height_m"])
    return found


def _ways(rng: np.random.Generator, length_m: float, half_m: float) -> list[tuple[Entry, float]]:
    """Return what stands in the way, each with the y on which one passes it."""
    found: list[tuple[Entry, float]] = []
    x = number(rng, 3.2, 5.0)
    while x < length_m - 2.0 and len(found) < 4:
        side = float(rng.choice([-1.0, 1.0]))
        y = side * number(rng, 0.1, max(0.2, half_m - 0.75))
        found.append((in_the_way(rng, x, y), round(-side * min(0.55, half_m - 0.45), 3)))
        x += number(rng, 2.5, 5.0)
    return found


def _walker(
    rng: np.random.Generator, ways: list[tuple[Entry, float]], length_m: float, frames: int
) -> Entry:
    """Return a walker who looks about, and goes around what stands in the way."""
    path: list[Entry] = []
    for entry, y in ways:
        path += [{"to_m": [round(entry["at_m"][0] - _START_M, 3), y]}]
        path += [{"turn_deg": round(float(rng.normal(0, 25)) or 5.0, 1)}]
    path.append({"to_m": [round(length_m - 1.5, 3), 0.0]})
    speed = max(0.3, min(1.5, (length_m - 2.0) / frames))
    return {"speed_mps": round(speed, 3), "path": path}


def _floor(rng: np.random.Generator, length_m: float) -> list[Entry]:
    kind = chosen(rng, none=3, drop=2, down=2, up=2, hole=1, carpet=1, shiny=2)
    at = round(length_m - number(rng, 3.2, 4.5), 3)
    if kind == "drop":
        return [{"type": "drop", "from_m": at, "depth_m": number(rng, 0.1, 0.2)}]
    if kind in ("down", "up"):
        steps = {"from_m": at, "steps": int(rng.integers(2, 7)), "landing_m": 0.8}
        return [{"type": f"stairs_{kind}", **steps}]
    if kind == "hole":
        return [{"type": "hole", "at_m": [at, 0.0], "size_m": [0.8, 0.7], "depth_m": 0.6}]
    if kind == "none":
        return []
    from_m = number(rng, 1.0, 6.0)
    return [{"type": kind, "from_m": from_m, "to_m": round(from_m + number(rng, 2.0, 5.0), 3)}]


def _is_free(walk: Walk) -> bool:
    """Return whether the camera is never inside of something, nor right before it."""
    path, scene = walk.scene.path, walk.scene
    for n in range(round(walk.seconds * walk.rate_hz)):
        time_s = n / walk.rate_hz
        pose: FloorPose = path.pose_at(time_s)
        for outline in outlines_of(scene, pose, Moment(time_s), 3.0):
            solid = outline.bottom_m < _HEAD_M and outline.top_m > 0.05
            if solid and distance_m(outline, 0.0, 0.0) < _ROOM_M:
                return False
    return True
