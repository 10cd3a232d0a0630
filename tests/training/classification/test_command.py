"""From settings to a file that names images, by the command."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest

from followme_training.common.command import main
from tests.training.classification.tiny_data import bars, write_digits, write_settings


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, trained_classifier: Path) -> Path:
    """Return the folder of the report of the tiny run."""
    folder = tmp_path_factory.mktemp("published")
    command = ["classification", "export", str(trained_classifier), "--reports", str(folder)]
    assert main(command) == 0
    return folder / trained_classifier.name


def test_data_says_and_draws_what_is_trained_on(tmp_path: Path, capsys) -> None:
    sheet = tmp_path / "sheet.png"
    settings = write_settings(tmp_path)
    command = ["classification", "data", "-c", str(settings), "--sheet", str(sheet)]
    assert main([*command, "--data.augmentation.mixup=0.4"]) == 0
    said = capsys.readouterr().out
    assert (
        "training                 320 images of 12x12, 1 channels, 10 classes of 32 to 32" in said
    )
    assert "official test set        100 images" in said
    assert cv2.imread(str(sheet)).std() > 10


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (["--model.layout.netwrk", "residual"], "did you mean 'model.layout.network'"),
        (["--model.layout.network", "residul"], "did you mean 'residual'"),
        (["--model.layout.classes", "9"], "the data have 10 classes; give 10"),
        (["--data.batch_size", "999"], "320 images are fewer than batch_size 999"),
        (["--data.path", "none.npz"], "none.npz: there is no such file"),
        (["--data.hold_out_every", "1"], "give 2 or more"),
        (["--model.smoothing", "1"], "label smoothing is 1"),
        (["--data.augmentation.crop_px", "12"], "give less than the 12 pixels"),
        (["--model.recipe.lr", "1e30"], "the loss is not finite"),
    ],
)
def test_a_setting_that_is_none_is_said(option: list[str], words: str, tmp_path, capsys) -> None:
    settings = write_settings(tmp_path)
    try:
        code = main(["classification", "fit", "-c", str(settings), *option])
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr().err
    assert code == 2
    assert words in said
    assert "Traceback" not in said


def test_the_file_keeps_its_contract(published: Path) -> None:
    model = onnx.load(str(published / "model.onnx"), load_external_data=False)
    onnx.checker.check_model(model)
    assert max(o.version for o in model.opset_import if o.domain == "") <= 20
    session = onnxruntime.InferenceSession(str(published / "model.onnx"))
    (image,), (logits,) = session.get_inputs(), session.get_outputs()
    assert (image.name, image.type, image.shape[1:]) == ("image", "tensor(uint8)", [12, 12, 1])
    assert not isinstance(image.shape[0], int)
    assert (logits.name, logits.shape[1]) == ("logits", 10)
    pictures, labels = bars(30, seed=9)
    together = session.run(None, {"image": pictures[..., None]})[0]
    alone = session.run(None, {"image": pictures[:1, ..., None]})[0]
    assert together.shape == (30, 10)
    assert np.allclose(together[:1], alone, atol=1e-5)
    assert (together.argmax(1) == labels).mean() > 0.9


def test_the_report_is_whole(published: Path) -> None:
    names = {p.name for p in published.iterdir()}
    pictures = {"confusion.png", "reliability.png", "classes.png", "samples.png", "curves.png"}
    assert names == {
        *pictures,
        *("model.onnx", "model.json", "config.yaml", "log.csv", "metrics.json", "report.md"),
    }
    for picture in pictures:
        assert cv2.imread(str(published / picture)).std() > 5
    text = (published / "report.md").read_text(encoding="utf-8")
    for word in ("parameters", "hours", "confusion.png", "official test set", "| accuracy |"):
        assert word in text
    found = json.loads((published / "metrics.json").read_text(encoding="utf-8"))
    rows = {(m["split"], m["measure"]): m for m in found["metrics"]}
    assert rows["official test set", "accuracy"]["n"] == 100
    assert rows["official test set", "accuracy"]["value"] > 0.9
    assert ("held-out training images", "class/7") in rows
    card = json.loads((published / "model.json").read_text(encoding="utf-8"))
    assert [c["name"] for c in card["classes"]] == list("0123456789")


@pytest.mark.parametrize("which", ["--run", "--onnx"])
def test_evaluate_measures_run_and_file(which, published, trained_classifier, tmp_path) -> None:
    source = trained_classifier if which == "--run" else published / "model.onnx"
    out = tmp_path / "figures.json"
    data = ["--path", str(write_digits(tmp_path / "t.npz", 100, 1))]
    command = ["classification", "evaluate", which, str(source), *data, "--json", str(out)]
    assert main(command) == 0
    (figures,) = json.loads(out.read_text(encoding="utf-8")).values()
    found = json.loads((published / "metrics.json").read_text(encoding="utf-8"))["metrics"]
    of_report = {m["measure"]: m["value"] for m in found if m["split"] == "official test set"}
    assert figures["accuracy"] == pytest.approx(of_report["accuracy"], abs=1e-4)
    assert figures["images"] == 100


def test_show_draws_everything_and_what_is_seen_before_and_after(
    trained_classifier: Path, tmp_path: Path, capsys
) -> None:
    command = ["classification", "show", "--run", str(trained_classifier), "--out", str(tmp_path)]
    assert main([*command, "--tsne", "--tsne-images", "100"]) == 0
    names = ("confusion", "reliability", "classes", "samples", "curves", "tsne")
    assert {p.stem for p in tmp_path.iterdir()} == set(names)
    said = capsys.readouterr().out
    shares = {line.split(":")[0]: float(line.split()[2]) for line in said.splitlines()[:2]}
    # ten images of each class, which even a network at random tells apart
    assert shares["after training"] == 1.0 >= shares["before training"] > 0.1
    assert cv2.imread(str(tmp_path / "tsne.png")).std() > 5


def test_what_cannot_be_shown_is_said(published: Path, tmp_path: Path, capsys) -> None:
    file = ["--onnx", str(published / "model.onnx")]
    assert main(["classification", "evaluate", *file]) == 2
    assert "data: none is given; add --path FILE" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stop:
        main(["classification", "show", *file, "--out", str(tmp_path), "--tsne"])
    assert stop.value.code == 2
    assert "--tsne needs the features of a --run" in capsys.readouterr().err
    np.savez(tmp_path / "m.npz", images=np.zeros((3, 5, 5), np.uint8), labels=np.arange(3))
    assert main(["classification", "evaluate", *file, "--path", str(tmp_path / "m.npz")]) == 2
    assert "takes images of [12, 12, 1]" in capsys.readouterr().err
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    bad = ["--onnx", str(tmp_path / "bad.onnx"), "--path", str(tmp_path / "m.npz")]
    assert main(["classification", "evaluate", *bad]) == 2
    assert "cannot load it" in capsys.readouterr().err


def test_t_sne_of_a_few_images_is_refused(trained_classifier: Path, tmp_path: Path, capsys) -> None:
    data = ["--path", str(write_digits(tmp_path / "m.npz", 40))]
    command = ["classification", "show", "--run", str(trained_classifier), *data, "--tsne"]
    assert main([*command, "--tsne-images", "5", "--out", str(tmp_path / "out")]) == 2
    assert "t-SNE of 5 images shows nothing; give 10 or more" in capsys.readouterr().err
