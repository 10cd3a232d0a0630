"""What ``followme-train synthetic`` does: render, data, show."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from followme_training.common.arguments import verb_parser
from followme_training.synthetic.cycles import Quality
from followme_training.synthetic.recording import Recording
from followme_training.synthetic.sheet import write_sheet
from followme_training.synthetic.training_set import write_scenes, write_training_set
from followme_training.synthetic.worlds import BESIDE, CAMERAS, Kind

_USUAL = Quality()
_NICE = 10


def render(arguments: Sequence[str]) -> int:
    """Render the frames of scene files."""
    parser = verb_parser(
        "synthetic",
        "render",
        "Renders each frame of a scene file with Blender's Cycles, and writes colour, depth, "
        "classes, things, poses and intrinsics. Frames that are there already are kept. It "
        "lets other programs go first (nice 10).",
    )
    parser.add_argument("scene", type=Path, help="YAML file; docs/scenes.md has its words")
    parser.add_argument("--out", type=Path, required=True, help="folder of the frames")
    parser.add_argument("--size", type=int, nargs=2, default=(640, 480), metavar=("W", "H"))
    _add_quality(parser)
    given = parser.parse_args(arguments)
    _let_others_go_first()
    recording = Recording(given.scene, given.out, (given.size[0], given.size[1]), _quality(given))
    print(f"{given.out}: {recording.write()} frames of {recording.walk.name}")
    return 0


def data(arguments: Sequence[str]) -> int:
    """Invent worlds and write what networks train with."""
    parser = verb_parser(
        "synthetic",
        "data",
        "Invents corridors from a seed, renders them, and writes images, depth, labels and boxes "
        "as depth, segmentation and detection read them. What is there already is kept. It "
        "lets other programs go first (nice 10).",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the data set")
    parser.add_argument("--frames", type=int, default=600, help="how many images; 600")
    parser.add_argument("--each", type=int, default=12, help="images of a world; 12")
    parser.add_argument("--seed", type=int, default=0, help="of the first world; 0")
    parser.add_argument(
        "--camera",
        choices=CAMERAS,
        default=CAMERAS[0],
        help="who carries it: a walker, or a low robot with a wide lens; walker",
    )
    parser.add_argument(
        "--beside",
        choices=BESIDE,
        default=BESIDE[0],
        help="what is beside a corridor: others, or offices, some behind glass; corridors",
    )
    parser.add_argument("--size", type=int, nargs=2, default=(320, 240), metavar=("W", "H"))
    parser.add_argument("--scenes-only", action="store_true", help="write the scene files alone")
    _add_quality(parser)
    given = parser.parse_args(arguments)
    _let_others_go_first()
    kind = Kind(given.camera, given.beside)
    if given.scenes_only:
        scenes = write_scenes(given.out, given.frames, given.seed, given.each, kind)
        print(f"{given.out}: {len(scenes)} scene files")
        return 0
    size = (given.size[0], given.size[1])
    count = write_training_set(
        given.out, given.frames, given.seed, size, _quality(given), given.each, kind
    )
    print(f"{given.out}: {count} images with depth, labels and boxes")
    return 0


def show(arguments: Sequence[str]) -> int:
    """Draw frames of a recording."""
    parser = verb_parser(
        "synthetic", "show", "Draws colour, exact and measured depth, classes and things of frames."
    )
    parser.add_argument("folder", type=Path, help="--out of render, or worlds/... of data")
    parser.add_argument("--out", type=Path, required=True, help="PNG to write")
    given = parser.parse_args(arguments)
    print(f"{given.out}: {write_sheet(given.folder, given.out)} frames")
    return 0


def _add_quality(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--samples",
        type=int,
        default=_USUAL.samples,
        help="paths a pixel; 6, 0 draws plainly, without Blender",
    )
    parser.add_argument("--bounces", type=int, default=_USUAL.bounces, help="of light; 2")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="render colour smaller by this, and enlarge it"
    )
    parser.add_argument("--threads", type=int, default=1, help="of the processor; 1, 0 for all")


def _let_others_go_first() -> None:
    """Raise the niceness of this process, and so of Blender, to 10 where it is lower."""
    # hours of all cores, on a machine that people work at
    os.nice(max(0, _NICE - os.nice(0)))


def _quality(given: argparse.Namespace) -> Quality:
    return Quality(given.samples, given.bounces, given.scale, given.threads)


VERBS = {"render": render, "data": data, "show": show}
