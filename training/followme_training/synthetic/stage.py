"""A scene in Blender: built once, then arranged for each moment."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from followme.sources.course import Moment
from followme.sources.parts import CLASS_NAMES, Finish, Material, Pit
from followme.sources.scene import Opening, Panel, Scene, Thing
from followme.sources.textures import draw
from followme_training.synthetic.bodies import Body, body_of, dressed
from followme_training.synthetic.finishes import PICTURED, Taste, linear, material_of
from followme_training.synthetic.lights import light_room
from followme_training.synthetic.shader_graph import ShaderGraph
from followme_training.synthetic.solids import Look, Solid, panel_solid, solids_of

#: Pass indices of materials are the class plus so much times what it does to a depth sensor.
MATERIAL_STEP = 64
# of two panels in one plane the later one stands so far before the other
_APART_M = 0.0015
_PICTURE_PX_PER_M = 220.0
_LARGEST_PICTURE_PX = 1024
_ROUNDED_M = 0.004


class Stage:
    """A scene that Blender can render.

    Parameters
    ----------
    bpy : module
        Blender, with an empty scene.
    scene : Scene
        What there is.
    seed : int
        Of materials, clothes and lights.
    """

    def __init__(self, bpy: Any, scene: Scene, seed: int) -> None:
        self._bpy = bpy
        self._taste = Taste.of_seed(seed)
        self._seed = seed
        self._materials: dict[tuple[Look, tuple[int, int]], Any] = {}
        self._bodies: dict[Any, Body] = {}
        self._actors: list[tuple[Thing, Any]] = []
        self._room(scene)
        for thing in (*scene.things, *scene.fixtures):
            self._actors.append((thing, self._thing(thing)))
        light_room(bpy, scene, seed)

    def arrange(self, moment: Moment) -> None:
        """Put all things where they are at a moment."""
        for thing, model in self._actors:
            place = thing.placed_at(moment)
            model.hide_render = place is None
            if place is None:
                continue
            model.location = (*thing.position(place), 0.0)
            model.rotation_euler = (0.0, 0.0, thing.yaw_rad + place.turn_rad)
            if model.data.shape_keys is not None:
                stride = model.data.shape_keys.key_blocks["stride"]
                stride.value = math.sin(place.stride_rad)

    def _room(self, scene: Scene) -> None:
        pits = tuple(_pit_openings(scene.things))
        levels: dict[tuple[int, float], int] = {}
        for number, panel in enumerate(scene.panels):
            key = (panel.axis, round(panel.at_m, 6))
            level = levels.get(key, 0)
            overlaid = panel.finish in _OVERLAID
            if overlaid:
                levels[key] = level + 1
            before = _APART_M * (level + 1) * _inward(panel, scene) if overlaid else 0.0
            floor = panel.axis == 2 and panel.at_m == 0.0
            solid = panel_solid(panel, panel.at_m + before, pits if floor else ())
            if solid is not None:
                self._model(f"panel {number}", [solid], 0)

    def _thing(self, thing: Thing) -> Any:
        name = f"{thing.label} {thing.id}"
        if thing.capsules:
            return self._person(name, thing)
        model = self._model(name, solids_of(thing), thing.id)
        if not any(isinstance(part, Pit) for part in thing.parts):
            rounded = model.modifiers.new("rounded", "BEVEL")
            rounded.width, rounded.segments = _ROUNDED_M, 2
            rounded.limit_method = "ANGLE"
        return model

    def _person(self, name: str, thing: Thing) -> Any:
        limbs = dressed(thing, self._seed)
        body = self._bodies.get(limbs) or body_of(self._bpy, limbs)
        self._bodies[limbs] = body
        mesh = self._bpy.data.meshes.new(name)
        mesh.from_pydata(body.vertices.tolist(), [], [list(f) for f in body.faces])
        mesh.shade_smooth()
        paint = mesh.color_attributes.new("clothes", "BYTE_COLOR", "POINT")
        colours = np.array([linear(tuple(c)) for c in np.unique(body.colours, axis=0)])
        _, which = np.unique(body.colours, axis=0, return_inverse=True)
        paint.data.foreach_set("color", colours[which.reshape(-1)].astype(np.float32).reshape(-1))
        mesh.materials.append(self._skin())
        model = self._linked(name, mesh, thing.id)
        if body.swing_m.any():
            model.shape_key_add(name="rest")
            stride = model.shape_key_add(name="stride")
            stride.slider_min = -1.0
            stepped = body.vertices.copy()
            stepped[:, 0] += body.swing_m
            stride.data.foreach_set("co", stepped.astype(np.float32).reshape(-1))
        return model

    def _skin(self) -> Any:
        known = self._materials.get((_SKIN, (0, 0)))
        if known is not None:
            return known
        g = ShaderGraph(self._bpy, "clothes")
        colour = g.node("VertexColor", {}, layer_name="clothes").outputs["Color"]
        cloth = g.spread(g.noise(70.0, 3.0), 0.88, 1.1)
        folds = g.noise(11.0, 3.0)
        material = g.finish(g.matter(g.toned(colour, cloth), 0.75, Normal=g.bumped(folds, 0.03)))
        material.pass_index = CLASS_NAMES.index("person")
        self._materials[_SKIN, (0, 0)] = material
        return material

    def _model(self, name: str, solids: list[Solid], id: int) -> Any:
        """Return a model made of solids, each with the material of its look."""
        mesh = self._bpy.data.meshes.new(name)
        vertices: list[list[float]] = []
        faces: list[list[int]] = []
        slots: list[int] = []
        rounds: list[bool] = []
        materials: list[Any] = []
        for solid in solids:
            material = self._material(solid)
            if material not in materials:
                materials.append(material)
            first = len(vertices)
            vertices += solid.vertices.tolist()
            faces += [[i + first for i in face] for face in solid.faces]
            slots += [materials.index(material)] * len(solid.faces)
            rounds += [solid.smooth] * len(solid.faces)
        mesh.from_pydata(vertices, [], faces)
        for material in materials:
            mesh.materials.append(material)
        mesh.polygons.foreach_set("material_index", slots)
        mesh.polygons.foreach_set("use_smooth", rounds)
        layer = mesh.uv_layers.new(name="faces")
        layer.data.foreach_set("uv", _places_on_faces(np.array(vertices), faces))
        return self._linked(name, mesh, id)

    def _linked(self, name: str, mesh: Any, id: int) -> Any:
        model = self._bpy.data.objects.new(name, mesh)
        model.pass_index = id
        self._bpy.context.scene.collection.objects.link(model)
        return model

    def _material(self, solid: Solid) -> Any:
        look, size = solid.look, (0, 0)
        if look.finish in PICTURED:
            size = _picture_size(solid)
        key = (look, size)
        if key not in self._materials:
            picture = self._picture(look, size) if look.finish in PICTURED else None
            material = material_of(self._bpy, look, self._taste, picture)
            does = MATERIAL_STEP * int(look.material)
            material.pass_index = CLASS_NAMES.index(look.label) + does
            self._materials[key] = material
        return self._materials[key]

    def _picture(self, look: Look, size_cm: tuple[int, int]) -> Any:
        size_m = (size_cm[0] / 100.0, size_cm[1] / 100.0)
        density = min(_PICTURE_PX_PER_M, _LARGEST_PICTURE_PX / max(size_m))
        rng = np.random.default_rng([self._seed, *size_cm])
        bgr = draw(look.finish, size_m, look.colour, rng, density)
        height, width = bgr.shape[:2]
        image = self._bpy.data.images.new(look.finish.value, width, height)
        rgba = np.ones((height, width, 4), np.float32)
        rgba[..., :3] = np.clip(bgr[..., ::-1] / 255.0, 0.0, 1.0)
        image.pixels.foreach_set(rgba.reshape(-1))
        image.pack()
        return image


_SKIN = Look((0, 0, 0), PICTURED[0], "person", Material.MATT)
# these lie on other panels
_OVERLAID = (Finish.LAMP, Finish.CARPET, Finish.GLOSS, Finish.DOOR, Finish.WINDOW)


def _inward(panel: Panel, scene: Scene) -> float:
    """Return on which side of a panel the walker is, 1 or -1 along its axis."""
    if panel.axis == 2:
        return 1.0 if panel.at_m < scene.mount.height_m else -1.0
    start = scene.path.start
    return 1.0 if panel.at_m < (start.x_m, start.y_m)[panel.axis] else -1.0


def _pit_openings(things: tuple[Thing, ...]) -> list[Opening]:
    found: list[Opening] = []
    for thing in things:
        for part in thing.parts:
            if isinstance(part, Pit):
                x, y = thing.at_m[0] + part.centre_m[0], thing.at_m[1] + part.centre_m[1]
                half = part.size_m[0] / 2, part.size_m[1] / 2
                found.append(((x - half[0], y - half[1]), (x + half[0], y + half[1])))
    return found


def _picture_size(solid: Solid) -> tuple[int, int]:
    """Return width and height in centimetres of the picture on a solid's faces."""
    size = np.ptp(solid.vertices, axis=0)
    high = float(size[2]) or float(min(size[0], size[1]))
    wide = float(max(size[0], size[1]))
    return max(1, round(100 * wide)), max(1, round(100 * high))


def _places_on_faces(vertices: np.ndarray, faces: list[list[int]]) -> np.ndarray:
    """Return u and v of each corner of each face, one after the other."""
    found: list[np.ndarray] = []
    for face in faces:
        corners = vertices[face]
        size = np.ptp(corners, axis=0)
        flat = int(np.argmin(size))
        across, up = [k for k in range(3) if k != flat]
        chosen = corners[:, (across, up)]
        low, span = chosen.min(0), np.maximum(np.ptp(chosen, axis=0), 1e-9)
        found.append((chosen - low) / span)
    return np.concatenate(found).astype(np.float32).reshape(-1)
