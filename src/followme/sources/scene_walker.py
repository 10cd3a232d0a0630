"""The parts ``camera`` and ``walker`` of a scene file; docs/scenes.md has the words."""

from __future__ import annotations

import math
from typing import Any

from followme.sources.corridor_room import Corridor
from followme.sources.course import Moment
from followme.sources.outlines import distance_m, outlines_of
from followme.sources.route import Go, Route, Stand, Step, Turn
from followme.sources.scene import Mount, Scene
from followme.sources.sway import FULL_SWAY, NO_SWAY, Range, Sway
from followme.sources.walker_path import FloorPose
from followme.sources.yaml_fields import Fields, SceneError

CAMERA_KEYS = ("height_m", "pitch_deg", "field_of_view_deg", "sway")
SWAY_KEYS = ("pitch_deg", "yaw_deg", "roll_deg", "bob_m", "rate_hz")
WALKER_KEYS = ("speed_mps", "start_m", "heading_deg", "path")
STEP_KEYS = ("to_m", "speed_mps", "turn_deg", "rate_degps", "stand_s")
_ONE_OF = ("to_m", "turn_deg", "stand_s")

# a walker is half this wide at least; nothing may be in that at the start
_BODY_M, _FEET_M, _HEAD_M = 0.2, 0.05, 1.8


def mount_of(camera: Fields) -> Mount:
    """Return how the camera is worn."""
    return Mount(
        camera.number("height_m", 1.30, 0.2, 2.4),
        math.radians(camera.number("pitch_deg", 10.0, -45.0, 80.0)),
        math.radians(camera.number("field_of_view_deg", 65.0, 10.0, 150.0)),
    )


def sway_of(camera: Fields) -> Sway:
    """Return how it sways: none, full, or amplitudes of its own."""
    if not isinstance(camera.raw("sway"), dict):
        return FULL_SWAY if camera.choice("sway", ("none", "full"), "none") == "full" else NO_SWAY
    sway = camera.section("sway", SWAY_KEYS)

    def around(name: str, default: float, high: float, unit: float = 1.0) -> Range:
        value = unit * sway.number(name, default, 0.0, high)
        return value, value

    degree = math.radians(1.0)
    return Sway(
        around("pitch_deg", 0.0, 30.0, degree),
        around("yaw_deg", 0.0, 30.0, degree),
        around("roll_deg", 0.0, 30.0, degree),
        around("bob_m", 0.0, 0.2),
        around("rate_hz", 1.8, 5.0),
    )


def route_of(walker: Fields) -> Route:
    """Return where the walker goes."""
    speed = walker.number("speed_mps", 1.0, 0.0, 5.0)
    x, y = walker.place("start_m", (0.0, 0.0))
    heading = math.radians(walker.number("heading_deg", 0.0, -360.0, 360.0))
    steps = tuple(
        _step(raw, f"{walker.where} path, {n}.", speed)
        for n, raw in enumerate(walker.items("path"), start=1)
    )
    return Route(speed, FloorPose(x, y, heading), steps)


def _step(raw: Any, where: str, speed_mps: float) -> Step:
    step = Fields(raw, where, STEP_KEYS)
    given = [key for key in _ONE_OF if step.has(key)]
    if len(given) != 1:
        raise SceneError(f"{where}: give exactly one of {', '.join(_ONE_OF)}")
    for key, owner in (("speed_mps", "to_m"), ("rate_degps", "turn_deg")):
        if step.has(key) and given[0] != owner:
            raise SceneError(f"{where} {key}: it belongs to {owner}, leave it out")
    if given[0] == "to_m":
        if speed_mps == 0.0 and not step.has("speed_mps"):
            raise SceneError(f"{where} to_m: a walker whose speed_mps is 0 goes nowhere, give it")
        own = step.number("speed_mps", low=0.05, high=5.0) if step.has("speed_mps") else None
        return Go(step.place("to_m"), own)
    if given[0] == "turn_deg":
        by_rad = math.radians(step.number("turn_deg", low=-720.0, high=720.0))
        if abs(by_rad) < 1e-3:
            raise SceneError(f"{where} turn_deg: {raw['turn_deg']} is no turn, leave it out")
        return Turn(by_rad, math.radians(step.number("rate_degps", 60.0, 1.0, 360.0)))
    return Stand(step.number("stand_s", low=0.05, high=3600.0))


def check_walker(scene: Scene, corridor: Corridor, seconds: float) -> None:
    """Hold the walker against the walls all the way, and against things at the start.

    Raises
    ------
    SceneError
        When the walker would be inside of a wall, or begins inside of a thing.
    """
    start = scene.path.pose_at(0.0)
    for outline in outlines_of(scene, FloorPose(0.0, 0.0), Moment(0.0)):
        low, high = (outline.bottom_m, outline.top_m)
        solid = (low < _HEAD_M and high > _FEET_M) or low < 0.0
        if outline.id and solid and distance_m(outline, start.x_m, start.y_m) < _BODY_M:
            raise SceneError(
                f"walker: they begin at ({start.x_m:g}, {start.y_m:g}) inside of the "
                f"{outline.label} with id {outline.id}, move one of them"
            )
    steps = max(1, math.ceil(seconds / 0.1))
    for time_s in (seconds * n / steps for n in range(steps + 1)):
        pose = scene.path.pose_at(time_s)
        if not corridor.holds(pose.x_m, pose.y_m, _BODY_M):
            raise SceneError(
                f"walker: at {time_s:.1f} s they are at ({pose.x_m:.2f}, {pose.y_m:.2f}), inside "
                f"of a wall of the corridor ({corridor.width_m:g} m wide, {corridor.length_m:g} m "
                "long), give another path, fewer seconds or a longer corridor"
            )
