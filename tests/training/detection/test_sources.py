"""Labels of every kind are read, and what is odd in them is listed, never trained on."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.detection.checking import RawBox, checked
from followme_training.detection.entries import BoxEntry, group_of, split
from followme_training.detection.face_points import box_of_points
from followme_training.detection.sample import Boxes
from followme_training.detection.sources import Source, read_parts, read_source
from tests.training.conftest import encoded
from tests.training.detection.conftest import coco, picture, write_set

HW = (50, 100)
POINTS = np.array([[22, 22], [28, 22], [25, 25], [22, 28], [28, 28]], np.float32)


def kinds(*raw: RawBox) -> tuple[Boxes, list[str]]:
    boxes, problems = checked("x.jpg", HW, raw, ["face", "chair"])
    return boxes, [p.kind for p in problems]


def box(*xyxy: float, name: str = "face", **more: object) -> RawBox:
    return RawBox(xyxy, name, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (box(float("nan"), 0, 5, 5), "no number"),
        (box(0, 0, float("inf"), 5), "no number"),
        (box(9, 9, 4, 20), "negative or under 1 pixel"),
        (box(9, 9, 9, 20), "negative or under 1 pixel"),
        (box(100.5, 9, 120, 20), "outside the image"),
        (box(-30, 9, 0.5, 20), "outside the image"),
        (box(9, 9, 20, 20, name="unicorn"), "unknown class"),
    ],
)
def test_what_is_refused(raw, kind) -> None:
    boxes, found = kinds(raw, box(1, 1, 9, 9))
    assert found == [kind]
    assert boxes.xyxy.tolist() == [[1, 1, 9, 9]]


def test_what_is_clipped() -> None:
    boxes, found = kinds(box(-10, 40, 20, 70))
    assert found == ["partly outside, clipped"]
    assert boxes.xyxy.tolist() == [[0, 40, 20, 50]]
    # a rounding of a fraction of a pixel is not odd
    assert kinds(box(0, 0, 100.3, 50))[1] == []


def test_duplicates_of_one_class_only() -> None:
    same = box(10, 10, 40, 40.5)
    boxes, found = kinds(box(10, 10, 40, 40), same, box(10, 10, 40, 40, name="chair"))
    assert found == ["duplicate"]
    assert boxes.classes.tolist() == [0, 1]
    assert kinds(box(10, 10, 40, 40), box(10, 10, 40, 44))[1] == []


def test_landmarks_outside_become_unknown_and_the_box_stays() -> None:
    near, far = POINTS.copy(), POINTS.copy()
    near[0, 0], far[0, 0] = 16.0, 12.0  # the box begins at 20 and is 20 wide: a quarter is 5
    boxes, found = kinds(box(20, 15, 40, 35, points=near), box(20, 15, 34, 35, points=far))
    assert found == ["landmark outside"]
    assert np.isfinite(boxes.points[0]).all()
    assert np.isnan(boxes.points[1]).all()


def test_ignore_areas_are_no_boxes() -> None:
    boxes, found = kinds(box(5, 5, 20, 20, ignored=True))
    assert found == [] and len(boxes.xyxy) == 0
    assert boxes.ignored.tolist() == [[5, 5, 20, 20]]


def test_coco_lists_what_is_odd(tmp_path: Path) -> None:
    labels = coco(3)
    labels["annotations"] += [
        {"id": 90, "image_id": 77, "category_id": 1, "bbox": [1, 1, 9, 9]},
        {"id": 91, "image_id": 0, "category_id": 9, "bbox": [1, 1, 9, 9]},
        {"id": 92, "image_id": 1, "category_id": 1, "bbox": [90, 10, 30, 9], "iscrowd": 1},
        {"id": 93, "image_id": 1, "category_id": 1, "bbox": [10, 10, -5, 9]},
    ]
    file = write_set(tmp_path / "set.zip", labels)
    labels["images"].append({"id": 3, "file_name": "images/gone.png", "height": 9, "width": 9})
    (tmp_path / "more.json").write_text(json.dumps(labels), encoding="utf-8")
    found = read_source(Source("coco", file, "more.json", tmp_path), ["face"])
    assert sorted((p.image, p.kind) for p in found.problems) == [
        ("image 77", "missing image"),
        ("images/gone.png", "missing image"),
        ("images/p00_0.png", "unknown class"),
        ("images/p00_1.png", "negative or under 1 pixel"),
        ("images/p00_1.png", "partly outside, clipped"),
    ]
    assert found.unasked == {"disc": 3}
    assert [len(e.boxes.xyxy) for e in found.entries] == [1, 1, 1]
    assert found.entries[1].boxes.ignored.tolist() == [[90, 10, 96, 19]]
    sample = found.entries[2].sample()
    x, y, w, h = picture(2)[1][0]["bbox"]
    assert sample.boxes.xyxy.tolist() == [[x, y, x + w, y + h]]
    assert np.allclose(sample.boxes.points[0, 0], [x + 0.25 * w, y + 0.3 * w], atol=1e-3)
    assert (sample.rgb == picture(2)[0][..., ::-1]).all()


def test_partly_labelled_and_joined_classes(tmp_path: Path) -> None:
    labels = coco(2)
    labels["images"][0]["labelled_category_ids"] = [1]
    file = write_set(tmp_path / "set.zip", labels)
    entries = read_source(Source("coco", file, "labels.json"), ["face", "disc", "door"]).entries
    assert [e.boxes.labelled.tolist() for e in entries] == [
        [True, False, False],
        [True, True, False],
    ]
    both = Source("coco", file, "labels.json", joined={"disc": "thing", "face": "thing"})
    joined = read_source(both, ["thing"]).entries
    assert [e.boxes.labelled.tolist() for e in joined] == [[False], [True]]
    assert joined[0].boxes.classes.tolist() == [0, 0]


def test_boxes_of_a_class_as_ignore_areas(tmp_path: Path) -> None:
    file = write_set(tmp_path / "set.zip", coco(2))
    source = Source("coco", file, "labels.json", ignored=["disc"])
    (first, _) = read_source(source, ["face", "disc"]).entries
    (x, y, w, h) = picture(0)[1][1]["bbox"]
    assert first.boxes.classes.tolist() == [0]
    assert first.boxes.ignored.tolist() == [[x, y, x + w, y + h]]
    assert first.boxes.labelled.tolist() == [True, True], "where there is none, that is known"
    renamed = Source("coco", file, "labels.json", joined={"disc": "face"}, ignored=["face"])
    (first, _) = read_source(renamed, ["face"]).entries
    assert len(first.boxes.ignored) == 2 and not len(first.boxes.xyxy)


def test_an_image_of_another_size_than_its_labels_is_said(tmp_path: Path) -> None:
    file = write_set(tmp_path / "set.zip", coco(1, width=97))
    (entry,) = read_source(Source("coco", file, "labels.json"), ["face"]).entries
    with pytest.raises(DataError, match="is 96x64, its labels are for 97x64"):
        entry.sample()


def write_images(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encoded(np.full((*HW, 3), 90, np.uint8), ".jpg"))
    return folder


def test_wider_text(tmp_path: Path) -> None:
    write_images(tmp_path, "0--Parade/a.jpg", "0--Parade/b.jpg")
    (tmp_path / "wider.txt").write_text(
        "0--Parade/a.jpg\n2\n10 5 20 30 0 0 0 0 0 0\n60 5 20 30 0 0 0 1 0 0\n"
        "0--Parade/b.jpg\n0\n0 0 0 0 0 0 0 0 0 0\n"
        "0--Parade/gone.jpg\n1\n1 1 5 5 0 0 0 0 0 0\n",
        encoding="utf-8",
    )
    found = read_source(Source("wider", tmp_path, "wider.txt"), ["face"])
    a, b = found.entries
    assert a.boxes.xyxy.tolist() == [[10, 5, 30, 35]]
    assert a.boxes.ignored.tolist() == [[60, 5, 80, 35]]
    assert len(b.boxes.xyxy) == 0 and b.boxes.labelled.all()
    assert [(p.image, p.kind) for p in found.problems] == [("0--Parade/gone.jpg", "missing image")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.jpg\nmany\n", "line 2 is no line of numbers"),
        ("a.jpg\n2\n1 1 5 5 0 0 0 0 0 0\n", "2 faces are said and 1 are there"),
        ("a.jpg\n1\n1 1 5\n", "fewer than 10 numbers"),
    ],
)
def test_broken_wider_text_is_said(tmp_path, text, words) -> None:
    write_images(tmp_path, "a.jpg")
    (tmp_path / "wider.txt").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        read_source(Source("wider", tmp_path, "wider.txt"), ["face"])


def test_retinaface_text(tmp_path: Path) -> None:
    write_images(tmp_path, "a.jpg")
    points = "15 10 0 25 10 0 20 15 1 16 25 0 24 25 0 0.8"
    unknown = " ".join(["-1 -1 -1"] * 5) + " 0.2"
    (tmp_path / "label.txt").write_text(
        f"# a.jpg\n10 5 20 30 {points}\n60 5 20 30 {unknown}\n", encoding="utf-8"
    )
    (entry,) = read_source(Source("retinaface", tmp_path, "label.txt"), ["face"]).entries
    assert entry.boxes.points[0].tolist() == [[15, 10], [25, 10], [20, 15], [16, 25], [24, 25]]
    assert np.isnan(entry.boxes.points[1]).all()
    (tmp_path / "label.txt").write_text("1 2 3 4\n", encoding="utf-8")
    with pytest.raises(DataError, match="before the first '# name'"):
        read_source(Source("retinaface", tmp_path, "label.txt"), ["face"])


def test_yolo_text(tmp_path: Path) -> None:
    write_images(tmp_path, "images/a.jpg", "images/b.jpg")
    (tmp_path / "names.txt").write_text("chair\ncat\n", encoding="utf-8")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text(
        "0 0.5 0.5 0.2 0.4\n1 0.5 0.5 0.2 0.4\n7 0.5 0.5 0.2 0.4\n", encoding="utf-8"
    )
    (tmp_path / "labels" / "lost.txt").write_text("", encoding="utf-8")
    found = read_source(Source("yolo", tmp_path, "names.txt"), ["chair", "door"])
    a, b = found.entries
    assert np.allclose(a.boxes.xyxy, [[40, 15, 60, 35]], atol=1e-4)
    assert a.boxes.labelled.tolist() == [True, False]
    assert len(b.boxes.xyxy) == 0
    assert found.unasked == {"cat": 1}
    assert sorted(p.kind for p in found.problems) == ["missing image", "unknown class"]
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.txt, line 1 is not five numbers"):
        read_source(Source("yolo", tmp_path, "names.txt"), ["chair"])


def test_mosaics_of_faces(tmp_path: Path) -> None:
    tile, cols, rows = 80, 2, 1
    mosaic = np.zeros((rows * tile, cols * tile, 3), np.uint8)
    mosaic[:, tile:] = (0, 0, 255)
    points = [[30, 50, 40, 32, 48, 30, 30, 40, 50, 50]] * 3
    index = {"count": 3, "tile": tile, "cols": cols, "rows": rows, "points": points}

    def written(**changed: object) -> Source:
        with zipfile.ZipFile(tmp_path / "points.zip", "w") as archive:
            archive.writestr("index.json", json.dumps({**index, "source": ["lfw"] * 3, **changed}))
            for i in range(2):
                archive.writestr(f"mosaic_{i:03d}.webp", encoded(mosaic, ".webp"))
        return Source("face_points", tmp_path / "points.zip")

    found = read_source(written(), ["face"])
    assert len(found.entries) == 3
    second = found.entries[1].sample()
    assert second.rgb.shape == (80, 80, 3) and second.rgb[..., 0].mean() > 200
    assert second.boxes.points[0, 0].tolist() == [30, 30]
    with pytest.raises(DataError, match="add 'face'"):
        read_source(written(), ["chair"])
    for changed, words in (
        ({"source": ["lfw"] * 2}, "2 sources and the points of 3 faces for 3 tiles; fetch it"),
        ({"points": points[:2]}, "3 sources and the points of 2 faces for 3 tiles; fetch it"),
        ({"points": [[1.0, 2.0]]}, "index.json cannot be used"),
        ({"count": 9}, "mosaic_002.webp is missing|3 sources"),
        ({"tile": None}, "index.json cannot be used"),
    ):
        with pytest.raises(DataError, match=words):
            read_source(written(**changed), ["face"])


def test_the_box_of_five_points_by_hand() -> None:
    # eyes 20 apart, mouth 20 below them: 42.6 wide, 52 high, the centre 8 below the eyes
    points = np.array([[30, 30], [50, 30], [40, 40], [32, 50], [48, 50]], np.float32)
    assert box_of_points(points) == pytest.approx((18.7, 12.0, 61.3, 64.0))


def entries_named(*origins: str) -> list[BoxEntry]:
    blank = np.zeros((4, 4, 3), np.uint8)
    return [BoxEntry(o, o, lambda: blank, (4, 4), Boxes.of()) for o in origins]


def test_a_group_is_never_torn_apart() -> None:
    entries = entries_named(*(f"p{i // 3:03d}_{i}" for i in range(300)))
    train, held = split(entries, r"^(p\d+)_", 5)
    assert 30 < len(held) < 90 and len(train) + len(held) == 300
    groups = [{group_of(e.origin, r"^(p\d+)_") for e in part} for part in (train, held)]
    assert not groups[0] & groups[1]
    # others beside them change nothing
    assert {e.name for e in split(entries[:90], r"^(p\d+)_", 5)[1]} <= {e.name for e in held}
    assert split(entries, "", 0)[1] == []


def test_scenes_of_nyuv2_are_split_as_elsewhere() -> None:
    train, held = split(entries_named("0003", "0004", "0007", "0008", "0012"), "nyuv2 scenes", 2)
    assert [e.origin for e in held] == ["0007", "0008"]
    assert [e.origin for e in train] == ["0003", "0004", "0012"]
    with pytest.raises(DataError, match="has no number"):
        split(entries_named("door"), "nyuv2 scenes", 2)


def test_settings_that_cannot_be_used_are_said(tmp_path: Path, boxes_zip: Path) -> None:
    for settings, words in (
        ({"kind": "voc"}, "kind 'voc' is unknown"),
        ({"repeat": 0.0}, "repeat is 0"),
        ({"labels": ""}, "needs the name of a file"),
        ({"kind": "yolo", "ignored": ["face"]}, "kind 'yolo' has no 'ignored'"),
    ):
        with pytest.raises(DataError, match=words):
            Source(**{"kind": "coco", "images": boxes_zip, "labels": "labels.json", **settings})
    source = Source("coco", boxes_zip, "labels.json")
    with pytest.raises(DataError, match="no source has a box of 'unicorn'"):
        read_parts([source], ["face", "unicorn"], 4)
    with pytest.raises(DataError, match=r"ignored 'fase' is none of .*; did you mean 'face'\?"):
        read_source(Source("coco", boxes_zip, "labels.json", ignored=["fase"]), ["face"])
    with pytest.raises(DataError, match="there is no image"):
        read_parts([], ["face"], 4)
    with pytest.raises(DataError, match="neither a folder nor a zip"):
        read_source(Source("coco", tmp_path / "none.zip", "x"), ["face"])
    for name, text, words in (
        ("no.json", "{", "is no JSON"),
        ("bad.json", '{"images": []}', "not in COCO's form"),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=words):
            read_source(Source("coco", tmp_path, name), ["face"])
    with pytest.raises(DataError, match="absent is missing"):
        FileTree(tmp_path).read("absent")
    with pytest.raises(DataError, match="lies outside"):
        FileTree(tmp_path).read("../secret")


def test_names_in_a_folder_and_in_a_zip_are_alike(tmp_path: Path) -> None:
    write_images(tmp_path / "d", "a/b.jpg")
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.write(tmp_path / "d" / "a" / "b.jpg", "a/b.jpg")
    folder, zipped = FileTree(tmp_path / "d"), FileTree(tmp_path / "d.zip")
    assert folder.names() == zipped.names() == {"a/b.jpg"}
    assert folder.read("a/b.jpg") == zipped.read("a/b.jpg")
    assert cv2.imdecode(np.frombuffer(zipped.read("a/b.jpg"), np.uint8), 1) is not None
