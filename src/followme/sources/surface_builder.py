"""From a scene to what a renderer needs: draws every surface once and lists what rays can meet."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from followme.sources.atlas import Atlas
from followme.sources.facets import Facet, Sheet
from followme.sources.footprints import footprint_of
from followme.sources.parts import (
    CLASS_NAMES,
    Box,
    Capsule,
    Colour,
    Cylinder,
    Finish,
    Material,
    Pit,
)
from followme.sources.scene import Opening, Panel, Thing
from followme.sources.source import SourceError
from followme.sources.surfaces import Limbs, Round, Surfaces, turned
from followme.sources.textures import draw

_PX_PER_M = 96.0
_LONGEST_PX = 8000
# no less than a few texels on a thin slat, but no more than this on any
_FEWEST_PX, _DENSEST_PX_PER_M = 4, 400.0
_AMBIENT, _DIFFUSE = 0.52, 0.50
_LIGHT = np.array([-0.45, 0.28, 0.85]) / math.sqrt(0.45**2 + 0.28**2 + 0.85**2)
_RAMP_WIDTH, _RAMP_HEIGHT = 48, 24
_MOST_SURFACES = 255
# less light falls into a pit, least onto its bottom
_PIT_SIDE, _PIT_BOTTOM = 0.78, 0.66

Texture = tuple[float, float, float, float]


def surfaces_of(
    panels: tuple[Panel, ...],
    things: tuple[Thing, ...],
    fixtures: tuple[Thing, ...] = (),
    seed: int = 0,
) -> Surfaces:
    """Make a scene ready: draw its surfaces and list what rays can meet.

    Raises
    ------
    SourceError
        When the scene has more panels and things than can be told apart.
    """
    return _Builder(seed).build(panels, (*things, *fixtures))


class _Builder:
    """Collects facets and limbs while the atlas grows."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._atlas = Atlas()
        self._facets: list[Facet] = []
        self._limbs: list[tuple[int, Capsule, Texture, int]] = []
        self._rounds: list[Round] = []
        self._tables: list[tuple[int, int, int]] = [(0, 0, 0)]
        self._known: dict[tuple[int, str, Material], int] = {}
        self._atlas.add(np.zeros((2, 2, 3), np.float32))  # what nothing looks like

    def build(self, panels: tuple[Panel, ...], actors: tuple[Thing, ...]) -> Surfaces:
        pits = tuple(_pit_openings(actors))
        for panel in panels:
            self._add_panel(panel, pits)
        for actor, thing in enumerate(actors):
            self._add_thing(actor, thing)
        labels, ids, materials = _tables(self._tables)
        return Surfaces(
            actors=actors,
            facets=tuple(self._facets),
            sheet=Sheet.of(self._facets),
            limbs=_limbs(self._limbs),
            rounds=tuple(self._rounds),
            footprints=tuple(
                f for i, thing in enumerate(actors) if (f := footprint_of(i, thing)) is not None
            ),
            atlas=self._atlas.picture(),
            labels=labels,
            ids=ids,
            materials=materials,
            light=_LIGHT,
        )

    def _surface(self, label: str, id: int, material: Material) -> int:
        if len(self._tables) > _MOST_SURFACES:
            raise SourceError(
                f"scene: it has more than {_MOST_SURFACES} panels and things, leave some out"
            )
        self._tables.append((CLASS_NAMES.index(label), id, material))
        return len(self._tables) - 1

    def _part_surface(self, actor: int, thing: Thing, part: Box | None = None) -> int:
        label, material = thing.label, Material.MATT
        if part is not None:
            label, material = part.label or label, part.material
        key = (actor, label, material)
        if key not in self._known:
            self._known[key] = self._surface(label, thing.id, material)
        return self._known[key]

    def _add_panel(self, panel: Panel, pits: tuple[Opening, ...]) -> None:
        size = tuple(high - low for low, high in zip(panel.low_m, panel.high_m, strict=True))
        density = _density(max(size))
        picture = draw(
            panel.finish, (size[0], size[1]), panel.colour, self._rng, density, panel.low_m
        )
        on_floor = panel.axis == 2 and panel.at_m == 0.0
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
                self._surface(panel.label, 0, panel.material),
                openings=(*panel.openings, *pits) if on_floor else panel.openings,
            )
        )

    def _add_thing(self, actor: int, thing: Thing) -> None:
        self._part_surface(actor, thing)
        for part in thing.parts:
            if isinstance(part, Box):
                self._add_box(actor, thing, part)
            elif isinstance(part, Capsule):
                texture = self._add_ramp(part.colour or thing.colour)
                self._limbs.append((actor, part, texture, self._part_surface(actor, thing)))
            elif isinstance(part, Cylinder):
                texture = self._add_ramp(part.colour or thing.colour)
                surface = self._part_surface(actor, thing)
                self._rounds.append(Round(part, actor, texture, surface))
            else:
                self._add_pit(actor, thing, part)

    def _add_box(self, actor: int, thing: Thing, box: Box) -> None:
        frame = turned(box.yaw_rad + thing.yaw_rad)
        centre = np.array(box.centre_m) @ turned(thing.yaw_rad) + (*thing.at_m, 0.0)
        surface = self._part_surface(actor, thing, box)
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
                        actor,
                        pane=box.material is Material.GLASS,
                    )
                )

    def _add_pit(self, actor: int, thing: Thing, pit: Pit) -> None:
        """Add its four sides, seen from within, and its bottom."""
        half = (pit.size_m[0] / 2, pit.size_m[1] / 2, pit.depth_m / 2)
        centre = np.array([*pit.centre_m, -half[2]]) + np.array([*thing.at_m, 0.0])
        surface = self._part_surface(actor, thing)
        for axis, sign in ((0, 1), (0, -1), (1, 1), (1, -1), (2, 1)):
            u, v = (a for a in range(3) if a != axis)
            size = (2 * half[u], 2 * half[v])
            picture = draw(Finish.STONE, size, thing.colour, self._rng, _density(max(size)))
            picture *= np.float32(_PIT_BOTTOM if axis == 2 else _PIT_SIDE)
            self._facets.append(
                Facet(
                    np.eye(3),
                    centre,
                    axis,
                    sign,
                    -sign * half[axis],
                    (-half[u], -half[v]),
                    (half[u], half[v]),
                    self._place(picture, size),
                    surface,
                    actor,
                )
            )

    def _add_ramp(self, colour: Colour) -> Texture:
        picture = _ramp(colour, self._rng)
        column, row = self._atlas.add(picture)
        return (float(column), picture.shape[1] - 1.0, float(row), picture.shape[0] - 1.0)

    def _place(self, picture: NDArray[np.float32], size_m: tuple[float, float]) -> Texture:
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


