"""A tiny data set in the form of NYUv2, and a training that takes seconds."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

import followme_training  # noqa: F401 - mends torchvision before Lightning is imported

ROOT = Path(__file__).resolve().parents[2]
#: Runs of ids as scenes: 2, 3, 1, 4 and 2 images.
IDS = (3, 4, 7, 8, 9, 12, 20, 21, 22, 23, 30, 31)
SIZE_HW = (48, 64)
CROP = (4, 5, 60, 46)


def encoded(image: np.ndarray, ending: str) -> bytes:
    done, data = cv2.imencode(ending, image)
    assert done
    return data.tobytes()


def label40(number: int) -> np.ndarray:
    """Return labels (H, W): wall above, floor below, a door, a chair in some, a stripe of none."""
    labels = np.full(SIZE_HW, 1, np.uint8)
    labels[28:] = 2
    left = 8 + number
    labels[8:28, left : left + 12] = 8
    if number % 2:
        labels[24:40, 44:56] = 5
    labels[:, :3] = 0
    return labels


def write_nyu_zip(file: Path, **changed: bytes | None) -> Path:
    """Write a data set; ``changed`` replaces members (dots and slashes as __ and _), None drops."""
    random = np.random.default_rng(5)
    members: dict[str, bytes] = {}
    for number in IDS:
        near_m, far_m = sorted(random.uniform(1.0, 6.0, 2))
        depth = np.linspace(far_m, near_m, SIZE_HW[0])[:, None].repeat(SIZE_HW[1], 1)
        grey = np.clip(depth * 40, 0, 255).astype(np.uint8)
        rgb = np.dstack([grey, np.roll(grey, 5, 1), 255 - grey])
        members[f"rgb/{number:04d}.jpg"] = encoded(rgb, ".jpg")
        members[f"depth/{number:04d}.png"] = encoded((depth * 1000).astype(np.uint16), ".png")
        members[f"label40/{number:04d}.png"] = encoded(label40(number), ".png")
    lens = {"fx": 51.9, "fy": 52.0, "cx": 32.5, "cy": 25.3}
    info = {"ids": list(IDS), "intrinsics": lens, "valid_crop_xyxy": list(CROP)}
    members["info.json"] = json.dumps(info).encode()
    for name, data in changed.items():
        if data is None:
            del members[name]
        else:
            members[name] = data
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file


@pytest.fixture(scope="session")
def nyu_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_nyu_zip(tmp_path_factory.mktemp("nyu") / "nyuv2.zip")


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
  backbone: mobilenet_v2
  decoder_widths: [8, 8, 8, 8, 8]
  focal_length_px: 51.9
  loss: {{triples: 50}}
data:
  nyuv2: {zip}
  size_hw: [48, 64]
  batch_size: 2
  hold_out_every: 2
"""


def write_settings(folder: Path, nyu_zip: Path, epochs: int = 2) -> Path:
    """Write the settings of a tiny training; its run lies in ``folder / "run"``."""
    file = folder / "tiny.yaml"
    text = SETTINGS.format(runs=folder / "run", zip=nyu_zip, epochs=epochs)
    file.write_text(text, encoding="utf-8")
    return file


def followme_train(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    path = os.pathsep.join([str(ROOT / "training"), str(ROOT / "src"), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "followme_training.common.command", *arguments],
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def as_if_nothing_were_held_out(run: Path, target: Path) -> Path:
    """Copy a run as if it had been trained on all images; return where."""
    shutil.copytree(run, target)
    settings = (target / "config.yaml").read_text(encoding="utf-8")
    changed = re.sub("hold_out_every: [1-9]", "hold_out_every: 0", settings)
    assert changed != settings
    (target / "config.yaml").write_text(changed, encoding="utf-8")
    return target


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, nyu_zip: Path) -> Path:
    """Return the folder of a finished tiny run."""
    from followme_training.common.command import main

    folder = tmp_path_factory.mktemp("trained")
    assert main(["depth", "fit", "--config", str(write_settings(folder, nyu_zip))]) == 0
    return folder / "run"
