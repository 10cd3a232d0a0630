"""Each format is read, and each thing that can be wrong with it is one sentence."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import tarfile
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme_training.classification.cifar100 import read_cifar100
from followme_training.classification.cifar100_classes import COARSE, FINE
from followme_training.classification.labelled_images import (
    LabelledImages,
    check_several_classes,
    rank_in_class,
    split_by_class,
)
from followme_training.classification.sources import DIGITS, read_labelled
from followme_training.datasets.errors import DataError
from tests.training.classification.tiny_data import bars, write_digits

RANDOM = np.random.default_rng(4)
IMAGES = RANDOM.integers(0, 256, (6, 32, 32, 3), np.uint8)
FINE_LABELS = np.array([0, 99, 5, 5, 17, 42])
COARSE_LABELS = np.array([FINE.group_of[i] for i in FINE_LABELS])


def idx(array: np.ndarray) -> bytes:
    head = bytes([0, 0, 8, array.ndim])
    return head + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def write_idx(folder: Path, zipped: bool = False, dot: bool = False) -> Path:
    images, labels = bars(20)
    for stem in ("train", "t10k"):
        for what, array in (("images", images), ("labels", labels)):
            name = f"{stem}-{what}{'.' if dot else '-'}idx{array.ndim}-ubyte"
            data = idx(array)
            file = folder / (name + (".gz" if zipped else ""))
            file.write_bytes(gzip.compress(data) if zipped else data)
    return folder


def rows() -> np.ndarray:
    """Return (6, 3072) as CIFAR-100 has its pixels: red, green, blue."""
    return IMAGES.transpose(0, 3, 1, 2).reshape(6, -1)


def python_file(**changed: object) -> bytes:
    raw = {
        "filenames": ["a.png"] * 6,
        "fine_labels": FINE_LABELS.tolist(),
        "coarse_labels": COARSE_LABELS.tolist(),
        "data": rows(),
        **changed,
    }
    return pickle.dumps(raw, 2)


def binary_file() -> bytes:
    labels = np.stack([COARSE_LABELS, FINE_LABELS], 1).astype(np.uint8)
    return np.concatenate([labels, rows()], 1).tobytes()


def mosaic_zip(file: Path, cut: int = 0, **changed: object) -> Path:
    """Write two lossless mosaics of two by two tiles."""
    index = {"count": 6, "tile": 32, "cols": 2, "rows": 2} | {
        "fine": FINE_LABELS.tolist(),
        "coarse": COARSE_LABELS.tolist(),
        **changed,
    }
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.json", json.dumps(index))
        for number in range(2):
            tiles = np.zeros((4, 32, 32, 3), np.uint8)
            part = IMAGES[4 * number : 4 * number + 4]
            tiles[: len(part)] = part
            mosaic = tiles.reshape(2, 2, 32, 32, 3).transpose(0, 2, 1, 3, 4).reshape(64, 64, 3)
            done, data = cv2.imencode(
                ".webp", mosaic[:, cut:, ::-1], [cv2.IMWRITE_WEBP_QUALITY, 101]
            )
            assert done
            archive.writestr(f"mosaic_{number:03d}.webp", data.tobytes())
    return file


@pytest.mark.parametrize(("zipped", "dot"), [(False, False), (True, False), (True, True)])
def test_mnists_own_files(zipped: bool, dot: bool, tmp_path: Path) -> None:
    found = read_labelled("mnist", write_idx(tmp_path, zipped, dot), "test")
    images, labels = bars(20)
    assert np.array_equal(found.images, images[..., None])
    assert np.array_equal(found.labels, labels)
    assert found.classes == DIGITS


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("t10k-images-idx3-ubyte", b"", "is no IDX file of bytes"),
        ("t10k-images-idx3-ubyte", b"\0\0\x0d\3" + bytes(12), "is no IDX file of bytes"),
        ("t10k-images-idx3-ubyte", idx(np.zeros((2, 3, 3), np.uint8))[:-1], "17 bytes, its head s"),
        ("t10k-images-idx3-ubyte", idx(np.zeros((2, 3, 3), np.uint8)) + b"x", "19 bytes, its head"),
        ("t10k-images-idx3-ubyte", b"\0\0\x08\3\0\0", "ends within its head"),
        ("t10k-images-idx3-ubyte", gzip.compress(b"abc" * 99)[:-20], "cannot be read"),
        ("t10k-images-idx3-ubyte", idx(np.zeros(4, np.uint8)), "has 1 dimensions, images have 3"),
        ("t10k-labels-idx1-ubyte", idx(np.zeros(4, np.uint8)), r"labels are \(4,\) int64 for 20"),
        ("t10k-labels-idx1-ubyte", idx(np.full(20, 10, np.uint8)), "label 10 is none of the 10"),
        ("t10k-labels-idx1-ubyte", None, "t10k-labels-idx1-ubyte is missing"),
    ],
)
def test_a_damaged_idx_file_is_said(name: str, data: bytes | None, words: str, tmp_path) -> None:
    write_idx(tmp_path)
    if data is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=words):
        read_labelled("mnist", tmp_path, "test")


def test_no_images_are_said(tmp_path: Path) -> None:
    write_idx(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(np.zeros((0, 4, 4), np.uint8)))
    with pytest.raises(DataError, match="holds no image"):
        read_labelled("mnist", tmp_path, "train")


def written(kind: str, folder: Path) -> Path:
    """Write CIFAR-100's test part, all six images, in one of its forms; return what to give."""
    if kind == "zip":
        return mosaic_zip(folder / "c.zip")
    name, data = ("test.bin", binary_file()) if "binary" in kind else ("test", python_file())
    if kind.endswith("archive"):
        with tarfile.open(folder / "c.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo(f"cifar-100/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        return folder / "c.tar.gz"
    inside = folder / "cifar-100-python" if kind.endswith("inside") else folder
    inside.mkdir(exist_ok=True)
    (inside / name).write_bytes(data)
    return inside / name if kind.endswith("file") else folder


@pytest.mark.parametrize(
    "kind",
    [
        *("python", "binary", "python inside", "python file", "binary file"),
        *("python archive", "binary archive", "zip"),
    ],
)
def test_every_form_of_cifar100_is_the_same(kind: str, tmp_path: Path) -> None:
    path = written(kind, tmp_path)
    found = read_labelled("cifar100", path, "test")
    assert np.array_equal(found.images, IMAGES)
    assert np.array_equal(found.labels, FINE_LABELS)
    assert found.classes == FINE
    coarse = read_labelled("cifar100_coarse", path, "test")
    assert np.array_equal(coarse.labels, COARSE_LABELS)
    assert coarse.classes == COARSE


def test_python_2_wrote_its_texts_as_bytes(tmp_path: Path) -> None:
    """The official file is of Python 2, by which no pickle is written any more: so by hand."""

    def short(text: str) -> bytes:
        return b"U" + bytes([len(text)]) + text.encode()

    def numbers(name: str, values: list[int]) -> bytes:
        return short(name) + b"](" + b"".join(b"K" + bytes([v]) for v in values) + b"e"

    pixels = rows().tobytes()
    kind = b"cnumpy\ndtype\n" + short("u1") + b"K\0K\1\x87R(K\3" + short("|") + b"NNN"
    kind += 2 * b"J\xff\xff\xff\xff" + b"K\0tb"
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85" + short("b") + b"\x87R"
    )
    array += b"(K\1K\6M\0\x0c\x86" + kind + b"\x89T" + len(pixels).to_bytes(4, "little") + pixels
    content = short("data") + array + b"tb" + numbers("fine_labels", FINE_LABELS.tolist())
    content += numbers("coarse_labels", COARSE_LABELS.tolist())
    (tmp_path / "test").write_bytes(b"\x80\2}q\1(" + content + b"u.")
    found = read_cifar100(tmp_path / "test", "test")
    assert np.array_equal(found.images, IMAGES)
    assert np.array_equal(found.fine, FINE_LABELS)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("test.bin", b"", "has 0 bytes, no multiple of the 3074"),
        ("test.bin", binary_file()[:-1], "has 18443 bytes, no multiple"),
        ("test", b"", "is no file of CIFAR-100's Python version"),
        ("test", python_file()[:-90], "is no file of CIFAR-100's Python version"),
        ("test", python_file(fine_labels=[1, 2]), r"pixels are \(6, 3072\) uint8 for 2 labels"),
        ("test", python_file(fine_labels=["a"]), "not a row of whole numbers"),
        ("test", python_file(data=rows()[:, :-1]), r"pixels are \(6, 3071\) uint8 for 6 labels"),
        ("test", pickle.dumps([1], 2), "is no file of CIFAR-100's Python version"),
        ("other", b"", "holds neither test.bin nor test"),
    ],
)
def test_a_damaged_file_of_cifar100_is_said(name, data, words, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=words):
        read_labelled("cifar100", tmp_path, "test")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"count": 7}, "has 6 and 6 labels for 7 tiles"),
        ({"tile": 64}, "tiles of 64 pixels"),
        ({"fine": "abc"}, "cannot be used"),
        ({"rows": None}, "cannot be used"),
        ({"fine": [100] * 6}, "label 100 is none of the 100 classes"),
        ({"cut": 32}, "is 32x64, expected 2 columns"),
        ({"count": 9, "fine": [0] * 9, "coarse": [0] * 9}, "mosaic_002.webp is missing"),
    ],
)
def test_damaged_mosaics_are_said(changed: dict, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        read_labelled("cifar100", mosaic_zip(tmp_path / "c.zip", **changed))


@pytest.mark.parametrize("name", ["c.zip", "c.tar.gz", "c.npz"])
@pytest.mark.parametrize("data", [b"", b"no archive"])
def test_what_is_no_archive_is_said(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=r"fetch|give"):
        read_labelled("cifar100", tmp_path / name)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"images": np.zeros((2, 4, 4), np.uint8)}, "labels is not a file|labels"),
        ({"images": np.zeros((2, 4, 4)), "labels": np.zeros(2, int)}, "float64; give"),
        ({"images": np.zeros((2, 4, 4, 4), np.uint8), "labels": np.zeros(2, int)}, "give"),
        ({"images": np.zeros((2, 4, 4), np.uint8), "labels": np.zeros(2)}, r"\(2,\) float64"),
        ({"images": np.zeros((2, 4, 4), np.uint8), "labels": np.full(2, -1)}, "label -1 is none"),
    ],
)
def test_arrays_that_do_not_fit_are_said(arrays: dict, words: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", **arrays)
    with pytest.raises(DataError, match=words):
        read_labelled("mnist", tmp_path / "m.npz")


def test_an_npz_file_of_objects_is_not_unpickled(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", images=np.array([{}], object), labels=np.zeros(1, int))
    with pytest.raises(DataError, match="cannot be used"):
        read_labelled("mnist", tmp_path / "m.npz")


def test_what_is_not_there_or_unknown_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.npz: there is no such file or folder; give the M"):
        read_labelled("mnist", tmp_path / "none.npz")
    with pytest.raises(DataError, match=r"data\.dataset is 'minst'; give one of mnist, cifar100"):
        read_labelled("minst", tmp_path)  # type: ignore[arg-type]


def folders(root: Path, **sizes: tuple[int, ...]) -> Path:
    """Write images of the given shapes in folders."""
    for name, shape in sizes.items():
        (root / name).mkdir(parents=True)
        for number in range(2):
            cv2.imwrite(str(root / name / f"{number}.png"), np.full(shape, 40 + number, np.uint8))
    return root


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    root = folders(tmp_path / "d", cat=(8, 6, 3), ant=(8, 6, 3))
    found = read_labelled("folder", root)
    assert found.classes.names == ("ant", "cat")
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.images.shape == (4, 8, 6, 3)
    assert found.images[1, 0, 0].tolist() == [41, 41, 41]
    assert read_labelled("folder", root, size_hw=(4, 5)).images.shape == (4, 4, 5, 3)


def test_folders_that_cannot_be_used_are_said(tmp_path: Path) -> None:
    mixed = folders(tmp_path / "mixed", a=(8, 6, 3), b=(8, 7, 3))
    with pytest.raises(
        DataError, match=r"0\.png: is 7x8, the images before it are 6x8; resize all"
    ):
        read_labelled("folder", mixed)
    grey = folders(tmp_path / "grey", a=(8, 6), b=(8, 6))
    with pytest.raises(DataError, match="has 1 channels of uint8, three of uint8 are needed"):
        read_labelled("folder", grey)
    (mixed / "c").mkdir()
    with pytest.raises(DataError, match="c: holds no image; add some"):
        read_labelled("folder", mixed, size_hw=(4, 4))
    (mixed / "c" / "x.png").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"x\.png: is no image"):
        read_labelled("folder", mixed, size_hw=(4, 4))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no folders"):
        read_labelled("folder", tmp_path / "empty")


def test_one_class_is_not_enough(tmp_path: Path) -> None:
    alone = read_labelled("folder", folders(tmp_path / "d", cat=(8, 6, 3)))
    with pytest.raises(DataError, match="all 2 images are of class 'cat'; give at least two"):
        check_several_classes(alone)


def test_each_class_has_its_share_in_both_parts() -> None:
    labels = np.array([0, 1, 0, 0, 1, 0, 2, 0])
    learnt, held = split_by_class(labels, 3)
    assert held.tolist() == [0, 1, 5, 6]
    assert learnt.tolist() == [2, 3, 4, 7]
    assert rank_in_class(labels).tolist() == [0, 0, 1, 2, 1, 3, 0, 4]
    assert split_by_class(labels, 0)[1].size == 0
    with pytest.raises(DataError, match="hold_out_every is 1; give 2 or more"):
        split_by_class(labels, 1)


def test_the_classes_of_cifar100_are_the_official_ones(data_dir: Path) -> None:
    raw = json.loads(zipfile.ZipFile(data_dir / "cifar100_train.zip").read("index.json"))
    assert list(FINE.names) == raw["fine_names"]
    assert list(COARSE.names) == raw["coarse_names"]
    assert [FINE.group_of[i] for i in raw["fine"]] == raw["coarse"]


def test_the_real_digits_are_read(data_dir: Path) -> None:
    found = read_labelled("mnist", data_dir / "mnist_test.npz")
    assert found.images.shape == (10_000, 28, 28, 1)
    assert found.counts.tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_images_are_chosen_with_their_labels(tmp_path: Path) -> None:
    data = read_labelled("mnist", write_digits(tmp_path / "m.npz", 30))
    some: LabelledImages = data.chosen(np.array([4, 2]))
    assert some.labels.tolist() == data.labels[[4, 2]].tolist()
    assert np.array_equal(some.images[1], data.images[2])
