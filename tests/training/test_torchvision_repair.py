from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from followme_training import torchvision_repair

ROOT = Path(__file__).resolve().parents[2]
CHECK = """
import followme_training
import torch, torchvision
from torchvision import tv_tensors
from torchvision.transforms import v2
import torchmetrics, lightning
net = torchvision.models.resnet18(weights=None).eval()
assert net(torch.zeros(1, 3, 32, 32)).shape == (1, 1000)
image = tv_tensors.Image(torch.zeros(3, 8, 8))
assert v2.RandomHorizontalFlip(1.0)(image).shape == (3, 8, 8)
"""


def test_whatever_build_is_installed_models_transforms_and_lightning_work() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHECK],
        cwd=ROOT / "training",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_where_torchvision_is_absent_there_is_nothing_to_repair(monkeypatch) -> None:
    def absent(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(torchvision_repair.importlib, "import_module", absent)
    assert torchvision_repair.make_torchvision_importable() is False


def test_another_fault_is_not_hidden(monkeypatch) -> None:
    def broken(name: str) -> None:
        raise RuntimeError("libcudart.so.13: cannot open shared object file")

    monkeypatch.setattr(torchvision_repair.importlib, "import_module", broken)
    with pytest.raises(RuntimeError, match="libcudart"):
        torchvision_repair.make_torchvision_importable()


def test_it_is_tried_once_only(monkeypatch) -> None:
    def broken(name: str) -> None:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr(torchvision_repair.importlib, "import_module", broken)
    monkeypatch.setattr(torchvision_repair, "_declared", [object()])
    with pytest.raises(RuntimeError, match="nms"):
        torchvision_repair.make_torchvision_importable()
