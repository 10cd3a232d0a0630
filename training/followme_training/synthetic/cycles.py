"""Cycles, Blender's path tracer, as a renderer of scenes: few samples, then a denoiser."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from followme.sources.course import Moment
from followme.sources.parts import Material
from followme.sources.renderer import Rendered
from followme.sources.renderer import render as render_by_rays
from followme.sources.scene import Scene
from followme.sources.view import View
from followme.sources.walker_path import FloorPose
from followme.values.camera import Attitude, Camera
from followme_training.datasets.errors import DataError
from followme_training.synthetic.blender import emptied, silenced
from followme_training.synthetic.exr_layers import Layers, read_layers
from followme_training.synthetic.film import developed
from followme_training.synthetic.stage import MATERIAL_STEP, Stage

_LAYER = "ViewLayer"
# what Blender gives where there is nothing
_NOTHING_M = 1e9


@dataclass(frozen=True)
class Quality:
    """What an image may cost.

    Parameters
    ----------
    samples : int
        Paths a pixel; 0 for FollowMe's own renderer, which needs no Blender.
    bounces : int
        How often light may be reflected before it counts as coming from everywhere.
    scale : float
        Below 1 colour is rendered smaller and enlarged; depth, classes and ids then come from
        FollowMe's own renderer, at full size.
    threads : int
        Of the processor; 0 for all.
    """

    samples: int = 6
    bounces: int = 2
    scale: float = 1.0
    threads: int = 1

    def __post_init__(self) -> None:
        for name, low, high in (("samples", 0, 4096), ("bounces", 0, 32), ("threads", 0, 256)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise DataError(f"synthetic: {name} {value!r} must be from {low} to {high}")
        if not 0.25 <= self.scale <= 1.0:
            raise DataError(f"synthetic: scale {self.scale!r} must be from 0.25 to 1")


class Cycles:
    """Renders one scene; give :meth:`render` to a walk as its renderer.

    One at a time: Blender has one scene in a process, the newest takes it.

    Parameters
    ----------
    scene : Scene
        What there is.
    seed : int
        Of materials, clothes, lights and exposure.
    quality : Quality
        What an image may cost.

    Raises
    ------
    DataError
        When Blender's module is not installed.
    """

    def __init__(self, scene: Scene, seed: int = 0, quality: Quality | None = None) -> None:
        self._bpy = emptied()
        self._scene = scene
        self._seed = seed
        self._stage = Stage(self._bpy, scene, seed)
        self._setting = self._bpy.context.scene
        lens = self._bpy.data.cameras.new("camera")
        self._camera = self._bpy.data.objects.new("camera", lens)
        self._setting.collection.objects.link(self._camera)
        self._setting.camera = self._camera
        self._quality = quality or Quality()
        _set_quality(self._bpy, self._quality)
        self._count = 0

    def render(
        self,
        scene: Scene,
        camera: Camera,
        attitude: Attitude,
        pose: FloorPose,
        when: float | Moment,
    ) -> Rendered:
        """Render as :func:`followme.sources.renderer.render` does, but as a photograph looks.

        Raises
        ------
        ValueError
            When the scene is another one than this was made for.
        """
        if scene is not self._scene:
            raise ValueError("cycles: it was made for another scene, make one for each")
        moment = when if isinstance(when, Moment) else Moment(when)
        self._stage.arrange(moment)
        scale = self._quality.scale
        if scale == 1.0:
            self._aim(camera, View.of(camera, attitude, pose))
            seen = self._seen(self._layers())
            if not (seen.materials == Material.GLASS).any():
                return seen
            exact = render_by_rays(scene, camera, attitude, pose, moment)
            panes = seen.materials == Material.GLASS
            return replace(seen, behind_m=np.where(panes, exact.behind_m, seen.depth_m))
        small = camera.scaled(round(camera.width * scale), round(camera.height * scale))
        self._aim(small, View.of(small, attitude, pose))
        light = _light(self._layers())
        size = camera.width, camera.height
        large = np.maximum(cv2.resize(light, size, interpolation=cv2.INTER_CUBIC), 0.0)
        exact = render_by_rays(scene, camera, attitude, pose, moment)
        return replace(exact, bgr=developed(np.asarray(large, np.float32), self._seed))

    def _aim(self, camera: Camera, view: View) -> None:
        setting, lens = self._setting, self._camera.data
        setting.render.resolution_x, setting.render.resolution_y = camera.width, camera.height
        setting.render.resolution_percentage = 100
        lens.sensor_fit, lens.sensor_width = "HORIZONTAL", 36.0
        lens.lens = camera.fx / camera.width * lens.sensor_width
        lens.clip_start, lens.clip_end = 0.02, 200.0
        # Blender's cameras look along -z with y up
        turn = view.to_scene @ np.diag([1.0, -1.0, -1.0])
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = turn, view.origin_m
        self._camera.matrix_world = matrix.T.tolist()

    def _layers(self) -> Layers:
        self._count += 1
        self._setting.cycles.seed = self._count
        with tempfile.TemporaryDirectory() as folder:
            self._setting.render.filepath = str(Path(folder) / "image")
            with silenced():
                self._bpy.ops.render.render(write_still=True)
            (file,) = Path(folder).glob("image*.exr")
            return read_layers(file)

    def _seen(self, layers: Layers) -> Rendered:
        depth = np.array(_channel(layers, "Depth.Z"))
        depth[depth >= _NOTHING_M] = np.inf
        index = np.rint(_channel(layers, "Material Index.X")).astype(np.int64)
        return Rendered(
            bgr=developed(_light(layers), self._seed),
            depth_m=depth,
            labels=(index % MATERIAL_STEP).astype(np.uint8),
            ids=np.rint(_channel(layers, "Object Index.X")).astype(np.uint8),
            materials=(index // MATERIAL_STEP).astype(np.uint8),
            behind_m=depth,
        )


def _light(layers: Layers) -> NDArray[np.float32]:
    return np.dstack([_channel(layers, f"Combined.{c}") for c in "BGR"])


def _channel(layers: Layers, name: str) -> NDArray[np.float32]:
    return layers[f"{_LAYER}.{name}"]


def _set_quality(bpy: Any, quality: Quality) -> None:
    setting = bpy.context.scene
    setting.render.engine = "CYCLES"
    render, cycles = setting.render, setting.cycles
    render.use_persistent_data = True
    render.threads_mode = "FIXED" if quality.threads else "AUTO"
    render.threads = quality.threads or 1
    cycles.device, cycles.samples = "CPU", quality.samples
    cycles.use_adaptive_sampling = False
    # a tree of lights costs more than it gains where a room has a dozen
    cycles.use_light_tree = False
    cycles.max_bounces = quality.bounces + 1
    cycles.diffuse_bounces = cycles.glossy_bounces = quality.bounces
    cycles.transparent_max_bounces = 6
    cycles.sample_clamp_indirect = 3.0
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.use_fast_gi, cycles.fast_gi_method = True, "REPLACE"
    cycles.ao_bounces_render = 1
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter, cycles.denoising_quality = "FAST", "FAST"
    cycles.pixel_filter_type = "BOX"
    cycles.filter_width = 1.0
    layer = bpy.context.view_layer
    layer.name = _LAYER
    layer.use_pass_z = layer.use_pass_object_index = layer.use_pass_material_index = True
    # panes too stand before what is behind them
    layer.pass_alpha_threshold = 0.0
    image = render.image_settings
    image.media_type = "MULTI_LAYER_IMAGE"
    image.file_format, image.color_depth, image.exr_codec = "OPEN_EXR_MULTILAYER", "32", "NONE"
    image.use_exr_interleave = True
