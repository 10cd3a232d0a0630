"""Print what walks cost: CPU milliseconds of rendering and of a whole frame, CPU seconds a run.

Run it in the environment of tools/env.sh: `python tools/time_walks.py [WALK...]`. CPU time of one
thread, so that other programs matter little; a frame is rendering and sensors, without rules.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from followme.evaluation.grid import Run, chosen
from followme.evaluation.one_run import HEIGHT, WIDTH, run_one
from followme.sources import walk_source
from followme.sources.renderer import Rendered, render
from followme.sources.scene_file import load_walk, walk_paths


def frames_ms(path: Path) -> Iterator[tuple[float, float]]:
    """Yield of each frame of a walk but the first, which draws the textures, what it took.

    Rendering alone, and the whole frame.
    """
    took: list[float] = []

    def timed(*what: object) -> Rendered:
        begin = time.thread_time()
        seen = render(*what)  # type: ignore[arg-type]
        took.append((time.thread_time() - begin) * 1e3)
        return seen

    walk_source.render = timed  # type: ignore[assignment]
    source = walk_source.WalkSource(load_walk(path), WIDTH, HEIGHT)
    begin = time.thread_time()
    for n, _ in enumerate(source.frames()):
        if n and took:
            yield took[-1], (time.thread_time() - begin) * 1e3
        begin = time.thread_time()
    walk_source.render = render


def main(wanted: list[str]) -> None:
    """Print a table for Markdown."""
    cv2.setNumThreads(1)
    print("| walk | render p50, p95 (ms) | frame p50, p95 (ms) | run (s) |")
    print("| --- | --- | --- | --- |")
    total_s = 0.0
    for path in chosen(walk_paths(), wanted):
        render_ms, frame_ms = np.array(list(frames_ms(path))).T
        begin = time.process_time()
        run_one(Run(path))
        total_s += time.process_time() - begin
        figures = [
            ", ".join(f"{v:.1f}" for v in np.percentile(ms, (50, 95)))
            for ms in (render_ms, frame_ms)
        ]
        run_s = time.process_time() - begin
        print(f"| {path.stem} | {' | '.join(figures)} | {run_s:.1f} |", flush=True)
    print(f"| all | | | {total_s:.0f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
