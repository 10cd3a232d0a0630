from __future__ import annotations

import numpy as np
import pytest

from followme_training.datasets.errors import DataError
from followme_training.datasets.pinhole import Pinhole
from followme_training.depth.calibration import WITHIN_TWO, deviation_factor
from followme_training.depth.evaluation import Guess, evaluate, predictor, scale_corrected
from followme_training.depth.publication import halves
from followme_training.depth.sample import DepthSample

SIZE_HW = (48, 64)


def sample(depth_m: np.ndarray, focal_px: float = 52.0, name: str = "s/1") -> DepthSample:
    camera = Pinhole(focal_px, focal_px, 31.5, 23.5)
    rgb = np.zeros((*depth_m.shape, 3), np.uint8)
    return DepthSample(name, rgb, depth_m.astype(np.float32), camera)


def says(depth_m: float, log_std: float = 0.1):
    def engine(rgb: np.ndarray) -> dict[str, np.ndarray]:
        shape = (1, *rgb.shape[:2])
        return {
            "depth": np.full(shape, depth_m, np.float32),
            "log_depth_std": np.full(shape, log_std, np.float32),
        }

    return engine


@pytest.mark.parametrize(("focal_px", "expected_m"), [(52.0, 2.0), (104.0, 4.0), (26.0, 1.0)])
def test_metres_are_those_of_the_samples_camera(focal_px, expected_m) -> None:
    # half the size halves the focal length
    predict = predictor(says(2.0), (24, 32), 26.0)
    guess = predict(sample(np.ones(SIZE_HW), focal_px))
    assert guess.depth_m.shape == SIZE_HW
    assert guess.depth_m == pytest.approx(expected_m)
    assert guess.log_std == pytest.approx(0.1)


def test_images_without_truth_are_left_out() -> None:
    predict = predictor(says(2.0), SIZE_HW, 52.0)
    nothing, known = sample(np.full(SIZE_HW, np.nan)), sample(np.full(SIZE_HW, 2.0))
    assert evaluate([], predict) == []
    assert [e.abs_rel for e in evaluate([nothing, known], predict)] == pytest.approx([0.0])


def test_the_right_scale_leaves_the_shape() -> None:
    predict = predictor(says(2.0), SIZE_HW, 52.0)
    wall = sample(np.full(SIZE_HW, 3.0))
    slope = sample(np.linspace(1.0, 5.0, 64)[None].repeat(48, 0))
    flat, steep = evaluate([wall, slope], scale_corrected(predict))
    assert flat.abs_rel == pytest.approx(0.0, abs=1e-6)
    assert steep.abs_rel > 0.2


@pytest.mark.parametrize("claimed", [0.02, 0.1, 0.5])
def test_two_deviations_hold_the_share_of_a_normal_distribution(claimed: float) -> None:
    random = np.random.default_rng(0)
    truth_m = 2.0 * np.exp(random.normal(0.0, 0.1, (200, 200)))
    factor = deviation_factor(
        [sample(truth_m)],
        lambda s: Guess(
            np.full(s.depth_m.shape, 2.0, np.float32), np.full(s.depth_m.shape, claimed, np.float32)
        ),
    )
    assert claimed * factor == pytest.approx(0.1, rel=0.03)
    (after,) = evaluate([sample(truth_m)], predictor(says(2.0, claimed * factor), (200, 200), 52.0))
    assert after.within2 == pytest.approx(WITHIN_TWO, abs=0.01)
    assert after.within1 == pytest.approx(0.68, abs=0.02)


def test_calibration_needs_known_depth() -> None:
    predict = predictor(says(2.0), SIZE_HW, 52.0)
    for samples in ([], [sample(np.full(SIZE_HW, np.nan))]):
        with pytest.raises(DataError, match="no pixel has a known depth"):
            deviation_factor(samples, predict)


def test_halves_share_no_scene_and_are_of_one_size() -> None:
    numbers = [1, 2, 3, 4, 5, 10, 11, 12, 20, 21, 30]
    first, second = halves([sample(np.ones(SIZE_HW), name=f"n/{n:04d}") for n in numbers])
    found = [{int(s.name[-4:]) for s in part} for part in (first, second)]
    assert found[0] | found[1] == set(numbers)
    assert abs(len(found[0]) - len(found[1])) <= 1
    for scene in ({1, 2, 3, 4, 5}, {10, 11, 12}, {20, 21}):
        assert scene <= found[0] or scene <= found[1]
