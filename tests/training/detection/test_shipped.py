"""The detectors that ship, by the runtime, on real images that they were not trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import yaml

from followme.perception.card import Card, card_path, load_card
from followme.perception.detector import Detector
from followme.perception.faces import FACE, FaceDetector
from followme.perception.model_file import find_model
from followme.perception.objects import ObjectDetector
from followme.settings import ModelSettings
from followme.values.detections import Detections
from followme.values.frame import ColourImage
from followme_training.detection.average_precision import AveragePrecision
from followme_training.detection.detections import Found
from followme_training.detection.entries import BoxEntry
from followme_training.detection.figures import point_errors
from followme_training.detection.module import MEASURED_SCORE
from followme_training.detection.sample import Boxes
from followme_training.detection.sources import Source, read_parts

ROOT = Path(__file__).resolve().parents[3]
# What is asked of these images; the whole set's figures are in the cards and in their reports.
# Precision and recall are those at the score of the card, all else is measured from low scores on.
LEAST_OF_THINGS = {"ap50": 0.20, "ap50/door": 0.40, "precision/door": 0.50, "recall/door": 0.33}
LEAST_OF_FACES = {"ap50": 0.75, "precision/face": 0.80, "recall/face": 0.65}
LARGEST_LANDMARK_ERROR = 0.12
_EVERY = 2
# Of a source in a settings file: what lies with the data, wherever that is.
_FILES = ("images", "labels_in")
_SAME = np.ones(2, np.float32)


class Answer(NamedTuple):
    """What was found in an image, what is there, and how wide the image is."""

    found: Found
    truth: Boxes
    width: int


class Answers(NamedTuple):
    """Those of all images, and the card of the network that gave them."""

    each: list[Answer]
    names: Sequence[str]
    card: Card


#: From what was found in an image, its width and how many classes there are, to what a faulty
#: network would have found.
Fault = Callable[[Found, int, int], Found]


def held_out(card: Card, data_dir: Path) -> list[BoxEntry]:
    """Return the images that the training of a network held out, by the settings of its report."""
    config = yaml.safe_load((ROOT / card.training["config"]).read_text(encoding="utf-8"))
    sources = []
    for said in config["data"]["sources"]:
        if said.get("hold_out", True):
            files = {key: data_dir / Path(said[key]).name for key in _FILES if key in said}
            for file in files.values():
                if not file.exists():
                    pytest.skip(f"real images are absent: {file} is not there")
            sources.append(Source(**{**said, **files}))
    parts = read_parts(sources, config["data"]["classes"], config["data"]["hold_out_every"])
    return [entry for part in parts for entry in part.held_out]


def answers(
    task: str, detector: Callable[..., Detector], names: Sequence[str], data_dir: Path
) -> Answers:
    """Return what the network of a task finds in every other image that was held out."""
    model = find_model(task, ModelSettings())
    if model is None:
        pytest.skip(f"no such network ships: models/{task}.onnx is not there")
    card = load_card(card_path(model))
    names = names or card.classes
    # average precision needs the unsure ones too
    low = ", ".join(f"{name}={MEASURED_SCORE}" for name in names)
    network = detector(model, ModelSettings(), thresholds=low)
    each = []
    for number, entry in enumerate(held_out(card, data_dir)[::_EVERY]):
        sample = entry.sample()
        image = ColourImage(number, np.ascontiguousarray(sample.rgb[..., ::-1]))
        found = from_the_edge(network.look(image), names)
        each.append(Answer(found, sample.boxes, sample.rgb.shape[1]))
    network.close()
    return Answers(each, names, card)


def from_the_edge(said: Detections, names: Sequence[str]) -> Found:
    """Return detections as labels are: an image covers 0 to its width."""
    half = np.float32(0.5)
    points = None if said.landmarks is None else said.landmarks + half
    numbers = np.array([list(names).index(name) for name in said.name], np.int64)
    return Found(said.xyxy + half, said.score, numbers, points)


@pytest.fixture(scope="module")
def things(data_dir: Path) -> Answers:
    return answers("objects", ObjectDetector, (), data_dir)


@pytest.fixture(scope="module")
def faces(data_dir: Path) -> Answers:
    return answers("face", FaceDetector, (FACE,), data_dir)


def figures(of: Answers, fault: Fault = lambda found, *_: found) -> dict[str, float]:
    precision = AveragePrecision(len(of.names))
    errors = []
    for found, truth, width in of.each:
        changed = fault(found, width, len(of.names))
        precision.add(changed, truth)
        if changed.points is not None:
            errors.append(point_errors(changed, truth, _SAME))
    (each,) = precision.result()
    result = {"ap50": float(np.nanmean(each))}
    for number, name in enumerate(of.names):
        result[f"ap50/{name}"] = float(each[number])
        curve = precision.curve(number)
        if curve is not None:
            recalls, precisions, scores = curve
            sure = int((scores >= of.card.threshold(name)).sum())
            result[f"precision/{name}"] = float(precisions[sure - 1]) if sure else 0.0
            result[f"recall/{name}"] = float(recalls[sure - 1]) if sure else 0.0
    if errors:
        result["landmark_error"] = float(np.concatenate(errors).mean())
    return result


def is_good(found: Mapping[str, float], least: Mapping[str, float]) -> bool:
    landmarks = found.get("landmark_error", 0.0) <= LARGEST_LANDMARK_ERROR
    return landmarks and all(found[name] >= value for name, value in least.items())


def mirrored(found: Found, width: int, _: int) -> Found:
    x1, y1, x2, y2 = found.xyxy.T
    points = found.points
    if points is not None:
        points = points[:, [1, 0, 2, 4, 3]] * np.float32([-1, 1]) + np.float32([width, 0])
    return found._replace(xyxy=np.stack((width - x2, y1, width - x1, y2), 1), points=points)


def half_the_size(found: Found, *_: int) -> Found:
    quarter = 0.25 * (found.xyxy[:, 2:] - found.xyxy[:, :2])
    return found._replace(xyxy=found.xyxy + np.concatenate((quarter, -quarter), 1))


def shifted_20_px(found: Found, *_: int) -> Found:
    return found._replace(xyxy=found.xyxy + np.float32(20))


def scores_reversed(found: Found, *_: int) -> Found:
    points = None if found.points is None else found.points[::-1]
    scores = np.float32(1 + MEASURED_SCORE) - found.scores[::-1]
    return Found(found.xyxy[::-1].copy(), scores, found.classes[::-1], points)


def half_as_sure(found: Found, *_: int) -> Found:
    return found._replace(scores=found.scores * np.float32(0.5))


def the_next_class(found: Found, _: int, classes: int) -> Found:
    return found._replace(classes=(found.classes + 1) % classes)


def eyes_exchanged(found: Found, *_: int) -> Found:
    assert found.points is not None
    return found._replace(points=found.points[:, [1, 0, 2, 3, 4]])


OF_ANY = (mirrored, half_the_size, shifted_20_px, scores_reversed, half_as_sure)


def test_it_finds_things_that_it_never_saw(things: Answers) -> None:
    found = figures(things)
    assert is_good(found, LEAST_OF_THINGS), found


@pytest.mark.parametrize("fault", [*OF_ANY, the_next_class], ids=lambda f: f.__name__)
def test_a_faulty_detector_of_things_would_not_pass(things: Answers, fault: Fault) -> None:
    found = figures(things, fault)
    assert not is_good(found, LEAST_OF_THINGS), found


def test_it_finds_faces_that_it_never_saw(faces: Answers) -> None:
    found = figures(faces)
    assert is_good(found, LEAST_OF_FACES), found


@pytest.mark.parametrize("fault", [*OF_ANY, eyes_exchanged], ids=lambda f: f.__name__)
def test_a_faulty_detector_of_faces_would_not_pass(faces: Answers, fault: Fault) -> None:
    found = figures(faces, fault)
    assert not is_good(found, LEAST_OF_FACES), found
