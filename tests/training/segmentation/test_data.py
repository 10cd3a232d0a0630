"""What a step gets, and that training does not start on half a data set."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from followme_training.common.command import main
from followme_training.common.run_folder import Run
from followme_training.datasets.errors import DataError
from followme_training.segmentation.augmentation import Augmentation
from followme_training.segmentation.class_balance import (
    ClassWeights,
    class_counts,
    class_weights,
)
from followme_training.segmentation.data import SegmentationData, crop_of
from followme_training.segmentation.known_classes import CLASS_LISTS
from followme_training.segmentation.sample import SegmentationSample
from followme_training.segmentation.whole_view import MEAN_RGB
from tests.training.conftest import SIZE_HW, encoded, label40, write_nyu_zip
from tests.training.segmentation.conftest import write_settings


def made(path: Path, **changed: object) -> SegmentationData:
    settings = {"size_hw": SIZE_HW, "batch_size": 2, "hold_out_every": 2, **changed}
    return SegmentationData(path, **settings)  # type: ignore[arg-type]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a plain pair of six images of two sizes, and a class list for them."""
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    for i in range(6):
        height, width = (30, 40) if i % 2 else (24, 24)
        rgb = np.full((height, width, 3), 40 * i, np.uint8)
        (tmp_path / f"images/{i}.jpg").write_bytes(encoded(rgb, ".jpg"))
        labels = np.full((height, width), 1, np.uint8)
        labels[: height // 2], labels[:, :4] = 2, 255
        Image.fromarray(labels).save(tmp_path / f"labels/{i}.png")
    classes = [{"name": "low", "ids": [1]}, {"name": "high", "ids": [2, 3]}]
    (tmp_path / "classes.json").write_text(json.dumps({"classes": classes}))
    return tmp_path


def of_folder(folder: Path, **changed: object) -> SegmentationData:
    classes = str(folder / "classes.json")
    return made(folder, **{"dataset": "folder", "classes": classes, **changed})


def test_nyuv2_holds_out_the_scenes_that_depth_holds_out(nyu_zip: Path) -> None:
    from followme_training.depth.data import DepthData

    data, depth = made(nyu_zip), DepthData(nyu_zip, hold_out_every=2, batch_size=2)
    data.setup()
    depth.setup()
    names = [s.name for s in data.validation_images]  # type: ignore[attr-defined]
    assert names == [s.name for s in depth.validation_images]
    assert len(data.training_images) == len(depth.training_images)


def test_a_batch_has_images_and_classes_of_one_size(nyu_zip: Path) -> None:
    data = made(nyu_zip, size_hw=(40, 56))
    data.setup()
    batch = next(iter(data.train_dataloader()))
    assert batch.rgb.shape == (2, 3, 40, 56)
    assert batch.rgb.dtype == torch.float32
    assert (batch.labels.shape, batch.labels.dtype) == ((2, 40, 56), torch.int64)
    assert {int(v) for v in batch.labels.unique()} <= {0, 1, 3, 5, 255}
    again = next(iter(data.train_dataloader()))
    assert torch.equal(batch.rgb, again.rgb)
    assert batch.names == again.names


def test_whole_images_keep_the_size_of_their_truth(folder: Path) -> None:
    data = of_folder(folder)
    batch = next(iter(data.val_dataloader()))
    assert batch.rgb.shape == (2, 3, *SIZE_HW)
    assert [tuple(t.shape) for t in batch.truths] == [(30, 40), (30, 40)]
    assert batch.truths[0][0, 10] == 1
    assert batch.truths[0][29, 10] == 0
    assert batch.truths[0][29, 0] == 255


def test_further_folders_are_trained_on_and_never_measured_on(
    folder: Path, nyu_zip: Path, tmp_path: Path
) -> None:
    with pytest.raises(
        DataError, match=r"labels/0\.png: ids 255 are none of the class list 'robot'"
    ):
        made(nyu_zip, folders=[folder]).setup("fit")
    for file in folder.glob("labels/*.png"):
        labels = np.array(Image.open(file))
        # NYUv2 has another number for what nobody labelled
        labels[labels == 255] = 0
        Image.fromarray(labels).save(file)
    alone = made(nyu_zip)
    data = made(nyu_zip, folders=[folder])
    data.setup("fit")
    assert len(data.training_images) == len(alone.training_images) + 6
    names = [data.training_images[i].name for i in range(len(data.training_images))]
    assert names[-6:] == [f"images/{i}.jpg" for i in range(6)]
    assert len(data.validation_images) == len(alone.validation_images)
    assert all(s.name.startswith("nyuv2/") for s in data.validation_images)  # type: ignore[attr-defined]
    assert data.source == f"NYUv2 (training part), {folder}"
    assert len(next(iter(data.train_dataloader())).names) == 2
    (folder / "images/2.jpg").write_bytes(b"no image")
    with pytest.raises(DataError, match=r"images/2\.jpg: is no image"):
        made(nyu_zip, folders=[folder]).setup("fit")
    with pytest.raises(DataError, match="nowhere"):
        made(nyu_zip, folders=[tmp_path / "nowhere"]).setup("fit")


def test_classes_are_counted(folder: Path, nyu_zip: Path) -> None:
    data = of_folder(folder)
    counts = class_counts(data.training_images, 2)
    # three images of 24x24: four columns without a class, the rest in two halves
    assert counts.pixels.tolist() == [3 * 12 * 20, 3 * 12 * 20]
    assert counts.images.tolist() == [3, 3]
    assert counts.pixels_around.tolist() == [3 * 24 * 20] * 2
    assert counts.unlabelled == 3 * 24 * 4
    robot = class_counts(made(nyu_zip).training_images, 12)
    chair = CLASS_LISTS["robot"].names.index("chair")
    assert robot.pixels[chair] == 16 * 12 * robot.images[chair]
    labelled = sum(int((label40(n) > 0).sum()) for n in (3, 4, 12, 30, 31))
    assert robot.pixels.sum() == labelled


def test_weights_follow_the_counts(nyu_zip: Path) -> None:
    counts = class_counts(made(nyu_zip).training_images, 12)
    assert class_weights(counts, ClassWeights()) is None
    strong, mild = (
        class_weights(counts, ClassWeights("median_frequency", power=p)) for p in (1.0, 0.5)
    )
    assert strong is not None
    assert mild is not None
    wall, chair, bed = (CLASS_LISTS["robot"].names.index(n) for n in ("wall", "chair", "bed"))
    assert strong[wall] < 1.0 < strong[chair]
    assert float(mild[chair]) == pytest.approx(float(strong[chair]) ** 0.5, rel=1e-5)
    assert strong[bed] == 1.0
    clipped = class_weights(counts, ClassWeights("median_frequency", smallest=0.9, largest=1.1))
    assert clipped is not None
    assert (float(clipped.min()), float(clipped.max())) == pytest.approx((0.9, 1.1))
    number = class_weights(counts, ClassWeights("effective_number"))
    assert number is not None
    assert number[wall] < number[chair]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("ids", r"labels/2\.png: ids 9 are none of the class list 'classes'"),
        ("size", r"labels/2\.png: labels are 24x20, the image 2\.jpg is 24x24"),
        ("missing", r"labels/2\.png: is missing, .*images needs it"),
        ("corrupt", r"labels/2\.png: cannot be read"),
        ("image", r"images/2\.jpg: is no image"),
        ("colour", r"labels/2\.png: has pixels of kind RGB"),
    ],
)
def test_training_does_not_start_on_half_a_data_set(folder: Path, broken: str, words: str) -> None:
    labels = folder / "labels/2.png"
    if broken == "ids":
        Image.fromarray(np.full((24, 24), 9, np.uint8)).save(labels)
    elif broken == "size":
        Image.fromarray(np.full((20, 24), 1, np.uint8)).save(labels)
    elif broken == "missing":
        labels.unlink()
    elif broken == "corrupt":
        labels.write_bytes(labels.read_bytes()[:45])
    elif broken == "image":
        (folder / "images/2.jpg").write_bytes(b"no image")
    else:
        Image.fromarray(np.zeros((24, 24, 3), np.uint8)).save(labels)
    with pytest.raises(DataError, match=words):
        of_folder(folder).setup("fit")


