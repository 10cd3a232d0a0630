"""From settings to a file that makes images, by the command."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from followme_training.common.command import main
from tests.training.gan.tiny_images import shares, two_kinds, write_images, write_settings


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, trained_gan: Path) -> Path:
    """Return the folder of the report of the tiny run; its file lies beside it."""
    folder = tmp_path_factory.mktemp("published")
    command = ["gan", "export", str(trained_gan), "--reports", str(folder)]
    assert main([*command, "--checkpoint", "last", "--out", str(folder / "made.onnx")]) == 0
    return folder / trained_gan.name


def test_data_says_and_draws_what_is_trained_on(tmp_path: Path, capsys) -> None:
    sheet, settings = tmp_path / "sheet.png", write_settings(tmp_path, count=50)
    assert main(["gan", "data", "-c", str(settings), "--sheet", str(sheet)]) == 0
    said = capsys.readouterr().out
    assert "training  40 images of 8x8, mean 12" in said
    assert "held out  10 images of 8x8" in said
    assert cv2.imread(str(sheet)).std() > 10


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--model.layout.latnt", "9"], "did you mean 'model.layout.latent'"),
        (["--model.layout.generator_norm", "bach"], "'batch', 'instance', 'none'"),
        (["--model.loss", "wasserstein"], "hinge"),
        (["--data.side", "12"], "data.side is 12; give a power of two"),
        (["--data.batch_size", "999"], "40 images are fewer than batch_size 999"),
        (["--data.path", "none"], "none: there is no such file or folder"),
        (["--model.weights", "none.safetensors"], "none.safetensors: cannot be read"),
        (["--ema_decay", "1"], "ema_decay is 1; give 0 to below 1"),
        (["--data.hold_out_every", "20"], "3 real images are too few to compare"),
    ],
)
def test_a_setting_that_is_none_is_said(option: list[str], words: str, tmp_path, capsys) -> None:
    settings = write_settings(tmp_path, 1, 50)
    try:
        code = main(["gan", "fit", "-c", str(settings), *option])
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr().err
    assert code == 2
    assert words in said
    assert "Traceback" not in said


def test_tuning_says_what_to_do_instead(capsys) -> None:
    assert main(["gan", "tune", "-c", "any.yaml"]) == 2
    assert "compare a few settings with 'followme-train gan study'" in capsys.readouterr().err


def test_the_file_makes_images_of_any_number_of_vectors(published: Path) -> None:
    session = onnxruntime.InferenceSession(str(published.parent / "made.onnx"))
    (given,), (image,) = session.get_inputs(), session.get_outputs()
    assert (given.name, given.type, given.shape[1:]) == ("latent", "tensor(float)", [4])
    assert (image.name, image.type, image.shape[1:]) == ("image", "tensor(uint8)", [8, 8, 3])
    z = np.random.default_rng(0).standard_normal((200, 4), np.float32)
    made = session.run(None, {"latent": z})[0]
    assert min(shares(made)) > 0.2
    assert np.array_equal(made[:1], session.run(None, {"latent": z[:1]})[0])
    card = json.loads((published.parent / "made.json").read_text(encoding="utf-8"))
    assert (card["task"], card["latent"], card["input_size"]) == ("gan", 4, [8, 8])


def test_the_report_is_whole_and_carries_no_weights(published: Path) -> None:
    names = {p.name for p in published.iterdir()}
    pictures = {"curves.png", "samples.png", "over_time.png", "stability.png"}
    assert names == {*pictures, "walk.gif", "config.yaml", "log.csv", "metrics.json", "report.md"}
    for picture in pictures:
        assert cv2.imread(str(published / picture)).std() > 5
    text = (published / "report.md").read_text(encoding="utf-8")
    for word in ("features: mean colours", "hours", "learnt against held-out", "| fid |"):
        assert word in text
    found = json.loads((published / "metrics.json").read_text(encoding="utf-8"))["metrics"]
    rows = {(m["split"].split()[0], m["measure"]): m for m in found}
    assert rows["made", "fid"]["n"] == rows["learnt", "fid"]["n"] == 60
    assert rows["learnt", "fid"]["value"] < rows["made", "fid"]["value"]


@pytest.mark.parametrize("which", ["--run", "--onnx"])
def test_evaluate_measures_run_and_file(which, published, trained_gan, tmp_path) -> None:
    source = trained_gan if which == "--run" else published.parent / "made.onnx"
    out, images = tmp_path / "f.json", write_images(tmp_path / "i", two_kinds(200, 5))
    command = ["gan", "evaluate", which, str(source), "--path", str(images), "--side", "8"]
    assert main([*command, "--json", str(out)]) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["images"] == 40
    assert found["real_floor"]["fid"] < found["made"]["fid"] < 50
    assert 0 <= found["made"]["coverage"] <= found["real_floor"]["coverage"]


def test_show_draws_a_run_and_a_file(published: Path, trained_gan: Path, tmp_path: Path) -> None:
    assert main(["gan", "show", "--run", str(trained_gan), "--out", str(tmp_path / "r")]) == 0
    names = {p.name for p in (tmp_path / "r").iterdir()}
    assert names == {"samples.png", "walk.gif", "curves.png", "over_time.png", "stability.png"}
    file = published.parent / "made.onnx"
    assert main(["gan", "show", "--onnx", str(file), "--out", str(tmp_path / "f")]) == 0
    assert {p.name for p in (tmp_path / "f").iterdir()} == {"samples.png", "walk.gif"}


def test_what_cannot_be_measured_or_shown_is_said(published, tmp_path: Path, capsys) -> None:
    file = ["--onnx", str(published.parent / "made.onnx")]
    assert main(["gan", "evaluate", *file]) == 2
    assert "data: none is given; add --path FOLDER" in capsys.readouterr().err
    images = write_images(tmp_path / "i", two_kinds(200))
    assert main(["gan", "evaluate", *file, "--path", str(images), "--side", "16"]) == 2
    assert "makes images of [8, 8, 3]" in capsys.readouterr().err
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no network")
    assert main(["gan", "show", "--onnx", str(bad), "--out", str(tmp_path)]) == 2
    assert "cannot load it" in capsys.readouterr().err
    assert main(["gan", "show", "--run", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "holds no config.yaml" in capsys.readouterr().err


def test_a_file_of_another_task_is_refused(tmp_path: Path, capsys) -> None:
    import torch

    from followme_training.common.onnx_file import write_onnx

    class Other(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
            return (2 * x,)

    write_onnx(Other(), torch.zeros(1, 3), "image", ("logits",), tmp_path / "o.onnx")
    assert main(["gan", "show", "--onnx", str(tmp_path / "o.onnx"), "--out", str(tmp_path)]) == 2
    assert "makes no images from vectors" in capsys.readouterr().err
