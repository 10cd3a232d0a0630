"""From settings to a model that the runtime takes, by the command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from followme.perception.faces import FaceDetector
from followme.perception.objects import ObjectDetector
from followme.settings import ModelSettings
from followme.values.frame import ColourImage
from followme_training.common.card import read_card
from followme_training.common.command import main
from followme_training.common.onnx_file import onnxruntime_engine, torch_engine
from followme_training.common.run_folder import Run
from followme_training.detection import command as detection
from followme_training.detection.data import DetectionData
from followme_training.detection.detections import Found
from followme_training.detection.exported import ExportedDetector
from followme_training.detection.module import DetectionTask
from followme_training.detection.point_refinement import MOST_FACES
from followme_training.detection.sample import BoxSample
from followme_training.detection.sources import Source
from tests.training.conftest import as_if_nothing_were_held_out
from tests.training.detection.conftest import (
    NAMES,
    SIZE_HW,
    coco,
    picture,
    write_set,
    write_settings,
)


def published(folder: Path, boxes: Path, classes: str, name: str) -> Path:
    settings = write_settings(folder, boxes, classes)
    assert main(["detection", "fit", "-c", str(settings)]) == 0
    out = folder / "models" / f"{name}.onnx"
    export = ["detection", "export", str(folder / "run"), "--out", str(out)]
    assert main([*export, "--reports", str(folder / "reports")]) == 0
    return folder


@pytest.fixture(scope="module")
def faces(tmp_path_factory, boxes_zip) -> Path:
    return published(tmp_path_factory.mktemp("faces"), boxes_zip, "[face]", "face")


@pytest.fixture(scope="module")
def objects(tmp_path_factory, boxes_zip) -> Path:
    return published(tmp_path_factory.mktemp("objects"), boxes_zip, "[face, disc]", "objects")


def test_data_says_what_is_there_and_what_is_odd(tmp_path, boxes_zip, capsys) -> None:
    settings = write_settings(tmp_path, boxes_zip, "[face, disc]")
    files = [tmp_path / n for n in ("plot.png", "sheet.png", "odd.json")]
    options = ["--plot", str(files[0]), "--sheet", str(files[1]), "--problems", str(files[2])]
    assert main(["detection", "data", "-c", str(settings), *options]) == 0
    said = capsys.readouterr().out
    assert "| face | " in said and "| boxes an image | " in said and "no label is odd" in said
    assert cv2.imread(str(files[0])).std() > 1
    assert cv2.imread(str(files[1])).shape[1] == 1600
    assert json.loads(files[2].read_text(encoding="utf-8")) == []


def test_fit_says_how_many_labels_were_clipped_and_refused(tmp_path, capsys) -> None:
    labels = coco(24)
    face = labels["annotations"][0]
    x, y, w, _ = face["bbox"]
    face["keypoints"] = [x + 3 * w, y, 2, *face["keypoints"][3:]]
    odd = {2: [-10, 5, 20, 20], 3: [80, 30, 40, 20], 4: [30, 30, -5, 9], 77: [1, 1, 9, 9]}
    labels["annotations"] += [
        {"id": 900 + image, "image_id": image, "category_id": 1, "bbox": box}
        for image, box in odd.items()
    ]
    settings = write_settings(tmp_path, write_set(tmp_path / "set.zip", labels), epochs=1)
    assert main(["detection", "fit", "-c", str(settings)]) == 0
    counts = "odd labels: 2 clipped, 1 without their landmarks, 2 refused"
    said = capsys.readouterr().out
    assert said.count(f"set.zip labels.json: {counts}; followme-train detection data lists") == 1
    assert main(["detection", "evaluate", "--run", str(tmp_path / "run")]) == 0
    assert "odd labels" not in capsys.readouterr().out


def test_each_source_has_a_line_also_where_nothing_is_odd(boxes_zip, capsys) -> None:
    sources = [Source("coco", boxes_zip, "labels.json")] * 2
    data = DetectionData(sources, ["face"], SIZE_HW)
    data.setup("fit")
    data.setup("fit")
    nothing = "set.zip labels.json: odd labels: 0 clipped, 0 without their landmarks, 0 refused\n"
    assert capsys.readouterr().out == 2 * nothing


def test_the_runtime_takes_faces(faces) -> None:
    network = FaceDetector(faces / "models" / "face.onnx", ModelSettings())
    found = network.look(ColourImage(stamp_ns=5, bgr=np.full((128, 192, 3), 90, np.uint8)))
    assert found.size_wh == (192, 128)
    card = json.loads((faces / "models" / "face.json").read_text(encoding="utf-8"))
    assert card["input_size"] == list(SIZE_HW) and 0.02 <= card["thresholds"]["face"] <= 1.0
    assert card["training"]["seed"] == 3
    measures = {m["measure"] for m in card["metrics"]}
    assert {"ap50", "ap", "precision", "recall"} <= measures


def test_the_runtime_takes_objects(objects) -> None:
    network = ObjectDetector(objects / "models" / "objects.onnx", ModelSettings())
    found = network.look(ColourImage(stamp_ns=5, bgr=np.full((64, 96, 3), 90, np.uint8)))
    assert set(found.name) <= set(NAMES)
    card = json.loads((objects / "models" / "objects.json").read_text(encoding="utf-8"))
    assert card["classes"] == list(NAMES)
    # the tiny set has few boxes of each, and says so
    measures = {m["measure"] for m in card["metrics"]}
    assert {"ap50/disc", "precision/disc", "recall/face"} <= measures
    assert any("face (" in sentence for sentence in card["known_limits"])


def test_boxes_in_the_file_are_those_of_the_network(faces) -> None:
    model = Run(faces / "run").load(DetectionTask, DetectionData)[0]
    exported = ExportedDetector(model.network, model.anchor_boxes)
    bgr = picture(3)[0]
    file = onnxruntime_engine(faces / "models" / "face.onnx")(bgr[..., ::-1].copy())
    own = torch_engine(exported, exported.outputs)(bgr[..., ::-1].copy())
    count = len(model.anchor_boxes)
    assert [file[k].shape for k in ("boxes", "scores", "landmarks")] == [
        (count, 4),
        (count,),
        (count, 5, 2),
    ]
    for name, values in own.items():
        assert np.abs(values - file[name]).max() < 1e-2
    rgb = torch.from_numpy(bgr[..., ::-1].copy()).permute(2, 0, 1)[None].float()
    surest = model.found(rgb, 0.0)[0]
    assert surest.scores[0] == pytest.approx(file["scores"].max(), abs=1e-4)
    # which of nearly equal ones comes first is not said
    near = np.abs(file["boxes"] - surest.xyxy[0]).max(1) < 1e-2
    assert file["scores"][near].max() == pytest.approx(surest.scores[0], abs=1e-4)


def test_a_second_look_goes_on_from_a_file(faces, boxes_zip, tmp_path, capsys) -> None:
    settings = write_settings(tmp_path, boxes_zip)
    first, second = faces / "models" / "face.onnx", tmp_path / "face.onnx"
    look = ["--model.refinement", "{side_px: 16, width: 4}", "--start", str(first)]
    assert main(["detection", "fit", "-c", str(settings), *look]) == 0
    export = ["detection", "export", str(tmp_path / "run"), "--out", str(second)]
    assert main([*export, "--reports", str(tmp_path / "reports")]) == 0
    # the engines give the landmarks that the network gives
    assert "openvino within" in capsys.readouterr().out
    rgb = picture(3)[0][..., ::-1].copy()
    before, after = onnxruntime_engine(first)(rgb), onnxruntime_engine(second)(rgb)
    for name in ("boxes", "scores"):
        assert np.abs(before[name] - after[name]).max() < 1e-2
    told_anew = np.abs(before["landmarks"] - after["landmarks"]).max((1, 2)) > 1e-2
    assert 1 <= told_anew.sum() <= MOST_FACES
    assert told_anew[before["scores"].argmax()]


def test_a_second_look_wants_a_trained_detector(faces, boxes_zip, tmp_path, capsys) -> None:
    settings = write_settings(tmp_path, boxes_zip)
    fit = ["detection", "fit", "-c", str(settings), "--model.refinement", "{side_px: 16, width: 4}"]
    assert main(fit) == 2
    assert "this one was never trained; give --start FILE" in capsys.readouterr().err
    trained = str(faces / "run" / "checkpoints" / "last.ckpt")
    assert main([*fit, "--start", trained, "--start_partly", "true"]) == 0
    last = str(tmp_path / "run" / "checkpoints" / "last.ckpt")
    assert main([*fit, "--ckpt_path", last, "--trainer.max_epochs", "2"]) == 0


def test_the_report_is_whole(faces) -> None:
    names = {p.name for p in (faces / "reports" / "run").iterdir()}
    assert {"config.yaml", "metrics.json", "curves.png", "samples.png", "report.md"} <= names
    assert "precision_recall.png" in names


def test_images_that_were_trained_on_are_not_called_held_out(objects, tmp_path) -> None:
    run = as_if_nothing_were_held_out(objects / "run", tmp_path / "all")
    out = tmp_path / "objects.onnx"
    command = ["detection", "export", str(run), "--out", str(out)]
    assert main([*command, "--reports", str(tmp_path / "reports")]) == 0
    card = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert {m["set"] for m in card["metrics"]} == {"images that it was trained on"}
    assert "none held out, measured on 24 images that it was trained" in card["training"]["data"]
    text = (tmp_path / "reports" / "all" / "report.md").read_text(encoding="utf-8")
    assert "None was held out" in text
    assert "held-out" not in text + json.dumps(card)


@pytest.mark.parametrize("which", ["--run", "--onnx"])
def test_evaluate_measures_run_and_file(which, faces, boxes_zip, tmp_path) -> None:
    source = faces / "run" if which == "--run" else faces / "models" / "face.onnx"
    file, curves = tmp_path / "figures.json", tmp_path / "curves.png"
    data = ["--data", str(boxes_zip), "--labels", "labels.json", "--json", str(file)]
    command = ["detection", "evaluate", which, str(source), *data, "--curves", str(curves)]
    assert main(command) == 0
    figures = json.loads(file.read_text(encoding="utf-8"))
    assert figures["images"] == 24 and figures["boxes"] == 24
    assert 0.0 <= figures["ap50"] <= 1.0
    assert cv2.imread(str(curves)) is not None
    assert main([*command, "--least-px", "500"]) == 0
    small = json.loads(file.read_text(encoding="utf-8"))
    assert small["boxes"] == 0 and small["ap50"] is None


def test_show_draws_held_out_images_and_a_folder(faces, objects, tmp_path) -> None:
    out = tmp_path / "sheet.png"
    show = ["detection", "show", "--out", str(out), "--score", "0.01", "--count", "4"]
    assert main([*show, "--run", str(objects / "run")]) == 0
    assert cv2.imread(str(out)).shape == (300, 1600, 3)
    cv2.imwrite(str(tmp_path / "one.png"), picture(1)[0])
    folder = ["--folder", str(tmp_path)]
    assert main([*show, "--onnx", str(faces / "models" / "face.onnx"), *folder]) == 0


def test_show_draws_what_the_card_takes_for_sure(objects, tmp_path, monkeypatch) -> None:
    file = tmp_path / "objects.onnx"
    shutil.copy(objects / "models" / "objects.onnx", file)
    card = json.loads((objects / "models" / "objects.json").read_text(encoding="utf-8"))
    card["thresholds"] = {"face": 0.3, "disc": 0.6}
    file.with_suffix(".json").write_text(json.dumps(card), encoding="utf-8")
    boxes, scores = np.array([[0, 0, 9, 9]] * 4, np.float32), [0.7, 0.5, 0.4, 0.2]
    found = Found(boxes, np.array(scores, np.float32), np.array([1, 1, 0, 0]), None)
    seen: list[list[float]] = []

    def drawn(sample: BoxSample, things: Found, _: object) -> np.ndarray:
        seen.append(things.scores.tolist())
        return sample.rgb

    monkeypatch.setattr(detection, "predictor", lambda *_: lambda rgb: found)
    monkeypatch.setattr(detection, "drawn", drawn)
    cv2.imwrite(str(tmp_path / "one.png"), picture(1)[0])
    show = ["detection", "show", "--onnx", str(file), "--folder", str(tmp_path)]
    show += ["--out", str(tmp_path / "sheets" / "one.png")]
    for score in ([], ["--score", "0.1"]):
        assert main([*show, *score]) == 0
    assert seen[0] == pytest.approx([0.7, 0.4])
    assert seen[1] == pytest.approx(scores)


def test_a_run_is_averaged_with_what_it_began_from(objects, tmp_path, capsys) -> None:
    run = shutil.copytree(objects / "run", tmp_path / "run")
    start = run / "checkpoints" / "best.ckpt"
    ended = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    began = {name: value + 0.01 for name, value in ended.items() if value.is_floating_point()}
    checkpoint = torch.load(start, weights_only=True)
    torch.save(checkpoint | {"state_dict": ended | began}, start)
    command = ["detection", "between", str(run), "--checkpoint", "last", "--start", str(start)]
    assert main([*command, "--share", "0.25"]) == 0
    assert "--checkpoint between" in capsys.readouterr().out
    made = Run(run).load(DetectionTask, DetectionData, "between")[0].state_dict()
    for name, value in began.items():
        torch.testing.assert_close(made[name], value - 0.0025)
    out = tmp_path / "models" / "objects.onnx"
    export = ["detection", "export", str(run), "--checkpoint", "between", "--out", str(out)]
    assert main([*export, "--reports", str(tmp_path / "reports")]) == 0
    assert read_card(out)["training"]["share_of_the_way"] == 0.25


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["evaluate", "--onnx", "{onnx}"], "data: none is given"),
        (["show", "--onnx", "{onnx}", "--folder", "{none}", "--out", "x.png"], "is no folder"),
        (["evaluate", "--run", "{none}"], "holds no config.yaml"),
    ],
)
def test_mistakes_are_said_in_a_sentence(arguments, words, faces, tmp_path, capsys) -> None:
    places = {"onnx": faces / "models" / "face.onnx", "none": tmp_path / "none"}
    assert main(["detection", *(a.format(**places) for a in arguments)]) == 2
    assert words in capsys.readouterr().err


def test_faces_without_landmarks_are_not_exported(tmp_path, boxes_zip, capsys) -> None:
    settings = write_settings(tmp_path, boxes_zip, epochs=1)
    text = settings.read_text(encoding="utf-8").replace("landmarks: true", "landmarks: false")
    settings.write_text(text, encoding="utf-8")
    assert main(["detection", "fit", "-c", str(settings)]) == 0
    out = ["--out", str(tmp_path / "face.onnx"), "--reports", str(tmp_path)]
    assert main(["detection", "export", str(tmp_path / "run"), *out]) == 2
    assert "faces with landmarks or other things without" in capsys.readouterr().err


def test_a_study_compares_variants(tmp_path, boxes_zip, capsys) -> None:
    settings = write_settings(tmp_path, boxes_zip, epochs=1)
    out = tmp_path / "study"
    vary = ["--vary", "model.context=true,false", "--out", str(out)]
    assert main(["detection", "study", "-c", str(settings), *vary]) == 0
    assert "AP50" in capsys.readouterr().out
    assert any(p.suffix == ".png" for p in out.iterdir())
    pages = "".join(p.read_text(encoding="utf-8") for p in out.iterdir() if p.suffix == ".md")
    assert "set.zip" in pages
