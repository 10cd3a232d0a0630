"""Images that are told apart in seconds: bars, in the forms of the official files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 12
CLASSES = 10


def bars(count: int, seed: int = 0) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return grey images (N, 12, 12), each a bright row or column by its class, and the classes."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    random.shuffle(labels)
    images = random.integers(0, 60, (count, SIDE, SIDE))
    for image, label in zip(images, labels, strict=True):
        place = 1 + 2 * (label // 2)
        image[(slice(None), place) if label % 2 else place] += 180
    return images.astype(np.uint8), labels.astype(np.uint8)


def write_digits(file: Path, count: int = 400, seed: int = 0) -> Path:
    """Write an npz file in the form of MNIST's."""
    images, labels = bars(count, seed)
    np.savez(file, images=images, labels=labels)
    return file


def write_folders(folder: Path, side: int = SIDE, names: str = "ab", count: int = 20) -> Path:
    """Write a folder of colour images for each letter; the first bright, the others dark."""
    random = np.random.default_rng(5)
    for number, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for image in range(count):
            grey = random.integers(0, 60, (side, side, 3)) + (0 if number else 180)
            cv2.imwrite(str(folder / name / f"{image:02d}.png"), grey.astype(np.uint8))
    return folder


SETTINGS = """
seed_everything: 3
ema_decay: 0.5
threads: 1
trainer:
  default_root_dir: {runs}
  accelerator: cpu
  max_epochs: {epochs}
  log_every_n_steps: 1
  enable_model_summary: false
  enable_progress_bar: false
model:
  layout:
    network: fully_connected
    image: [12, 12, 1]
    classes: 10
    width: 32
    depth: 1
  smoothing: 0.05
  recipe: {{method: adamw, lr: 0.03, weight_decay: 0.0}}
data:
  dataset: mnist
  path: {train}
  test_path: {test}
  batch_size: 40
  hold_out_every: 5
  augmentation:
    warp: {{shift_px: 0.3}}
"""


def write_settings(folder: Path, epochs: int = 4) -> Path:
    """Write data and the settings of a tiny training; its run lies in ``folder / "run"``."""
    train = write_digits(folder / "train.npz")
    test = write_digits(folder / "test.npz", 100, 1)
    file = folder / "tiny.yaml"
    text = SETTINGS.format(runs=folder / "run", epochs=epochs, train=train, test=test)
    file.write_text(text, encoding="utf-8")
    return file
