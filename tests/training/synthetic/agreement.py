"""Render a scene with Blender and with FollowMe's own renderer, and print how they agree.

Run by Blender's Python: `python agreement.py SCENE WIDTH HEIGHT SCALE`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from followme.sources.course import Moment
from followme.sources.parts import Material
from followme.sources.renderer import render
from followme.sources.scene_file import load_walk
from followme_training.synthetic.cycles import Cycles, Quality


def main(scene: str, width: str, height: str, scale: str) -> None:
    """Print shares of pixels, and the mean brightness."""
    walk = load_walk(Path(scene))
    camera, attitude = walk.scene.mount.camera(int(width), int(height)), walk.scene.mount.attitude()
    pose, now = walk.scene.path.pose_at(0.2), Moment(0.2)
    cycles = Cycles(walk.scene, walk.seed, Quality(samples=1, scale=float(scale)))
    photo = cycles.render(walk.scene, camera, attitude, pose, now)
    again = cycles.render(walk.scene, camera, attitude, pose, now)
    exact = render(walk.scene, camera, attitude, pose, now)
    panes = exact.materials == Material.GLASS
    off_m = np.abs(photo.depth_m - exact.depth_m)
    found = {
        "depth_within_2cm": float(np.mean(off_m < 0.02)),
        "depth_median_m": float(np.median(off_m)),
        "behind_within_2cm": float(np.mean(np.abs(photo.behind_m - exact.behind_m) < 0.02)),
        "labels": float(np.mean(photo.labels == exact.labels)),
        "ids": float(np.mean(photo.ids == exact.ids)),
        "materials": float(np.mean(photo.materials == exact.materials)),
        "brightness": float(photo.bgr.mean()),
        "glass_brightness": float(photo.bgr[panes].mean()) if panes.any() else None,
        "contrast": float(photo.bgr.std()),
        "again_within_2cm": float(np.mean(np.abs(photo.depth_m - again.depth_m) < 0.02)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
