"""Labels for images that have boxes, by the command, and a training that takes them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from followme_training.common.command import main
from followme_training.datasets.label_images import read_labels
from followme_training.segmentation.known_classes import CLASS_LISTS
from tests.training.segmentation.conftest import write_settings

ROBOT = CLASS_LISTS["robot"]
DOOR, CABINET = (ROBOT.ids[ROBOT.names.index(name)][0] for name in ("door", "cabinet"))
COCO: dict[str, Any] = {
    "categories": [
        {"id": 6, "name": "door"},
        {"id": 22, "name": "cabinet door"},
        {"id": 9, "name": "tv"},
    ],
    "images": [
        {
            "id": 1,
            "file_name": "images/a.png",
            "height": 60,
            "width": 80,
            "labelled_category_ids": [6],
        },
        {"id": 2, "file_name": "images/b.png"},
        {"id": 3, "file_name": "images/tv.png"},
    ],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 6, "bbox": [10, 10, 20, 40]},
        {"id": 2, "image_id": 1, "category_id": 22, "bbox": [50, 20, 20, 20]},
        {"id": 3, "image_id": 2, "category_id": 6, "bbox": [0, 0, 30, 48]},
        {"id": 4, "image_id": 2, "category_id": 6, "bbox": [40, 0, 10, 48], "iscrowd": 1},
        {"id": 5, "image_id": 3, "category_id": 9, "bbox": [0, 0, 30, 48]},
    ],
}


def write_boxed(file: Path, coco: Any = COCO, left_out: str = "", broken: str = "") -> Path:
    """Write a zip file of images with boxes."""
    random = np.random.default_rng(4)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("annotations.json", coco if isinstance(coco, str) else json.dumps(coco))
        for name, size_hw in (("a", (60, 80)), ("b", (48, 64)), ("tv", (48, 64))):
            image = random.integers(0, 255, (*size_hw, 3)).astype(np.uint8)
            content = cv2.imencode(".png", image)[1].tobytes()
            if name != left_out:
                archive.writestr(f"images/{name}.png", content[:40] if name == broken else content)
    return file


@pytest.fixture
def command(tmp_path: Path, nyu_zip: Path, trained_segmentation: Path) -> list[str]:
    """Return the command without its boxes."""
    return [
        *("segmentation", "label", "-c", str(write_settings(tmp_path, nyu_zip, epochs=1))),
        *("--start", str(trained_segmentation / "checkpoints" / "last.ckpt")),
        *("--out", str(tmp_path / "boxed"), "--boxes", "annotations.json"),
    ]


def test_boxes_become_labels_that_training_takes(tmp_path, command, capsys) -> None:
    images = ["--images", str(write_boxed(tmp_path / "boxed.zip"))]
    joined = ["--join", "cabinet door=cabinet", "--filled", "door", "cabinet door"]
    assert main([*command, *images, *joined]) == 0
    said = capsys.readouterr().out
    assert "2 images with labels" in said and "no class" in said
    out = tmp_path / "boxed"
    assert sorted(f.name for f in (out / "images").iterdir()) == ["a.png", "b.png"]
    a, b = (read_labels(out / "labels" / f"{name}.png") for name in "ab")
    assert a.shape == (60, 80) and b.shape == (48, 64)
    assert (a[16:44, 14:26] == DOOR).all()
    assert (a[24:36, 54:66] == CABINET).all()
    assert not (a[:, 34:] == DOOR).any()
    assert (b[8:40, 6:24] == DOOR).all()
    # a crowd is no thing
    assert not (b[:, 34:] == DOOR).any()
    more = ["--data.folders", f"[{out}]", "--start", command[5]]
    assert main(["segmentation", "fit", "--config", command[3], *more]) == 0


def test_what_is_not_joined_is_left_out(tmp_path, command) -> None:
    images = ["--images", str(write_boxed(tmp_path / "boxed.zip"))]
    assert main([*command, *images, "--filled", "door"]) == 0
    a = read_labels(tmp_path / "boxed" / "labels" / "a.png")
    assert (a[16:44, 14:26] == DOOR).all()
    assert not (a[24:36, 54:66] == CABINET).all()


def test_the_json_may_lie_elsewhere(tmp_path, command) -> None:
    folder = tmp_path / "json"
    folder.mkdir()
    (folder / "annotations.json").write_text(json.dumps(COCO))
    images = write_boxed(tmp_path / "boxed.zip", coco="{}")
    assert main([*command, "--images", str(images), "--boxes-in", str(folder)]) == 0
    assert (tmp_path / "boxed" / "labels" / "b.png").is_file()


def changed(part: str, at: int, **values: Any) -> dict[str, Any]:
    """Return COCO's JSON with other values in one entry; None removes."""
    entries = [dict(e) for e in COCO[part]]
    entries[at] |= values
    entries[at] = {k: v for k, v in entries[at].items() if v is not None}
    return {**COCO, part: entries}


