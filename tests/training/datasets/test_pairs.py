"""The layouts of VOC, ADE20K and plain folders, whole and broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from followme_training.datasets.errors import DataError
from followme_training.datasets.pairs import Parts, ade20k, folder_pair, voc


def touch(root: Path, *names: str) -> None:
    for name in names:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def stems(parts: Parts) -> tuple[list[str], list[str]]:
    return [p.image.stem for p in parts.training], [p.image.stem for p in parts.validation]


@pytest.fixture
def voc_root(tmp_path: Path) -> Path:
    lists = tmp_path / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    (lists / "train.txt").write_text("a\nb\n\n")
    (lists / "val.txt").write_text("c\n")
    lines = [f"/JPEGImages/{n}.jpg /SegmentationClassAug/{n}.png\n" for n in "ad"]
    (lists / "trainaug.txt").write_text("".join(lines))
    touch(tmp_path, *(f"JPEGImages/{n}.jpg" for n in "abcd"))
    touch(tmp_path, *(f"SegmentationClass/{n}.png" for n in "abc"))
    touch(tmp_path, *(f"SegmentationClassAug/{n}.png" for n in "ad"))
    return tmp_path


def test_voc_is_found_in_its_official_layout(voc_root: Path) -> None:
    parts = voc(voc_root)
    assert stems(parts) == (["a", "b"], ["c"])
    assert parts.training[0].labels == voc_root / "SegmentationClass" / "a.png"
    assert parts.training[0].name == "voc/a"


@pytest.mark.parametrize("inner", ["VOC2012", "VOCdevkit/VOC2012"])
def test_voc_is_found_from_above(voc_root: Path, tmp_path_factory, inner: str) -> None:
    above = tmp_path_factory.mktemp("above")
    (above / inner).parent.mkdir(parents=True, exist_ok=True)
    voc_root.rename(above / inner)
    assert stems(voc(above)) == (["a", "b"], ["c"])


def test_the_augmented_list_has_labels_of_its_own(voc_root: Path) -> None:
    parts = voc(voc_root, "trainaug")
    assert stems(parts) == (["a", "d"], ["c"])
    assert parts.training[1].labels == voc_root / "SegmentationClassAug" / "d.png"
    # the short form of the list, an id a line
    (voc_root / "ImageSets/Segmentation/trainaug.txt").write_text("d\n")
    assert voc(voc_root, "trainaug").training[0].labels.parent.name == "SegmentationClassAug"


def test_what_voc_lacks_is_named(voc_root: Path, tmp_path_factory) -> None:
    with pytest.raises(DataError, match=r"holds no ImageSets/Segmentation; give the folder VOC"):
        voc(tmp_path_factory.mktemp("empty"))
    with pytest.raises(DataError, match=r"trainag\.txt: cannot be read"):
        voc(voc_root, "trainag")
    (voc_root / "SegmentationClass" / "b.png").unlink()
    with pytest.raises(DataError, match=r"b\.png: is missing, .*train\.txt needs it"):
        voc(voc_root)
    (voc_root / "ImageSets/Segmentation/val.txt").write_text("\n")
    with pytest.raises(DataError, match=r"val\.txt: is empty"):
        voc(voc_root, "trainaug")


@pytest.mark.parametrize("inner", ["", "ADEChallengeData2016"])
def test_ade20k_is_found(tmp_path: Path, inner: str) -> None:
    root = tmp_path / inner
    touch(root, "images/training/x.jpg", "annotations/training/x.png")
    touch(root, "images/validation/y.jpg", "annotations/validation/y.png")
    assert stems(ade20k(tmp_path)) == (["x"], ["y"])
    (root / "annotations/validation/y.png").unlink()
    with pytest.raises(DataError, match=r"y\.png: is missing"):
        ade20k(tmp_path)
    (root / "images/training/x.jpg").unlink()
    with pytest.raises(DataError, match=r"training: is empty"):
        ade20k(tmp_path)


@pytest.mark.parametrize("read", [ade20k, lambda root: folder_pair(root, 8)])
def test_a_folder_that_is_missing_is_named(tmp_path: Path, read: Callable[[Path], Parts]) -> None:
    with pytest.raises(DataError, match="is no folder; give the folder that holds images and"):
        read(tmp_path)


def test_a_plain_pair_is_split_by_names(tmp_path: Path) -> None:
    touch(tmp_path, *(f"images/{n}.png" for n in "edcba"), "images/notes.txt")
    touch(tmp_path, *(f"labels/{n}.png" for n in "abcde"))
    assert stems(folder_pair(tmp_path, 2)) == (["a", "c", "e"], ["b", "d"])
    assert stems(folder_pair(tmp_path, 4)) == (["a", "b", "d", "e"], ["c"])


def test_a_plain_pair_has_its_own_parts(tmp_path: Path) -> None:
    for part, name in (("train", "a"), ("val", "b")):
        touch(tmp_path, f"images/{part}/{name}.JPG", f"labels/{part}/{name}.png")
    assert stems(folder_pair(tmp_path, 0)) == (["a"], ["b"])


def test_a_split_without_one_of_its_parts_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "images/a.jpg", "labels/a.png")
    with pytest.raises(DataError, match="1 images are too few to hold out each 8th"):
        folder_pair(tmp_path, 8)
    with pytest.raises(DataError, match="hold_out_every is 1, nothing would be left"):
        folder_pair(tmp_path, 1)
