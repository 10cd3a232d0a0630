"""From settings to a model that the runtime takes, by the command."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

from followme.perception.depth import DepthNetwork
from followme.settings import ModelSettings
from followme.values.frame import Frame
from followme_training.common.command import main
from followme_training.common.onnx_file import ExportError
from followme_training.depth import publication
from followme_training.depth.exported import NEARER, ExportedDepth
from tests.training.conftest import SIZE_HW, as_if_nothing_were_held_out, write_settings


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, trained: Path) -> Path:
    folder = tmp_path_factory.mktemp("published")
    command = ["depth", "export", str(trained), "--out", str(folder / "models" / "depth.onnx")]
    assert main([*command, "--reports", str(folder / "reports")]) == 0
    return folder


def test_data_says_what_is_trained_on(tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    sheet = tmp_path / "sheet.png"
    assert main(["depth", "data", "-c", str(settings), "--sheet", str(sheet)]) == 0
    said = capsys.readouterr().out
    assert "training   5 images of 64x48" in said
    assert "validation 7 images of 64x48" in said
    assert cv2.imread(str(sheet)).shape[0] == 5 * 192


def test_too_few_images_for_a_batch_are_said(tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    assert main(["depth", "fit", "-c", str(settings), "--data.batch_size", "9"]) == 2
    assert "5 images are fewer than batch_size 9" in capsys.readouterr().err


def test_the_runtime_takes_what_was_exported(published: Path) -> None:
    network = DepthNetwork(published / "models" / "depth.onnx", ModelSettings())
    bgr = np.full((60, 80, 3), 127, np.uint8)
    guess = network.infer(Frame(stamp_ns=5, bgr=bgr))
    assert guess.depth_m.shape == SIZE_HW
    assert np.isfinite(guess.depth_m).all()
    assert (guess.log_std > 0).all()


def test_the_file_keeps_its_contract(published: Path) -> None:
    model = onnx.load(str(published / "models" / "depth.onnx"), load_external_data=False)
    assert max(o.version for o in model.opset_import if o.domain == "") <= 20
    card = json.loads((published / "models" / "depth.json").read_text(encoding="utf-8"))
    # nobody asked for 8 bits
    assert {p.name for p in (published / "models").iterdir()} == {"depth.onnx", "depth.json"}
    assert card["focal_length_px"] == 51.9
    assert card["training"]["seed"] == 3
    assert card["training"]["epochs"] <= card["training"]["of_epochs"] == 2
    measures = {m["measure"] for m in card["metrics"]}
    assert {"abs_rel", "delta1", "rmse_m", "log10", "within1", "within2"} <= measures


def test_the_report_is_whole(published: Path, trained: Path) -> None:
    report = published / "reports" / trained.name
    names = {p.name for p in report.iterdir()}
    assert names == {
        "config.yaml",
        "log.csv",
        "metrics.json",
        "curves.png",
        "samples.png",
        "report.md",
    }
    log = list(csv.DictReader((report / "log.csv").open(encoding="utf-8")))
    assert [row["epoch"] for row in log] == [str(n) for n in range(len(log))] and log
    assert all(float(row["train/loss"]) > 0 for row in log)
    text = (report / "report.md").read_text(encoding="utf-8")
    for word in ("commit", "seed: 3", "command: followme-train depth export", "| abs_rel |"):
        assert word in text
    assert cv2.imread(str(report / "samples.png")).shape[1] == 5 * 256
    assert cv2.imread(str(report / "curves.png")).std() > 1.0


@pytest.fixture
def nothing_held_out(trained: Path, tmp_path: Path) -> Path:
    """Return the run as if all scenes had been trained on."""
    return as_if_nothing_were_held_out(trained, tmp_path / "all")


def test_a_run_that_held_nothing_out_claims_no_figures_of_other_rooms(
    nothing_held_out: Path, tmp_path: Path, capsys
) -> None:
    file = tmp_path / "depth.onnx"
    command = ["depth", "export", str(nothing_held_out), "--out", str(file)]
    command += ["--reports", str(tmp_path / "reports")]
    for wrong in ([], ["--deviation-factor", "0"], ["--deviation-factor", "nan"]):
        assert main([*command, *wrong]) == 2
        assert "give --deviation-factor, from 0.1 to 10" in capsys.readouterr().err
        assert not file.exists()
    assert main([*command, "--deviation-factor", "1.5"]) == 0
    card = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert {m["split"] for m in card["metrics"]} == {"images that it was trained on"}
    assert card["training"]["data"] == "nyuv2_train.zip, all of its scenes"
    assert main(["depth", "evaluate", "--run", str(nothing_held_out)]) == 0
    assert '"NYUv2 images that it was trained on"' in capsys.readouterr().out


def test_a_factor_is_not_given_where_it_is_found(trained: Path, tmp_path: Path, capsys) -> None:
    command = ["depth", "export", str(trained), "--out", str(tmp_path / "depth.onnx")]
    assert main([*command, "--deviation-factor", "1.5"]) == 2
    assert "leave it out" in capsys.readouterr().err


def test_an_engine_that_disagrees_is_not_shipped(published: Path, monkeypatch) -> None:
    file = published / "models" / "depth.onnx"
    image = np.zeros((*SIZE_HW, 3), np.uint8)

    def other(rgb: np.ndarray) -> dict[str, np.ndarray]:
        found = publication.onnxruntime_engine(file)(rgb)
        return {**found, "depth": found["depth"] * 2.0}

    assert "onnxruntime within" in publication.check_parity(
        publication.onnxruntime_engine(file), file, [image]
    )
    with pytest.raises(ExportError, match="depth by onnxruntime differs"):
        publication.check_parity(other, file, [image])


@pytest.mark.parametrize("which", ["--run", "--onnx"])
def test_evaluate_measures_run_and_file(which, published, trained, nyu_zip, tmp_path) -> None:
    source = trained if which == "--run" else published / "models" / "depth.onnx"
    file = tmp_path / "figures.json"
    data = ["--nyuv2", str(nyu_zip), "--hold-out-every", "2"]
    assert main(["depth", "evaluate", which, str(source), *data, "--json", str(file)]) == 0
    figures = json.loads(file.read_text(encoding="utf-8"))["NYUv2 held-out scenes"]
    assert figures["images"] == 7
    card = json.loads((published / "models" / "depth.json").read_text(encoding="utf-8"))
    (of_card,) = (
        m["value"]
        for m in card["metrics"]
        if (m["measure"], m["split"]) == ("abs_rel", "held-out scenes")
    )
    if which == "--onnx":
        assert figures["abs_rel"] == pytest.approx(of_card, abs=2e-4)
    else:  # its deviation is not calibrated, and depth is a quarter of a variance nearer
        assert figures["abs_rel"] == pytest.approx(of_card, rel=0.3)


def test_show_draws(published: Path, nyu_zip: Path, tmp_path: Path) -> None:
    onnx_file, out = published / "models" / "depth.onnx", tmp_path / "sheet.png"
    data = ["--nyuv2", str(nyu_zip), "--hold-out-every", "2"]
    assert main(["depth", "show", "--onnx", str(onnx_file), *data, "--out", str(out)]) == 0
    assert cv2.imread(str(out)).shape[1] == 5 * 256


def test_the_deviation_is_multiplied_in_the_file() -> None:
    import torch

    from followme_training.depth.network import DepthNetwork as Trained

    net = Trained("mobilenet_v2", decoder_widths=(8, 8, 8, 8, 8)).eval()
    image = torch.zeros(1, *SIZE_HW, 3, dtype=torch.uint8)
    with torch.no_grad():
        median = torch.exp(net(image.permute(0, 3, 1, 2).float()).log_depth[:, 0])
        depth, std = ExportedDepth(net)(image)
        nearer, wider = ExportedDepth(net, 1.7)(image)
    assert torch.allclose(std * 1.7, wider)
    # a quarter of a variance below the median, and the more unsure the nearer
    assert torch.allclose(torch.log(median / depth), 0.25 * std**2, rtol=1e-3, atol=1e-6)
    assert torch.allclose(torch.log(median / nearer), 0.25 * wider**2, rtol=1e-3, atol=1e-6)


def test_a_quarter_of_a_variance_nearer_serves_relative_error_and_the_logarithm() -> None:
    """Of draws from a log-normal belief: neither figure is far from the best that it can have."""
    truth = np.exp(np.random.default_rng(0).normal(1.0, 0.3, 200_000))

    def relative(variances: float) -> float:
        return float(np.mean(np.abs(np.exp(1.0 - variances * 0.09) - truth) / truth))

    def of_logarithm(variances: float) -> float:
        return float(np.mean(np.abs(1.0 - variances * 0.09 - np.log(truth))))

    best = min(relative(v) for v in np.linspace(0.0, 2.0, 41))
    assert relative(1.0) == pytest.approx(best, rel=1e-3)
    assert relative(NEARER) < 0.6 * relative(0.0) + 0.4 * best
    assert of_logarithm(NEARER) < 1.005 * of_logarithm(0.0)