@pytest.mark.parametrize(("number", "ending"), [(0, "jpg"), (0, "png"), (1, "jpg"), (1, "png")])
def test_a_photograph_that_was_cut_off_is_named_before_the_first_step(
    folder: Path, number: int, ending: str
) -> None:
    """Of each format, to be trained with (0) and to be measured on (1)."""
    whole = folder / f"images/{number}.jpg"
    size_hw = cv2.imread(str(whole)).shape[:2]
    rgb = np.random.default_rng(0).integers(0, 256, (*size_hw, 3), np.uint8)
    whole.unlink()
    data = encoded(rgb, f".{ending}")
    (folder / f"images/{number}.{ending}").write_bytes(data[: len(data) // 3])
    with pytest.raises(DataError, match=rf"images/{number}\.{ending}: is no image; fetch"):
        of_folder(folder).setup("fit")


def test_an_empty_split_is_named(folder: Path, tmp_path: Path, nyu_zip: Path) -> None:
    with pytest.raises(DataError, match="too few to hold out each 50th"):
        of_folder(folder, hold_out_every=50).setup("fit")
    with pytest.raises(DataError, match="0 images are left to train with and 12 to measure on"):
        made(nyu_zip, hold_out_every=1).setup("fit")
    empty = write_nyu_zip(tmp_path / "e.zip", **{"info.json": _info([])})
    with pytest.raises(DataError, match="0 images are left to train with and 0 to measure on"):
        made(empty).setup("fit")


def _info(ids: list[int]) -> bytes:
    lens = {"fx": 1.0, "fy": 1.0, "cx": 0.0, "cy": 0.0}
    return json.dumps({"ids": ids, "intrinsics": lens, "valid_crop_xyxy": [0, 0, 1, 1]}).encode()


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, r"label40/0012\.png is missing"),
        (b"no png", r"label40/0012\.png is no image"),
        (encoded(np.full(SIZE_HW, 41, np.uint8), ".png"), "nyuv2/0012: ids 41 are none of"),
        (encoded(np.full(SIZE_HW, 4, np.uint16), ".png"), "16 bits and 2 axes, 8 bits of labels"),
        (encoded(np.full((9, 9), 4, np.uint8), ".png"), "labels are 9x9, the image 64x48"),
    ],
)
def test_labels_of_nyuv2_that_cannot_be_used_are_named(tmp_path, labels, words) -> None:
    file = write_nyu_zip(tmp_path / "n.zip", **{"label40/0012.png": labels})
    with pytest.raises(DataError, match=words):
        made(file).setup("fit")


