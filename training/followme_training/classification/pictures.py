"""Sheets of small images with their classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from followme_training.classification.batches import Batch
from followme_training.classification.figures import new_figure
from followme_training.classification.labelled_images import ClassNames
from followme_training.common.files import write_with

_COLUMNS, _IMAGES = 10, 60


def write_batch_sheet(batch: Batch, classes: ClassNames, file: Path) -> None:
    """Draw the first images of an augmented batch, each under its class or its two classes."""
    pictures = batch.images[:_IMAGES].clamp(0, 255).byte().permute(0, 2, 3, 1).numpy()
    rows = -(-len(pictures) // _COLUMNS)
    figure = new_figure(1.1 * _COLUMNS, 1.35 * rows, layout=None)
    figure.subplots_adjust(0.01, 0.01, 0.99, 1 - 0.05 / rows - 0.02, 0.1, 0.25)
    cells = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for axes in cells:
        axes.axis("off")
    for axes, picture, one, other in zip(
        cells, pictures, batch.labels.tolist(), batch.others.tolist(), strict=False
    ):
        axes.imshow(np.squeeze(picture), cmap="gray", vmin=0, vmax=255)
        said = classes.names[one]
        if batch.share < 1.0:
            said = f"{100 * batch.share:.0f} % {said}\n{classes.names[other]}"
        axes.set_title(said, fontsize=6, pad=2)
    write_with(file, lambda part: figure.savefig(part, dpi=110))
