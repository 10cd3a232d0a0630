"""The lights of a world: lamps in the ceiling, daylight from windows, and what walls give back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from followme.sources.parts import Finish
from followme.sources.scene import Panel, Scene

# of a lamp of 1.1 m by 0.3 m, as bright as an office is lit
_LAMP_W = 42.0
_WINDOW_W_PER_M2 = 26.0
# light that comes back from everywhere, so that few bounces are enough
_AMBIENT = 1.1
_BELOW_M = 0.03


def light_room(bpy: Any, scene: Scene, seed: int) -> None:
    """Hang lights where the scene has lamps and windows."""
    rng = np.random.default_rng([seed, 41])
    warm = float(rng.uniform(0.0, 1.0))
    colour = (1.0, 0.86 + 0.12 * (1 - warm), 0.70 + 0.26 * (1 - warm))
    strength = float(rng.uniform(0.75, 1.25))
    for panel in scene.panels:
        if panel.finish is Finish.LAMP:
            broken = rng.random() < 0.06
            if not broken:
                _hang(bpy, panel, _LAMP_W * strength * float(rng.uniform(0.85, 1.1)), colour)
        elif panel.finish is Finish.WINDOW:
            area = math.prod(b - a for a, b in zip(panel.low_m, panel.high_m, strict=True))
            _hang(bpy, panel, _WINDOW_W_PER_M2 * area, (0.86, 0.93, 1.0), scene)
    world = bpy.data.worlds.new("air")
    bpy.context.scene.world = world
    background = world.node_tree.nodes.get("Background")
    background.inputs["Color"].default_value = (1.0, 0.98, 0.95, 1.0)
    background.inputs["Strength"].default_value = _AMBIENT * strength
    world.light_settings.distance = 2.5


def _hang(
    bpy: Any,
    panel: Panel,
    watts: float,
    colour: tuple[float, float, float],
    scene: Scene | None = None,
) -> None:
    size = [high - low for low, high in zip(panel.low_m, panel.high_m, strict=True)]
    middle = [(high + low) / 2 for low, high in zip(panel.low_m, panel.high_m, strict=True)]
    lamp = bpy.data.lights.new("lamp", "AREA")
    lamp.shape, lamp.energy, lamp.color = "RECTANGLE", watts, colour
    model = bpy.data.objects.new("lamp", lamp)
    bpy.context.scene.collection.objects.link(model)
    if scene is None:
        lamp.size, lamp.size_y = size
        model.location = (*middle, panel.at_m - _BELOW_M)
    else:
        # a light shines along its own -z: into the room
        side = -1.0 if panel.at_m > 0.0 else 1.0
        lamp.size, lamp.size_y = size
        model.location = (middle[0], panel.at_m + side * _BELOW_M, middle[1])
        model.rotation_euler = (math.copysign(math.pi / 2, side), 0.0, 0.0)
    model.visible_camera = False
    model.visible_glossy = scene is None