def test_damage_inside_the_zip_file_is_named(tmp_path: Path) -> None:
    file = write_nyu_zip(tmp_path / "n.zip")
    data = bytearray(file.read_bytes())
    at = data.index(b"label40/0012.png") + 60
    data[at : at + 8] = b"\0" * 8
    file.write_bytes(bytes(data))
    with pytest.raises(DataError, match=r"label40/0012\.png is damaged \(Bad CRC"):
        made(file).setup("fit")


def test_a_class_list_of_other_labels_is_refused(nyu_zip: Path, folder: Path) -> None:
    with pytest.raises(DataError, match="'voc' are of voc ids, nyuv2 has others; choose a list"):
        made(nyu_zip, classes="voc").setup()
    with pytest.raises(DataError, match="'robot' are of nyu40 ids, ade20k has others"):
        made(folder, dataset="ade20k", classes="robot").setup()


def test_an_image_and_labels_of_different_size_make_no_sample() -> None:
    rgb = np.zeros((4, 6, 3), np.uint8)
    with pytest.raises(DataError, match="a: labels are 5x4, the image 6x4; both have to be"):
        SegmentationSample("a", rgb, np.zeros((4, 5), np.uint8))
    with pytest.raises(DataError, match=r"a: colour is \(4, 6\), expected"):
        SegmentationSample("a", rgb[..., 0], np.zeros((4, 6), np.uint8))


def write_voc(root: Path) -> Path:
    """Write six images of VOC's layout, with palettes; two of them in the augmented list only."""
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    for name in ("JPEGImages", "SegmentationClass", "SegmentationClassAug"):
        (root / name).mkdir()
    for i in range(6):
        rgb = np.full((40, 50, 3), 30 * i, np.uint8)
        cv2.imwrite(str(root / f"JPEGImages/{i}.jpg"), rgb)
        labels = np.zeros((40, 50), np.uint8)
        labels[10:30, 10:30], labels[9] = 15, 255
        picture = Image.frombytes("P", (50, 40), labels.tobytes())
        picture.putpalette([(7 * i) % 256 for i in range(768)])
        for kind in ("", "Aug") if i < 4 else ("Aug",):
            picture.save(root / f"SegmentationClass{kind}/{i}.png")
    (lists / "train.txt").write_text("0\n1\n")
    (lists / "val.txt").write_text("2\n3\n")
    (lists / "trainaug.txt").write_text("0\n1\n4\n5\n")
    return root


