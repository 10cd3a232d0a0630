"""Images of two kinds that a GAN learns in seconds: light on the left, or light on the right."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 8
DARK, LIGHT = 50, 205
#: Of a training after which both kinds are made.
EPOCHS = 32


def two_kinds(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return images (N, 8, 8, 3): in turn light on the left and light on the right, with noise."""
    random = np.random.default_rng(seed)
    images = np.full((count, SIDE, SIDE, 3), DARK, np.float64)
    images[::2, :, : SIDE // 2] = LIGHT
    images[1::2, :, SIDE // 2 :] = LIGHT
    return (images + random.normal(0, 6, images.shape)).clip(0, 255).astype(np.uint8)


def shares(images: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the shares of images that are plainly of either kind."""
    x = images.astype(np.float64).mean((1, 3))
    left, right = x[:, : SIDE // 2].mean(1), x[:, SIDE // 2 :].mean(1)
    plain = (LIGHT - DARK) / 2
    return float((left - right > plain).mean()), float((right - left > plain).mean())


def write_images(folder: Path, images: NDArray[np.uint8]) -> Path:
    """Write images (N, H, W, 3) as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images):
        assert cv2.imwrite(str(folder / f"{number:04d}.png"), image[..., ::-1])
    return folder


SETTINGS = """
seed_everything: 3
ema_decay: 0.9
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
    latent: 4
    generator_width: 8
    discriminator_width: 8
    spectral: discriminator
  loss: hinge
  diff_augment: [colour]
  recipe:
    generator_lr: 4.0e-3
    discriminator_lr: 4.0e-3
    beta1: 0.0
    beta2: 0.9
  measured_images: 64
data:
  path: {path}
  side: 8
  batch_size: 16
  hold_out_every: 5
  views: {{flip: false}}
"""


def write_settings(folder: Path, epochs: int = EPOCHS, count: int = 300) -> Path:
    """Write images and the settings of a tiny training; its run lies in ``folder / "run"``."""
    path = write_images(folder / "images", two_kinds(count))
    file = folder / "tiny.yaml"
    text = SETTINGS.format(runs=folder / "run", epochs=epochs, path=path)
    file.write_text(text, encoding="utf-8")
    return file
