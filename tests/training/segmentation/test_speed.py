"""Networks are timed as they are shipped: image in, classes out, by each engine."""

from __future__ import annotations

import json

import pytest
import torch
from torch import nn

from followme_training.common.command import main
from followme_training.segmentation.speed import (
    TorchvisionSegmentation,
    table,
    timed_network,
    write_speed,
)


@pytest.fixture
def network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 2, 1))


def test_weights_and_products_by_hand(network, tmp_path) -> None:
    timed = timed_network("two layers", network, (10, 20), tmp_path / "n.onnx", 2)
    assert timed.parameters * 1e6 == 3 * 4 * 9 + 4 + 4 * 2 + 2
    assert timed.products * 1e6 == 10 * 20 * (3 * 4 * 9 + 4 * 2)
    assert {"onnxruntime, 1 thread", "onnxruntime, 2 threads"} <= timed.ms.keys()
    assert all(ms > 0 for ms in timed.ms.values())


def test_the_report_has_every_network_once(network, tmp_path) -> None:
    timed = timed_network("two layers", network, (10, 20), tmp_path / "n.onnx", 1)
    write_speed(tmp_path / "out", [timed, timed._replace(name="the same")], "the command")
    page = (tmp_path / "out" / "report.md").read_text()
    assert table([timed]).splitlines()[-1] in page and "- command: the command" in page
    said = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert len(said["metrics"]) == 2 * len(timed.ms)
    assert (tmp_path / "out" / "speed.png").stat().st_size > 5000


@pytest.mark.parametrize("name", ["deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large"])
def test_torchvision_s_networks_are_called_as_ours(name) -> None:
    net = TorchvisionSegmentation(name, 5).eval()
    with torch.no_grad():
        assert net(torch.zeros(1, 3, 40, 56)).shape == (1, 5, 40, 56)


def test_mistakes_are_said(tmp_path, capsys) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["segmentation", "speed", "--repeats", "0", "--out", str(tmp_path)])
    assert "--repeats is 0; give 1 or more" in capsys.readouterr().err
    missing = str(tmp_path / "no.yaml")
    with pytest.raises(SystemExit, match="2"):
        main(["segmentation", "speed", "-c", missing, "--out", str(tmp_path)])
    assert "no.yaml" in capsys.readouterr().err
    assert not (tmp_path / "report.md").exists()