def _pit_openings(things: Iterable[Thing]) -> Iterable[Opening]:
    """Yield where the floor is missing."""
    for thing in things:
        for part in thing.parts:
            if isinstance(part, Pit):
                x, y = thing.at_m[0] + part.centre_m[0], thing.at_m[1] + part.centre_m[1]
                length, width = part.size_m[0] / 2, part.size_m[1] / 2
                yield (x - length, y - width), (x + length, y + width)


def _limbs(found: list[tuple[int, Capsule, Texture, int]]) -> Limbs:
    whose: dict[int, slice] = {}
    for i, (actor, *_) in enumerate(found):
        begin = whose[actor].start if actor in whose else i
        whose[actor] = slice(begin, i + 1)
    return Limbs(
        np.array([(c.start_m, c.end_m) for _, c, _, _ in found]).reshape(-1, 2, 3),
        np.array([c.swing_m for _, c, _, _ in found]).reshape(-1, 2),
        np.array([c.radius_m for _, c, _, _ in found]),
        np.array([texture for _, _, texture, _ in found], np.float32).reshape(-1, 4),
        np.array([surface for *_, surface in found], np.uint8),
        tuple(whose.items()),
    )


def _tables(entries: list[tuple[int, int, int]]) -> tuple[NDArray[np.uint8], ...]:
    """Return look-up tables for 8-bit indices, (256,) each: classes, ids, materials."""
    tables = np.zeros((3, 256), np.uint8)
    tables[:, : len(entries)] = np.array(entries, np.uint8).T
    return tuple(tables)
