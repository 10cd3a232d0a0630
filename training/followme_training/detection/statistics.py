"""What a data set holds: a table for reading, plots for looking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme_training.common.files import write_with
from followme_training.detection.checking import CLIPPED, LANDMARK_OUTSIDE, Problem
from followme_training.detection.entries import BoxEntry
from followme_training.detection.sources import Part, Source, class_counts, complete_in

_SHARES = (5, 25, 50, 75, 95)
#: Of each kind of problem.
_EXAMPLES = 3


class BoxTable(NamedTuple):
    """All boxes of some images, each in shares of its image.

    Parameters
    ----------
    size : (G,) float64
        Root of the area over the root of the image's area.
    aspect : (G,) float64
        Height over width, in pixels.
    centre : (G, 2) float64
        Place of the centre, x and y from 0 to 1.
    classes : (G,) int64
        Number of the class.
    """

    size: NDArray[np.float64]
    aspect: NDArray[np.float64]
    centre: NDArray[np.float64]
    classes: NDArray[np.int64]


def box_table(entries: Sequence[BoxEntry]) -> BoxTable:
    """Return all boxes of some images."""
    pairs = [(e.boxes, np.array(e.size_hw[::-1], np.float64)) for e in entries]
    boxes = [b.xyxy.astype(np.float64).reshape(-1, 2, 2) for b, _ in pairs] or [np.zeros((0, 2, 2))]
    sides = np.concatenate([b[:, 1] - b[:, 0] for b in boxes])
    each = [np.tile(size, (len(b.xyxy), 1)) for b, size in pairs] or [np.ones((0, 2))]
    images = np.concatenate(each)
    return BoxTable(
        np.sqrt(sides.prod(1) / images.prod(1)),
        sides[:, 1] / sides[:, 0],
        np.concatenate([b.mean(1) for b in boxes]) / images,
        np.concatenate([b.classes for b, _ in pairs] or [np.zeros(0, np.int64)]),
    )


def lines(parts: Sequence[Part], classes: Sequence[str]) -> list[str]:
    """Return what the data hold, as a table in Markdown, and what is odd about them."""
    said = []
    for part in parts:
        boxes = [sum(len(e.boxes.xyxy) for e in half) for half in (part.training, part.held_out)]
        others = ", ".join(f"{n} {count}" for n, count in part.unasked.most_common())
        said.append(
            f"{_name(part.source)}: {len(part.training)} images with {boxes[0]} boxes to train "
            f"with, {len(part.held_out)} with {boxes[1]} held out; "
            f"{part.unasked.total()} boxes of other classes" + (f": {others}" if others else "")
        )
    train = [e for part in parts for e in part.training]
    held = [e for part in parts for e in part.held_out]
    said += ["", "| class | boxes | images that say | held out | images that say |"]
    said += ["| --- | --- | --- | --- | --- |"]
    columns = [f(half, len(classes)) for half in (train, held) for f in (class_counts, complete_in)]
    for name, *row in zip(classes, *columns, strict=True):
        said.append(f"| {name} | " + " | ".join(str(v) for v in row) + " |")
    table = box_table(train)
    each = np.array([len(e.boxes.xyxy) for e in train])
    said += ["", "| of training boxes | " + " | ".join(f"{s} %" for s in _SHARES) + " |"]
    said += ["| --- |" + " --- |" * len(_SHARES)]
    for name, values in (
        ("boxes an image", each),
        ("size, share of the image's", table.size),
        ("height over width", table.aspect),
        ("centre x, share of the width", table.centre[:, 0]),
        ("centre y, share of the height", table.centre[:, 1]),
    ):
        figures = np.percentile(values, _SHARES)
        said.append(f"| {name} | " + " | ".join(f"{v:.2f}" for v in figures) + " |")
    known = sum(int(np.isfinite(e.boxes.points).all((1, 2)).sum()) for e in train)
    ignored = sum(len(e.boxes.ignored) for e in train)
    said += ["", f"{known} of {len(table.size)} have landmarks; {ignored} ignore areas"]
    return said + problem_lines([p for part in parts for p in part.problems])


def odd_lines(parts: Sequence[Part]) -> list[str]:
    """Return for each source, in a line, what became of its odd labels, of both its parts."""
    said = []
    for part in parts:
        counts = Counter(p.kind for p in part.problems)
        refused = counts.total() - counts[CLIPPED] - counts[LANDMARK_OUTSIDE]
        said.append(
            f"{_name(part.source)}: odd labels: {counts[CLIPPED]} clipped, "
            f"{counts[LANDMARK_OUTSIDE]} without their landmarks, {refused} refused"
            + ("; followme-train detection data lists them" if part.problems else "")
        )
    return said


def _name(source: Source) -> str:
    return f"{Path(source.images).name} {source.labels}".strip()


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Return how many labels of each kind were odd, and the first of each."""
    if not problems:
        return ["no label is odd"]
    counts = Counter(p.kind for p in problems)
    said = [f"{len(problems)} labels are odd:"]
    for kind, count in counts.most_common():
        said.append(f"  {kind}: {count}")
        shown = [p for p in problems if p.kind == kind][:_EXAMPLES]
        said += [f"    {p.image}: {p.words}" for p in shown]
    return said


def draw_statistics(parts: Sequence[Part], classes: Sequence[str], file: Path) -> None:
    """Draw boxes an image, sizes, aspects, places and class balance of the training images."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    train = [e for part in parts for e in part.training]
    table = box_table(train)
    figure = Figure(figsize=(17, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 5)
    each = [len(e.boxes.xyxy) for e in train]
    axes[0].hist(each, bins=np.arange(-0.5, min(max(each), 40) + 1.5))
    axes[0].set_xlabel("boxes an image")
    axes[1].hist(table.size, bins=40)
    axes[1].set_xlabel("size, share of the image's")
    axes[2].hist(np.log2(table.aspect), bins=40)
    axes[2].set_xlabel("height over width, powers of 2")
    axes[3].hist2d(table.centre[:, 0], 1.0 - table.centre[:, 1], bins=24, range=[[0, 1], [0, 1]])
    axes[3].set_xlabel("where the centres are")
    axes[4].barh(classes, class_counts(train, len(classes)))
    axes[4].set_xlabel("boxes of each class")
    write_with(file, lambda part: figure.savefig(part, dpi=90))
