"""From a scene to what a renderer needs: draws every surface once and lists what rays can meet."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from followme.sources.atlas import Atlas
from followme.sources.scene import CLASS_NAMES, Box, Capsule, Colour, Panel, Scene, Thing
from followme.sources.source import SourceError
from followme.sources.surfaces import Facet, Footprint, Limb, Surfaces, turned
from followme.sources.textures import draw

_PX_PER_M = 96.0
_LONGEST_PX = 8000
# no less than a few texels on a thin slat, but no more than this on any
_FEWEST_PX, _DENSEST_PX_PER_M = 4, 400.0
_AMBIENT, _DIFFUSE = 0.52, 0.50
_LIGHT = np.array([-0.45, 0.28, 0.85]) / math.sqrt(0.45**2 + 0.28**2 + 0.85**2)
_RAMP_WIDTH, _RAMP_HEIGHT = 48, 24
# parts that begin higher cast no shadow on the floor that a viewer would miss
_SHADOW_BELOW_M = 0.6
_MOST_SURFACES = 255


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
            normals=np.array([f.sign * f.frame[f.axis] for f in self._facets]).reshape(-1, 3),
            limbs=tuple(self._limbs),
            footprints=tuple(f for f in map(_footprint, scene.things) if f is not None),
            atlas=self._atlas.picture(),
            labels=_table(self._labels),
            ids=_table(self._ids),
            light=_LIGHT,
        )

    def _surface(self, label: str, id: int) -> int:
        if len(self._labels) > _MOST_SURFACES:
            raise SourceError(
                f"scene: it has more than {_MOST_SURFACES} panels and things, leave some out"
            )
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
            picture = draw(box.finish, size, colour, self._rng, min(density, _DENSEST_PX_PER_M))
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
    weave = rng.normal(1.0, 0.035, (_RAMP_HEIGHT, 1, 1)).astype(np.float32)
    rgb = np.array(colour[::-1], np.float32)
    return np.asarray(shade[None, :, None] * weave * rgb, np.float32)


def _footprint(thing: Thing) -> Footprint | None:
    """Return the rectangle that the lower parts of a thing cover, None when it hangs."""
    corners: list[tuple[float, float]] = []
    for part in thing.parts:
        if isinstance(part, Box):
            if part.centre_m[2] - part.size_m[2] / 2 < _SHADOW_BELOW_M:
                half = np.array([[sx, sy, 0.0] for sx in (-0.5, 0.5) for sy in (-0.5, 0.5)])
                turned_half = (half * part.size_m) @ turned(part.yaw_rad)
                corners += [(c[0] + part.centre_m[0], c[1] + part.centre_m[1]) for c in turned_half]
        elif min(part.start_m[2], part.end_m[2]) < _SHADOW_BELOW_M:
            corners += [part.start_m[:2], part.end_m[:2]]
    if not corners:
        return None
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    frame = turned(thing.yaw_rad)
    centre = np.array([*(low + high) / 2, 0.0]) @ frame + (*thing.at_m, 0.0)
    half_m = (high - low) / 2
    return Footprint(frame, centre, (float(half_m[0]), float(half_m[1])), thing)


def _table(values: list[int]) -> NDArray[np.uint8]:
    """Return a look-up table for 8-bit indices, (256,)."""
    table = np.zeros(256, np.uint8)
    table[: len(values)] = values
    return table
