"""Tiny walks for the tests of evaluation: small images, few seconds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from followme.evaluation.walk_run import Shown, Subject
from followme.sources.corridor_walk import a_corridor
from followme.sources.scene import Scene, Thing
from followme.sources.synthetic import SyntheticSource
from followme.sources.walker_path import WalkerPath, walking

RATE_HZ = 15.0


def a_subject(things: Sequence[Thing] = (), path: WalkerPath | None = None) -> Subject:
    scene = a_corridor(things, path or walking((0.0, 1.0), (6.0, 1.0)), length_m=12.0)
    return Subject(1, "tiny walk", scene, 1.0, RATE_HZ)


def shown(scene: Scene, seconds: float | None = None, seed: int = 0) -> Iterator[Shown]:
    source = SyntheticSource(160, 120, RATE_HZ, seed, seconds, scene=scene)
    for frame in source.frames():
        yield Shown(scene.path.pose_at(frame.stamp_ns * 1e-9), replace(frame))
