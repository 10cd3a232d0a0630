"""A scripted walk: a scene, what happens to the sensors, and what is expected of FollowMe."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from followme.sources.route import Route
from followme.sources.scene import Scene
from followme.sources.sensor import SensorModel
from followme.sources.source import SourceError
from followme.sources.sway import FULL_SWAY, NO_SWAY, Sway
from followme.sources.walk_events import Event

#: How a depth camera errs, unless a scene file says otherwise.
USUAL_SENSOR = SensorModel(
    hole_share=0.005,
    edge_bleed=0.15,
    edge_dropout=0.25,
    glass_dropout=0.75,
    shiny_dropout=0.45,
    dark_dropout=0.25,
    exposure_s=0.008,
)
# after the last event there must be time to tell of its end
_AFTER_EVENTS_S = 3.0
# walkers do not all keep to the same line
_LATERAL_M = 0.03


@dataclass(frozen=True, eq=False)
class Walk:
    """A walk as a scene file gives it.

    Parameters
    ----------
    number, name, text : int, str, str
        What it is called, and what happens, for people.
    seconds : float
        How long it lasts.
    rate_hz : float
        Frames a second.
    scene : Scene
        With the path of the walker.
    route : Route
        What that path was made of.
    events : tuple of Event
        What happens to the sensors.
    sensor : SensorModel
        How they err.
    sway : Sway
        How the camera moves.
    seed : int
        Of noise, sway and the line that the walker keeps to; 0 keeps to the written one.
    expect : mapping
        What FollowMe should say; judged elsewhere.
    """

    number: int
    name: str
    text: str
    seconds: float
    rate_hz: float
    scene: Scene
    route: Route
    events: tuple[Event, ...] = ()
    sensor: SensorModel = USUAL_SENSOR
    sway: Sway = NO_SWAY
    seed: int = 0
    expect: Mapping[str, Any] = field(default_factory=dict)

    def varied(
        self,
        speed_mps: float | None = None,
        pitch_deg: float | None = None,
        seed: int | None = None,
        sway: Sway | bool | None = None,
    ) -> Walk:
        """Return the walk with some of it changed, for a grid of walks.

        Parameters
        ----------
        speed_mps : float, optional
            Of the walker. The way stays the same, the time changes; a walker who stands goes on
            standing.
        pitch_deg : float, optional
            How far the camera looks down.
        seed : int, optional
            Of noise, sway, and by how many centimetres the walker is off the line.
        sway : Sway or bool, optional
            True for the one of the specification, False for none.

        Raises
        ------
        SourceError
            When a figure is out of range.
        """
        route = self.route
        if speed_mps is not None and route.speed_mps > 0:
            if not 0.05 <= speed_mps <= 5.0:
                raise SourceError(f"walk {self.name}: speed {speed_mps!r} must be 0.05 to 5 m/s")
            route = route.faster(speed_mps)
        mount = self.scene.mount
        if pitch_deg is not None:
            if not -45.0 <= pitch_deg <= 80.0:
                raise SourceError(f"walk {self.name}: pitch {pitch_deg!r} must be -45 to 80 deg")
            mount = replace(mount, pitch_rad=math.radians(pitch_deg))
        if isinstance(sway, bool):
            sway = FULL_SWAY if sway else NO_SWAY
        seed = self.seed if seed is None else seed
        seconds = self._seconds_of(route)
        path = _off_line(route, seed).path(seconds)
        return replace(
            self,
            seconds=seconds,
            scene=replace(self.scene, path=path, mount=mount),
            route=route,
            sway=self.sway if sway is None else sway,
            seed=seed,
        )

    def _seconds_of(self, route: Route) -> float:
        """Return how long the same way lasts."""
        if route.speed_mps == self.route.speed_mps:
            return self.seconds
        if route.steps:
            rest = self.seconds - self.route.path(self.seconds).seconds
            seconds = route.path(self.seconds).seconds + rest
        else:
            seconds = self.seconds * self.route.speed_mps / route.speed_mps
        ends = [t for event in self.events for t in (event.from_s, event.until_s)]
        last = max((t for t in ends if math.isfinite(t)), default=-_AFTER_EVENTS_S)
        return max(seconds, min(self.seconds, last + _AFTER_EVENTS_S))


def _off_line(route: Route, seed: int) -> Route:
    """Return the route as one of many walkers takes it, a few centimetres beside the line."""
    if seed == 0:
        return route
    off_m = float(np.random.default_rng([seed, 8]).uniform(-_LATERAL_M, _LATERAL_M))
    x, y = route.start.from_walker(0.0, off_m)
    return route.shifted(x - route.start.x_m, y - route.start.y_m)