@pytest.mark.parametrize(
    ("coco", "words"),
    [
        ("{", "annotations.json is no JSON"),
        ("{}", "annotations.json is not in COCO's form (KeyError: 'categories')"),
        ("[]", "annotations.json is not in COCO's form"),
        (changed("annotations", 0, bbox=None), "not in COCO's form (KeyError: 'bbox')"),
        (changed("annotations", 0, bbox=[1, 2]), "not in COCO's form (ValueError"),
        (
            changed("annotations", 0, bbox=[1, 2, float("nan"), 4]),
            "(ValueError: a box is [1, 2, nan, 4])",
        ),
        (changed("annotations", 0, category_id=77), "not in COCO's form (KeyError: 77)"),
        (changed("annotations", 0, image_id=77), "not in COCO's form (KeyError: 77)"),
        (changed("images", 0, height=30, width=40), "a.png is 80x60, its boxes are for 40x30"),
        (changed("images", 0, width=None), "not in COCO's form (KeyError: 'width')"),
        (changed("images", 0, file_name="images/a.webp"), "training takes .jpg, .jpeg, .png"),
        (changed("images", 0, file_name="more/b.png"), "more/b.png and images/b.png have one name"),
        ({**COCO, "annotations": []}, "no box is of the network's classes"),
    ],
)
def test_bad_boxes_are_said(coco, words, tmp_path, command, capsys) -> None:
    images = write_boxed(tmp_path / "boxed.zip", coco)
    assert main([*command, "--images", str(images)]) == 2
    said = capsys.readouterr().err
    assert words in said and len(said.strip().splitlines()) == 1
    assert not (tmp_path / "boxed").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--join", "cabinet door"], "'cabinet door=cabinet'"),
        (["--join", "cabinet dor=cabinet"], "did you mean 'cabinet door'?"),
        (["--join", "cabinet door=cabinets"], "the network knows no class 'cabinets'; did you"),
        (["--filled", "doors"], "annotations.json has no class 'doors'; did you mean 'door'?"),
        (["--in-front", "persons"], "the network knows no class 'persons'; did you mean 'person'?"),
        (["--boxes", "none.json"], "none.json is missing"),
        (["--images", "none.zip"], "none.zip: is neither a folder nor a zip file"),
        (["--start", "none.ckpt"], "there is no checkpoint none.ckpt"),
    ],
)
def test_mistakes_are_said(options, words, tmp_path, command, capsys) -> None:
    images = ["--images", str(write_boxed(tmp_path / "boxed.zip"))]
    assert main([*command, *images, *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("how", "words"),
    [({"left_out": "b"}, "images/b.png is missing"), ({"broken": "b"}, "images/b.png is no image")],
)
def test_an_image_that_cannot_be_read_is_named(how, words, tmp_path, command, capsys) -> None:
    images = write_boxed(tmp_path / "boxed.zip", **how)
    assert main([*command, "--images", str(images)]) == 2
    assert words in capsys.readouterr().err
    # no labels without their image
    assert not (tmp_path / "boxed" / "labels" / "b.png").exists()
