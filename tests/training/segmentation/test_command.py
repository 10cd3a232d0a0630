"""From settings to a model that the runtime takes, by the command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch

from followme.perception.segmentation import Segmenter
from followme.settings import ModelSettings
from followme.values.frame import ColourImage
from followme_training.common.command import main
from followme_training.common.sgd import Sgd
from followme_training.segmentation.exported import STRETCHED
from followme_training.segmentation.known_classes import CLASS_LISTS
from tests.training.conftest import (
    SIZE_HW,
    as_if_nothing_were_held_out,
    encoded,
    write_nyu_zip,
)
from tests.training.segmentation.conftest import write_settings

# of a checkpoint: what of the backbone is no parameter
_COUNTED = ("running_mean", "running_var", "num_batches_tracked")
NAMES = CLASS_LISTS["robot"].names
TILE_PX = 256


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, trained_segmentation: Path) -> Path:
    folder = tmp_path_factory.mktemp("published")
    out = folder / "models" / "segmentation.onnx"
    command = ["segmentation", "export", str(trained_segmentation), "--out", str(out)]
    assert main([*command, "--reports", str(folder / "reports")]) == 0
    return folder


def test_data_says_and_draws_what_is_trained_on(tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    drawn = {name: tmp_path / f"{name}.png" for name in ("plot", "sheet", "views")}
    options = [text for name, file in drawn.items() for text in (f"--{name}", str(file))]
    assert main(["segmentation", "data", "-c", str(settings), *options]) == 0
    said = capsys.readouterr().out
    assert "training   5 images" in said
    assert "validation 7 images" in said
    assert "person" in said
    assert " 0.00%" in said
    assert cv2.imread(str(drawn["sheet"])).shape[1] == 3 * TILE_PX
    assert cv2.imread(str(drawn["views"])).shape[1] == 3 * TILE_PX
    assert cv2.imread(str(drawn["plot"])).std() > 1.0


def test_data_draws_the_images_that_are_asked_for(tmp_path, nyu_zip, capsys) -> None:
    settings, sheet = write_settings(tmp_path, nyu_zip), tmp_path / "sheet.png"
    command = ["segmentation", "data", "-c", str(settings), "--sheet", str(sheet)]
    options = ["--part", "validation", "--first", "6", "--rows", "3", "--views"]
    assert main([*command, *options, str(tmp_path / "views.png")]) == 0
    said = capsys.readouterr().out
    # the part has seven
    assert "of 2 images of validation, nyuv2/" in said
    assert "views.png: 3 augmented images" in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--rows", "0"], "--rows is 0, a sheet would show nothing; give 1 or more"),
        (["--first", "0"], "--first is 0, the part training has 5 images; give 1 to 5"),
        (
            ["--part", "validation", "--first", "8"],
            "--first is 8, the part validation has 7 images; give 1 to 7",
        ),
    ],
)
def test_images_that_are_not_there_are_said(options, words, tmp_path, nyu_zip, capsys) -> None:
    settings, sheet = write_settings(tmp_path, nyu_zip), tmp_path / "sheet.png"
    command = ["segmentation", "data", "-c", str(settings), "--sheet", str(sheet)]
    assert main([*command, *options]) == 2
    assert words in capsys.readouterr().err
    assert not sheet.exists()


def test_options_of_a_sheet_need_one(tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    assert main(["segmentation", "data", "-c", str(settings), "--first", "2"]) == 2
    assert "add --sheet FILE" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["segmentation", "data", "-c", str(settings), "--part", "test"])
    assert "--part: invalid choice: 'test'" in capsys.readouterr().err


def test_a_sheet_of_guesses_without_images_is_said(tmp_path, capsys) -> None:
    out = str(tmp_path / "sheet.png")
    command = ["segmentation", "show", "--run", str(tmp_path), "--rows", "-1", "--out", out]
    assert main(command) == 2
    assert "--rows is -1" in capsys.readouterr().err


def test_too_few_images_for_a_batch_are_said(tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    command = ["segmentation", "fit", "-c", str(settings), "--data.batch_size", "9"]
    assert main(command) == 2
    assert "5 images are fewer than batch_size 9" in capsys.readouterr().err


def test_training_does_not_start_on_half_a_data_set(tmp_path, capsys) -> None:
    damaged = write_nyu_zip(tmp_path / "n.zip", **{"label40/0012.png": b"no png"})
    assert main(["segmentation", "fit", "-c", str(write_settings(tmp_path, damaged))]) == 2
    assert "label40/0012.png is no image" in capsys.readouterr().err
    assert not (tmp_path / "run" / "checkpoints").exists()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--data.classes", "robots"], "'robots' is unknown; did you mean 'robot'"),
        (["--model.loss", "focale"], "'focale' is unknown; did you mean 'focal'"),
        (["--model.lovas", "1"], "'model.lovas' is unknown; did you mean 'model.lovasz'"),
        (["--model.output_stride", "4"], "output stride 4 is unknown; give one of 8, 16, 32"),
    ],
)
def test_a_setting_that_is_none_is_said(option, words, tmp_path, nyu_zip, capsys) -> None:
    settings = write_settings(tmp_path, nyu_zip)
    try:
        code = main(["segmentation", "fit", "-c", str(settings), *option])
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    assert words in capsys.readouterr().err


def test_sgd_falls_in_steps_with_a_slower_backbone(tmp_path, nyu_zip) -> None:
    settings = write_settings(tmp_path, nyu_zip, epochs=1)
    recipe = {"recipe": "sgd", "sgd.lr": "0.02", "sgd.backbone_factor": "0.1"}
    # the others count steps by the thousand: two steps show two of them here
    recipe |= {"sgd.schedule": "step", "sgd.step_every": "1"}
    options = [text for key, value in recipe.items() for text in (f"--model.{key}", value)]
    assert main(["segmentation", "fit", "-c", str(settings), *options]) == 0
    saved = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=True)
    assert saved["global_step"] == 2
    (optimiser,) = saved["optimizer_states"]
    rates: dict[float, int] = {}
    for group in optimiser["param_groups"]:
        assert group["momentum"] == 0.9
        rate = round(group["lr"], 9)
        rates[rate] = rates.get(rate, 0) + len(group["params"])
    # after each step times .9
    slow, fast = sorted(rates)
    assert (slow, fast) == pytest.approx((0.1 * 0.02 * 0.81, 0.02 * 0.81))
    backbone = [n for n in saved["state_dict"] if n.startswith("network.encoder.")]
    assert rates[slow] == sum(not n.endswith(_COUNTED) for n in backbone)
    assert Sgd().step_every == 1000 and Sgd().step_factor == 0.9


def test_the_runtime_takes_what_was_exported(published: Path) -> None:
    network = Segmenter(published / "models" / "segmentation.onnx", ModelSettings())
    bgr = np.full((60, 80, 3), 127, np.uint8)
    found = network.look(ColourImage(stamp_ns=5, bgr=bgr))
    assert found.labels.shape == (60, 80)
    assert found.names == NAMES
    assert found.confidence.min() >= 255 // len(NAMES)
    assert network.info(5).nyu40 == CLASS_LISTS["robot"].ids


def test_the_file_keeps_its_contract(published: Path) -> None:
    model = onnx.load(str(published / "models" / "segmentation.onnx"), load_external_data=False)
    assert max(o.version for o in model.opset_import if o.domain == "") <= 20
    for output in model.graph.output:
        shape = [d.dim_value for d in output.type.tensor_type.shape.dim]
        assert shape == [1, *SIZE_HW]
        assert output.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    card = json.loads((published / "models" / "segmentation.json").read_text(encoding="utf-8"))
    assert card["classes"][0] == {"name": "floor", "nyu40": [2, 20]}
    assert card["training"]["seed"] == 3
    assert STRETCHED not in card["known_limits"]
    measures = {m["measure"] for m in card["metrics"]}
    assert {"miou", "pixel_accuracy", "boundary_iou", "iou/floor"} <= measures


def test_export_says_that_the_runtime_stretches_images(
    tmp_path, trained_segmentation, nyu_zip, capsys
) -> None:
    run, out = tmp_path / "kept", tmp_path / "kept.onnx"
    shutil.copytree(trained_segmentation, run)
    text = (run / "config.yaml").read_text(encoding="utf-8")
    kept = text.replace("keep_aspect_ratio: false", "keep_aspect_ratio: true")
    assert kept != text
    (run / "config.yaml").write_text(kept, encoding="utf-8")
    command = ["segmentation", "export", str(run), "--out", str(out)]
    assert main([*command, "--reports", str(tmp_path / "reports")]) == 0
    assert STRETCHED in capsys.readouterr().out
    card = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert STRETCHED in card["known_limits"]


def test_the_report_is_whole(published: Path, trained_segmentation: Path) -> None:
    report = published / "reports" / trained_segmentation.name
    names = {p.name for p in report.iterdir()}
    written = {"config.yaml", "log.csv", "metrics.json", "curves.png", "samples.png", "report.md"}
    assert names == written
    text = (report / "report.md").read_text(encoding="utf-8")
    for word in ("commit", "seed: 3", "command: followme-train segmentation export", "| miou |"):
        assert word in text
    assert cv2.imread(str(report / "samples.png")).shape[1] == 3 * TILE_PX


def test_images_that_were_trained_on_are_not_called_held_out(
    trained_segmentation, tmp_path
) -> None:
    run = as_if_nothing_were_held_out(trained_segmentation, tmp_path / "all")
    out = tmp_path / "segmentation.onnx"
    command = ["segmentation", "export", str(run), "--out", str(out)]
    assert main([*command, "--reports", str(tmp_path / "reports")]) == 0
    card = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert {m["split"] for m in card["metrics"]} == {"images that it was trained on"}
    said = "NYUv2 (training part), none held out, measured on 12 images that it was trained on"
    assert card["training"]["data"] == said
    text = (tmp_path / "reports" / "all" / "report.md").read_text(encoding="utf-8")
    assert said in text and "None was held out" in text and "held-out" not in text


@pytest.mark.parametrize("which", ["--run", "--onnx"])
def test_evaluate_measures_run_and_file(
    which, published, trained_segmentation, nyu_zip, tmp_path
) -> None:
    file = published / "models" / "segmentation.onnx"
    source = trained_segmentation if which == "--run" else file
    out = tmp_path / "figures.json"
    data = ["--path", str(nyu_zip), "--hold-out-every", "2"]
    command = ["segmentation", "evaluate", which, str(source), *data, "--json", str(out)]
    assert main(command) == 0
    (figures,) = json.loads(out.read_text(encoding="utf-8")).values()
    assert figures["images"] == 7
    assert figures["iou/person"] is None
    card = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    of_card = {m["measure"]: m["value"] for m in card["metrics"]}
    assert figures["miou"] == pytest.approx(of_card["miou"], abs=2e-3)


def test_views_are_averaged_only_where_there_are_probabilities(
    published, trained_segmentation, nyu_zip, capsys
) -> None:
    views = ["--scales", "0.75", "1.25", "--flip"]
    assert main(["segmentation", "evaluate", "--run", str(trained_segmentation), *views]) == 0
    assert '"images": 7' in capsys.readouterr().out
    file = published / "models" / "segmentation.onnx"
    with pytest.raises(SystemExit):
        main(["segmentation", "evaluate", "--onnx", str(file), "--path", str(nyu_zip), *views])
    assert "need the probabilities of a --run" in capsys.readouterr().err


def test_a_network_of_other_classes_is_refused(published, nyu_zip, capsys) -> None:
    file = published / "models" / "segmentation.onnx"
    data = ["--path", str(nyu_zip), "--classes", "nyu13"]
    assert main(["segmentation", "evaluate", "--onnx", str(file), *data]) == 2
    assert "knows 12 classes (floor, wall, ceiling ...)" in capsys.readouterr().err
    assert main(["segmentation", "evaluate", "--onnx", str(file)]) == 2
    assert "add --path" in capsys.readouterr().err


def test_show_draws_several_networks_and_a_folder(
    published, trained_segmentation, tmp_path
) -> None:
    file, out = published / "models" / "segmentation.onnx", tmp_path / "sheet.png"
    both = ["segmentation", "show", "--run", str(trained_segmentation), "--onnx", str(file)]
    assert main([*both, "--rows", "3", "--out", str(out)]) == 0
    assert cv2.imread(str(out)).shape[1] == 4 * TILE_PX
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(encoded(np.full((30, 40, 3), 90, np.uint8), ".jpg"))
    assert main([*both, "--folder", str(folder), "--out", str(out)]) == 0
    assert cv2.imread(str(out)).shape[1] == 3 * TILE_PX


def test_a_folder_without_images_is_said(published, tmp_path, capsys) -> None:
    file = published / "models" / "segmentation.onnx"
    command = ["segmentation", "show", "--onnx", str(file), "--folder", str(tmp_path)]
    assert main([*command, "--out", str(tmp_path / "s.png")]) == 2
    assert "holds no JPEG or PNG file" in capsys.readouterr().err
