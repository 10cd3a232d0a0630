"""A tiny data set of squares and discs in COCO's form, and a training that takes seconds."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import followme_training  # noqa: F401 - mends torchvision before Lightning is imported
from tests.training.conftest import encoded

SIZE_HW = (64, 96)
NAMES = ("face", "disc")


def picture(number: int) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Return an image (H, W, 3) BGR with one bright square and one disc, and their labels."""
    random = np.random.default_rng(number)
    image = random.integers(30, 70, (*SIZE_HW, 3)).astype(np.uint8)
    side = int(random.integers(18, 30))
    x, y = int(random.integers(2, 18)), int(random.integers(2, 62 - side))
    image[y : y + side, x : x + side] = (60, 90, 230)
    points = [(x + side * u, y + side * v) for u, v in POINTS_AT]
    for px, py in points:
        cv2.circle(image, (round(px), round(py)), 2, (255, 255, 255), -1)
    cx, cy, r = int(random.integers(62, 80)), int(random.integers(16, 48)), 11
    cv2.circle(image, (cx, cy), r, (90, 230, 60), -1)
    keypoints = [v for p in points for v in (*p, 2)]
    return image, [
        {"category_id": 1, "bbox": [x, y, side, side], "keypoints": keypoints},
        {"category_id": 2, "bbox": [cx - r, cy - r, 2 * r, 2 * r]},
    ]


#: Where the landmarks of a square are, as shares of its side.
POINTS_AT = ((0.25, 0.3), (0.75, 0.3), (0.5, 0.5), (0.3, 0.75), (0.7, 0.75))


def coco(count: int, **image: Any) -> dict[str, Any]:
    """Return labels of so many pictures."""
    labels: dict[str, Any] = {"images": [], "annotations": []}
    labels["categories"] = [{"id": i + 1, "name": name} for i, name in enumerate(NAMES)]
    for number in range(count):
        name = f"images/p{number // 2:02d}_{number}.png"
        labels["images"].append(
            {"id": number, "file_name": name, "height": SIZE_HW[0], "width": SIZE_HW[1], **image}
        )
        for label in picture(number)[1]:
            identity = {"id": len(labels["annotations"]) + 1, "image_id": number}
            labels["annotations"].append({**identity, **label})
    return labels


def write_set(file: Path, labels: dict[str, Any]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for image in labels["images"]:
            archive.writestr(image["file_name"], encoded(picture(image["id"])[0], ".png"))
        archive.writestr("labels.json", json.dumps(labels))
    return file


@pytest.fixture(scope="session")
def boxes_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("boxes") / "set.zip", coco(24))


SETTINGS = """
# a tiny one
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
  landmarks: {landmarks}
  backbone: mobilenet_v1_quarter
  width: 16
  anchors: {{sizes_px: [[12, 24], [40], [80]]}}
  optimiser: {{lr: 4.0e-3, backbone_factor: 1.0}}
data:
  classes: {classes}
  size_hw: [64, 96]
  batch_size: 4
  hold_out_every: 4
  sources:
    - {{kind: coco, images: {zip}, labels: labels.json, group: '^(p\\d+)_'}}
"""


def write_settings(folder: Path, boxes: Path, classes: str = "[face]", epochs: int = 2) -> Path:
    """Write the settings of a tiny training; its run lies in ``folder / "run"``."""
    file = folder / "tiny.yaml"
    landmarks = "true" if classes == "[face]" else "false"
    text = SETTINGS.format(
        runs=folder / "run", zip=boxes, epochs=epochs, classes=classes, landmarks=landmarks
    )
    file.write_text(text, encoding="utf-8")
    return file
