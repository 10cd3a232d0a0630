"""A segmentation that trains in seconds, on the tiny data set."""

from __future__ import annotations

from pathlib import Path

import pytest

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
  backbone: mobilenet_v2
  output_stride: 32
  fine_strides: [16, 4]
  width: 16
  fine_width: 8
  rates: [1, 2, 3]
  separable: true
  lovasz: 0.5
  class_weights: {{method: median_frequency, power: 0.5}}
data:
  path: {zip}
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


@pytest.fixture(scope="session")
def trained_segmentation(tmp_path_factory: pytest.TempPathFactory, nyu_zip: Path) -> Path:
    """Return the folder of a finished tiny run."""
    from followme_training.common.command import main

    folder = tmp_path_factory.mktemp("segmentation")
    settings = write_settings(folder, nyu_zip)
    assert main(["segmentation", "fit", "--config", str(settings)]) == 0
    return folder / "run"