def test_voc_is_trained_and_measured(tmp_path: Path, nyu_zip: Path) -> None:
    root = write_voc(tmp_path / "VOC2012")
    settings = write_settings(tmp_path, nyu_zip, epochs=1)
    options = ["--data.dataset", "voc", "--data.path", str(root), "--data.classes", "voc"]
    options += ["--data.train_list", "trainaug", "--data.size_hw", "[32,32]"]
    assert main(["segmentation", "fit", "-c", str(settings), *options]) == 0
    curves = Run(tmp_path / "run").curves()
    # what is neither in the truth nor guessed has no figure
    assert 0.0 <= curves["val/iou/person"][0][1] <= 1.0
    assert 2 <= curves["val/classes"][0][1] <= 21


def test_a_crop_shows_things_at_the_scale_of_the_input(nyu_zip: Path) -> None:
    data = SegmentationData(nyu_zip, size_hw=(48, 64), crop_hw=(36, 48), batch_size=2)
    data.setup()
    batch = next(iter(data.train_dataloader()))
    assert batch.rgb.shape == (2, 3, 36, 48)
    assert batch.labels.shape == (2, 36, 48)
    # what is measured on is whole, and of the size of the input
    assert next(iter(data.val_dataloader())).rgb.shape[2:] == (48, 64)
    # an image that fills the input is 4/3 as large as the crop
    size, scales = crop_of((36, 48), (48, 64), Augmentation(smallest=0.75, largest=1.5))
    assert size == (36, 48)
    assert (scales.smallest, scales.largest) == pytest.approx((1.0, 2.0))
    assert crop_of(None, (48, 64), Augmentation()) == ((48, 64), Augmentation())


@pytest.mark.parametrize("crop", [(60, 80), (48, 48), (0, 0), (36, 64)])
def test_a_crop_of_another_shape_or_larger_is_refused(nyu_zip: Path, crop) -> None:
    with pytest.raises(DataError, match=r"data.crop_hw: .* is no smaller view .* give, say, 38x51"):
        SegmentationData(nyu_zip, size_hw=(48, 64), crop_hw=crop)


def test_images_keep_their_aspect_in_training_and_measuring(folder: Path) -> None:
    plain = Augmentation(roll_deg=0.0, smallest=1.0, largest=1.0)
    data = of_folder(folder, keep_aspect_ratio=True, size_hw=(40, 40), augmentation=plain)
    batch = next(iter(data.val_dataloader()))
    assert batch.rgb.shape == (2, 3, 40, 40)
    assert batch.shown_hw == [(30, 40), (30, 40)]
    assert [tuple(t.shape) for t in batch.truths] == [(30, 40), (30, 40)]
    assert (batch.rgb[0, :, 30:] == torch.tensor(MEAN_RGB).view(3, 1, 1)).all()
    # of 24x24, with four columns that have no class: none is enlarged, all around is ignored
    trained = next(iter(data.train_dataloader()))
    known = (trained.labels != 255).sum(dim=(1, 2))
    assert known.tolist() == pytest.approx([24 * 20] * 2, abs=48)
    stretched = next(
        iter(of_folder(folder, size_hw=(40, 40), augmentation=plain).train_dataloader())
    )
    assert ((stretched.labels != 255).sum(dim=(1, 2)) > 40 * 30).all()


def test_a_crop_does_not_enlarge_an_image_that_keeps_its_aspect(folder: Path) -> None:
    plain = Augmentation(roll_deg=0.0, smallest=1.0, largest=1.0)
    data = of_folder(
        folder, keep_aspect_ratio=True, size_hw=(48, 48), crop_hw=(32, 32), augmentation=plain
    )
    batch = next(iter(data.train_dataloader()))
    assert batch.labels.shape == (2, 32, 32)
    known = (batch.labels != 255).sum(dim=(1, 2))
    assert known.tolist() == pytest.approx([24 * 20] * 2, abs=48)
