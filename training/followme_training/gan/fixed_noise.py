"""The same vectors after each epoch: how the images that they become change while training."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from followme_training.common.files import write_with
from followme_training.gan.sources import Images

#: Folder of a run that has a row of images for each epoch.
FOLDER = "fixed_noise"


def write_row(run: Path, epoch: int, images: Images) -> None:
    """Write images (N, H, W, 3) side by side, after an epoch, from 1."""
    row = cv2.cvtColor(np.concatenate(list(images), axis=1), cv2.COLOR_RGB2BGR)
    file = run / FOLDER / f"epoch_{epoch:04d}.png"
    write_with(file, lambda part: cv2.imwrite(str(part), row))


def read_rows(run: Path) -> dict[int, Images]:
    """Return the rows (H, N*H, 3) of a run by their epochs, from 1."""
    files = sorted((run / FOLDER).glob("epoch_*.png"))
    rows = {int(file.stem.partition("_")[2]): cv2.imread(str(file)) for file in files}
    return {
        epoch: np.asarray(cv2.cvtColor(row, cv2.COLOR_BGR2RGB), np.uint8)
        for epoch, row in rows.items()
        if row is not None
    }
