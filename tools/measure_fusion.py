"""Measure depth where a sensor's pixels were withheld, on real RGB-D frames, and draw it.

Run it in the environment of tools/env.sh: `python tools/measure_fusion.py FOLDER [--model
depth.onnx] [--plot FILE.png]`, with a folder in the style of 7-Scenes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from fusion_plot import plot

from followme.evaluation.withheld import Score, Shot, at_random, in_blobs, measure
from followme.geometry.metric_depth import MetricDepth
from followme.outputs.files import write_png
from followme.perception.depth import DepthNetwork
from followme.perception.model_file import find_model
from followme.settings import DepthSettings, FloorSettings, ModelSettings, WalkerSettings
from followme.sources.rgbd import SevenScenesFolder
from followme.values.depth_map import DepthMap, ImageHealth

SHARES = (0.20, 0.50, 0.78)
BLOBS_PX = (12.0, 25.0, 50.0)
USUAL_BLOB_PX = 25.0
CURVE = (0.05, 0.2, 0.35, 0.5, 0.65, 0.78, 0.9)


def shots_of(folder: Path, model: str) -> list[Shot]:
    """Return the frames of a folder that have depth, with the answer of the network."""
    settings = ModelSettings(file=model)
    path = find_model("depth", settings)
    if path is None:
        raise ValueError("there is no depth network: give one with --model FILE.onnx")
    network = DepthNetwork(path, settings)
    frames = [f for f in SevenScenesFolder(folder, 100.0).frames() if f.depth_m is not None]
    if not frames:
        raise ValueError(f"{folder}: no frame has depth; give another folder")
    return [Shot(frame, network.infer(frame)) for frame in frames]


def with_floor(shots: Sequence[Shot]) -> tuple[list[Shot], float]:
    """Return the frames in which the sensor sees a floor, and the camera's height over it."""
    metric = MetricDepth(DepthSettings(), FloorSettings(), WalkerSettings())
    found, heights = [], []
    for shot in shots:
        depth = metric.estimate(shot.frame, None, ImageHealth())
        if isinstance(depth, DepthMap) and depth.status.floor is not None:
            found.append(shot)
            heights.append(depth.status.floor.offset_m)
    return found, float(np.median(heights)) if heights else 0.0


def row(name: str, score: Score) -> str:
    """Return one row of a table for Markdown."""
    whose = ", ".join(f"{n} {kind}" for kind, n in sorted(score.provenance.items()))
    return (
        f"| {name} | {score.median_m:.3f} | {score.unanswered:.1%} | "
        f"{score.within_two_sigma:.3f} | {score.abs_rel:.3f} | {whose} | {score.ms:.1f} |"
    )


def main(arguments: Sequence[str]) -> None:
    """Print the table, draw the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="RGB-D frames in the style of 7-Scenes")
    parser.add_argument("--model", default="", help="ONNX file; default: the one that comes along")
    parser.add_argument("--plot", type=Path, help="PNG file to draw")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    try:
        shots = shots_of(given.folder, given.model)
    except ValueError as error:
        sys.exit(f"measure_fusion: {error}")
    print("| withheld | median error (m) | unanswered | in 2 sigma | AbsRel | frames | ms |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for blob_px in BLOBS_PX:
        for share in SHARES:
            name = f"{share:.0%} in blobs of {3 * blob_px:.0f} px"
            print(row(name, measure(shots, in_blobs(share, blob_px))), flush=True)
    print(row("99% at random", measure(shots, at_random(0.99))))
    print(row("all: colour only", measure(shots, None)))
    floored, height_m = with_floor(shots)
    if floored:
        told = WalkerSettings(camera_height_m=round(height_m, 2))
        name = f"all: colour only, frames with a floor, {told.camera_height_m:.2f} m told"
        print(row(name, measure(floored, None, walker=told)))
    if given.plot is not None:
        curve = [(s, measure(shots, in_blobs(s, USUAL_BLOB_PX))) for s in CURVE]
        write_png(given.plot, plot(shots[0], in_blobs(0.5, USUAL_BLOB_PX), curve))


if __name__ == "__main__":
    main(sys.argv[1:])
