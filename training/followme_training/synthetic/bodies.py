"""People for Blender: limbs grown together, in clothes, with a step that swings them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from followme.sources.parts import Capsule, Colour, Finish
from followme.sources.people import HAIR, SHOES, SKIN, TROUSERS
from followme.sources.scene import Thing
from followme_training.synthetic.solids import Look, Points, Solid, capsule

# finer than a fold of cloth, coarser than a pore
_GRAIN_M = 0.011
# what is thinner than this would be lost in the grain: eyes and mouth
_SMALL_M = 0.02
_SKINS: tuple[Colour, ...] = ((222, 172, 140), (196, 140, 104), (146, 98, 68), (98, 66, 48))
_HAIRS: tuple[Colour, ...] = ((62, 42, 30), (26, 22, 20), (132, 96, 52), (150, 146, 142))
_LEGS: tuple[Colour, ...] = ((48, 58, 84), (56, 54, 52), (96, 86, 70), (34, 38, 44))
_SHIRTS: tuple[Colour, ...] = ((150, 54, 50), (60, 96, 140), (196, 188, 172), (88, 116, 84))


@dataclass(frozen=True, eq=False)
class Body:
    """A person at rest.

    Parameters
    ----------
    vertices : (V, 3) float64
        In the frame of the thing, metres.
    faces : tuple of tuples of int
        Counter-clockwise from outside.
    colours : (V, 3) uint8
        Red, green, blue of each vertex.
    swing_m : (V,) float64
        How far each goes forward at the height of a step.
    """

    vertices: Points
    faces: tuple[tuple[int, ...], ...]
    colours: NDArray[np.uint8]
    swing_m: NDArray[np.float64]


def dressed(thing: Thing, seed: int) -> tuple[Capsule, ...]:
    """Return the limbs of a person in the clothes of a world."""
    rng = np.random.default_rng([seed, 31, thing.id])
    skin, hair = _SKINS[int(rng.integers(4))], _HAIRS[int(rng.integers(4))]
    legs = _LEGS[int(rng.integers(4))]
    shirt = thing.colour if rng.random() < 0.5 else _SHIRTS[int(rng.integers(4))]
    worn = {SKIN: skin, HAIR: hair, TROUSERS: legs, SHOES: SHOES, None: shirt}
    return tuple(replace(c, colour=worn.get(c.colour, c.colour)) for c in thing.capsules)


def body_of(bpy: Any, limbs: tuple[Capsule, ...]) -> Body:
    """Return limbs grown together."""
    large = tuple(c for c in limbs if c.radius_m >= _SMALL_M)
    vertices, faces = _grown(bpy, large)
    gap, _ = _gaps(vertices, large)
    colours = np.array([c.colour for c in large], np.uint8)[np.argmin(gap, axis=1)]
    swing = _swing(vertices, large)
    for limb in limbs:
        if limb.radius_m < _SMALL_M:
            solid = capsule(limb, Look(limb.colour or SKIN, Finish.PLAIN, "person"))
            shift = len(vertices)
            faces += tuple(tuple(i + shift for i in face) for face in solid.faces)
            vertices = np.concatenate([vertices, solid.vertices])
            count = len(solid.vertices)
            colours = np.concatenate([colours, np.full((count, 3), limb.colour, np.uint8)])
            swing = np.concatenate([swing, np.full(count, float(np.mean(limb.swing_m)))])
    return Body(vertices, faces, colours, swing)


def _grown(bpy: Any, limbs: tuple[Capsule, ...]) -> tuple[Points, tuple[tuple[int, ...], ...]]:
    """Return the skin around all limbs, as Blender's voxels find it."""
    look = Look(SKIN, Finish.PLAIN, "person")
    solids = [capsule(limb, look) for limb in limbs]
    mesh = bpy.data.meshes.new("limbs")
    joined, faces = _joined(solids)
    mesh.from_pydata(joined.tolist(), [], [list(f) for f in faces])
    thing = bpy.data.objects.new("limbs", mesh)
    bpy.context.scene.collection.objects.link(thing)
    grow = thing.modifiers.new("grow", "REMESH")
    grow.mode, grow.voxel_size = "VOXEL", _GRAIN_M
    smooth = thing.modifiers.new("smooth", "SMOOTH")
    smooth.factor, smooth.iterations = 0.5, 5
    whole = thing.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()
    vertices = np.empty(3 * len(whole.vertices), np.float32)
    whole.vertices.foreach_get("co", vertices)
    found = tuple(tuple(p.vertices) for p in whole.polygons)
    thing.to_mesh_clear()
    bpy.data.objects.remove(thing)
    bpy.data.meshes.remove(mesh)
    return vertices.reshape(-1, 3).astype(np.float64), found


def _joined(solids: list[Solid]) -> tuple[Points, list[tuple[int, ...]]]:
    faces: list[tuple[int, ...]] = []
    first = 0
    for solid in solids:
        faces += [tuple(i + first for i in face) for face in solid.faces]
        first += len(solid.vertices)
    return np.concatenate([s.vertices for s in solids]), faces


def _gaps(vertices: Points, limbs: tuple[Capsule, ...]) -> tuple[Points, Points]:
    """Return how far each vertex is from each limb's surface, and where along it, (V, K)."""
    start = np.array([c.start_m for c in limbs])
    way = np.array([c.end_m for c in limbs]) - start
    radius = np.array([c.radius_m for c in limbs])
    off = vertices[:, None] - start
    share = np.clip((off * way).sum(2) / (way * way).sum(1), 0.0, 1.0)
    gap = np.linalg.norm(off - share[..., None] * way, axis=2) - radius
    return gap, share


def _swing(vertices: Points, limbs: tuple[Capsule, ...]) -> NDArray[np.float64]:
    """Return how far vertices swing: as the limbs around them do, the nearer the more."""
    gap, share = _gaps(vertices, limbs)
    ends = np.array([c.swing_m for c in limbs])
    swing = ends[:, 0] + share * (ends[:, 1] - ends[:, 0])
    weight = np.exp(-np.maximum(gap - gap.min(axis=1, keepdims=True), 0.0) / 0.02)
    return np.asarray((weight * swing).sum(1) / weight.sum(1))
