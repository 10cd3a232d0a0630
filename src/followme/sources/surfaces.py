"""A scene made ready for rendering: flat facets, limbs, and one picture of all their colours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme.sources.atlas import Atlas
from followme.sources.scene import CLASS_NAMES, Box, Capsule, Colour, Panel, Scene, Thing
from followme.sources.textures import draw

_PX_PER_M = 96.0
_LONGEST_PX = 8000
# no less than a few texels on a thin slat
_FEWEST_PX = 4
_AMBIENT, _DIFFUSE = 0.52, 0.50
_LIGHT = np.array([-0.45, 0.28, 0.85]) / math.sqrt(0.45**2 + 0.28**2 + 0.85**2)
_RAMP_WIDTH = 48
_STEP_HZ = 0.9


@dataclass(frozen=True, eq=False)
class Facet:
    """A flat rectangle in a frame that may be turned about the vertical axis.

    Parameters
    ----------
    frame : (3, 3) float64
        Its axes in the scene, a row each.
    origin_m : (3,) float64
        Of its frame in the scene at time 0.
    axis : int
        Of its normal in its frame.
    sign : int
        1 or -1 when it is seen from that side only, 0 from both.
    at_m : float
        Where it stands on that axis.
    low_m, high_m : tuple of two floats
        Its edges on the other two axes.
    texture : tuple of four floats
        Pixels of the atlas per metre on both axes, and those of its lower left corner.
    surface : int
        Index into the tables of :class:`Surfaces`.
    thing : Thing or None
        Whose it is.
    """

    frame: NDArray[np.float64]
    origin_m: NDArray[np.float64]
    axis: int
    sign: int
    at_m: float
    low_m: tuple[float, float]
    high_m: tuple[float, float]
    texture: tuple[float, float, float, float]
    surface: int
    thing: Thing | None

    def corners(self) -> NDArray[np.float64]:
        """Return its corners in the scene at time 0, (4, 3)."""
        (u0, v0), (u1, v1) = self.low_m, self.high_m
        local = np.empty((4, 3))
        local[:, self.axis] = self.at_m
        local[:, [a for a in range(3) if a != self.axis]] = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
        return np.asarray(local @ self.frame + self.origin_m)


@dataclass(frozen=True, eq=False)
class Limb:
    """A capsule of a thing, with its ramp from dark to bright in the atlas.

    Parameters
    ----------
    capsule : Capsule
        In the frame of the thing.
    thing : Thing
        Whose it is.
    texture : tuple of four floats
        First column, width, first row, height of the ramp in the atlas.
    surface : int
        Index into the tables of :class:`Surfaces`.
    """

    capsule: Capsule
    thing: Thing
    texture: tuple[float, float, float, float]
    surface: int

    def ends_at(self, time_s: float) -> NDArray[np.float64]:
        """Return both ends in the scene, (2, 3)."""
        ends = np.array([self.capsule.start_m, self.capsule.end_m])
        if self.thing.moves_at(time_s):
            phase = 2.0 * math.pi * _STEP_HZ * (time_s - self.thing.moves_from_s)
            ends[:, 0] += np.array(self.capsule.swing_m) * math.sin(phase)
        return np.asarray(ends @ turned(self.thing.yaw_rad) + (*self.thing.position_at(time_s), 0))


@dataclass(frozen=True, eq=False)
class Surfaces:
    """All that a renderer needs of a scene.

    Parameters
    ----------
    facets : tuple of Facet
        Panels first, in their order.
    corners_m : (F, 4, 3) float64
        Of the facets at time 0.
    limbs : tuple of Limb
        Of people.
    atlas : (H, W, 3) uint8
        Colours, blue green red.
    labels, ids : (S,) uint8
        Class and thing of each surface; surface 0 is nothing.
    light : (3,) float64
        Direction toward the light, in the scene.
    """

    facets: tuple[Facet, ...]
    corners_m: NDArray[np.float64]
    limbs: tuple[Limb, ...]
    atlas: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    light: NDArray[np.float64]


def turned(yaw_rad: float) -> NDArray[np.float64]:
    """Return the (3, 3) matrix M for which ``row_vector @ M`` is turned to the left by yaw."""
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])


def surfaces_of(scene: Scene, seed: int = 0) -> Surfaces:
    """Make a scene ready: draw its surfaces and list what rays can meet."""
    return _Builder(seed).build(scene)


class _Builder:
    """Collects facets and limbs while the atlas grows."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._atlas = Atlas()
        self._facets: list[Facet] = []
        self._limbs: list[Limb] = []
        self._labels, self._ids = [0], [0]
        self._atlas.add(np.zeros((2, 2, 3), np.float32))  # what nothing looks like

    def build(self, scene: Scene) -> Surfaces:
        for panel in scene.panels:
            self._add_panel(panel)
        for thing in scene.things:
            self._add_thing(thing)
        corners = [facet.corners() for facet in self._facets]
        return Surfaces(
            facets=tuple(self._facets),
            corners_m=np.array(corners).reshape(-1, 4, 3),
            limbs=tuple(self._limbs),
            atlas=self._atlas.picture(),
            labels=np.array(self._labels, np.uint8),
            ids=np.array(self._ids, np.uint8),
            light=_LIGHT,
        )

    def _surface(self, label: str, id: int) -> int:
        self._labels.append(CLASS_NAMES.index(label))
        self._ids.append(id)
        return len(self._labels) - 1

    def _add_panel(self, panel: Panel) -> None:
        size = tuple(high - low for low, high in zip(panel.low_m, panel.high_m, strict=True))
        density = _density(max(size))
        picture = draw(
            panel.finish, (size[0], size[1]), panel.colour, self._rng, density, panel.low_m
        )
        self._facets.append(
            Facet(
                np.eye(3),
                np.zeros(3),
                panel.axis,
                0,
                panel.at_m,
                panel.low_m,
                panel.high_m,
                self._place(picture, (size[0], size[1])),
                self._surface(panel.label, 0),
                None,
            )
        )

    def _add_thing(self, thing: Thing) -> None:
        surface = self._surface(thing.label, thing.id)
        for part in thing.parts:
            if isinstance(part, Box):
                self._add_box(thing, part, surface)
            else:
                self._add_limb(thing, part, surface)

    def _add_box(self, thing: Thing, box: Box, surface: int) -> None:
        frame = turned(box.yaw_rad + thing.yaw_rad)
        centre = np.array(box.centre_m) @ turned(thing.yaw_rad) + (*thing.at_m, 0.0)
        half = tuple(0.5 * length for length in box.size_m)
        for axis in range(3):
            u, v = (a for a in range(3) if a != axis)
            size = (box.size_m[u], box.size_m[v])
            colour = box.colour or thing.colour
            density = max(_density(max(size)), _FEWEST_PX / min(size))
            picture = draw(box.finish, size, colour, self._rng, min(density, 400.0))
            for sign in (1, -1):
                lit = max(0.0, float(sign * frame[axis] @ _LIGHT))
                shaded = picture * np.float32(_AMBIENT + _DIFFUSE * lit)
                self._facets.append(
                    Facet(
                        frame,
                        centre,
                        axis,
                        sign,
                        sign * half[axis],
                        (-half[u], -half[v]),
                        (half[u], half[v]),
                        self._place(shaded, size),
                        surface,
                        thing,
                    )
                )

    def _add_limb(self, thing: Thing, capsule: Capsule, surface: int) -> None:
        picture = _ramp(capsule.colour or thing.colour, self._rng)
        column, row = self._atlas.add(picture)
        texture = (float(column), picture.shape[1] - 1.0, float(row), picture.shape[0] - 1.0)
        self._limbs.append(Limb(capsule, thing, texture, surface))

    def _place(
        self, picture: NDArray[np.float32], size_m: tuple[float, float]
    ) -> tuple[float, float, float, float]:
        column, row = self._atlas.add(picture)
        height, width = picture.shape[:2]
        return (width - 1) / size_m[0], (height - 1) / size_m[1], float(column), float(row)


def _density(longest_m: float) -> float:
    return min(_PX_PER_M, _LONGEST_PX / longest_m)


def _ramp(colour: Colour, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a limb's colours: columns from turned away from the light to facing it."""
    facing = np.linspace(-1.0, 1.0, _RAMP_WIDTH, dtype=np.float32)
    shade = _AMBIENT * (0.82 + 0.18 * facing) + _DIFFUSE * 1.1 * np.maximum(facing, 0.0)
    weave = rng.normal(1.0, 0.035, (24, 1, 1)).astype(np.float32)
    rgb = np.array(colour[::-1], np.float32)
    return np.asarray(shade[None, :, None] * weave * rgb, np.float32)
