from __future__ import annotations

import numpy as np
import pytest

from followme.evaluation.withheld import Shot, at_random, in_blobs, measure
from followme.settings import WalkerSettings
from tests.geometry.guesses import SHAPE, network, room
from tests.geometry.scene import S, frame_of


def shots(scale: float = 1.3, count: int = 4, **more: float) -> list[Shot]:
    return [
        Shot(frame_of(room(), i * S // 5), network(room(), scale, stamp_ns=i * S // 5, **more))
        for i in range(count)
    ]


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.78])
def test_a_share_is_withheld(share):
    for withhold in (in_blobs(share, 10.0), at_random(share)):
        hidden = withhold(SHAPE, np.random.default_rng(0))
        assert hidden.mean() == pytest.approx(share, abs=0.01)


def test_blobs_hang_together_and_single_pixels_do_not():
    blobs, dots = (
        w(SHAPE, np.random.default_rng(0)) for w in (in_blobs(0.5, 10.0), at_random(0.5))
    )
    assert np.mean(blobs[1:] != blobs[:-1]) < 0.1 < np.mean(dots[1:] != dots[:-1])


@pytest.mark.parametrize("share", [0.2, 0.5, 0.78])
def test_withheld_pixels_come_back_within_six_centimetres(share):
    score = measure(shots(), in_blobs(share, 12.0))
    assert score.median_m < 0.06 and score.unanswered == 0.0
    assert score.within_two_sigma >= 0.90
    assert score.provenance == {"fused": 4}


def test_a_hundredth_of_the_pixels_sets_the_scale():
    assert measure(shots(1.38), at_random(0.99)).abs_rel <= 0.08


def test_colour_alone_errs_by_its_scale_and_the_floor_mends_that():
    alone = measure(shots(1.3, shift_per_m=0.0), None)
    told = measure(
        shots(1.3, shift_per_m=0.0, error=0.0), None, walker=WalkerSettings(camera_height_m=1.3)
    )
    assert alone.provenance == told.provenance == {"monocular": 4}
    assert told.abs_rel < 0.05 < alone.abs_rel


@pytest.mark.parametrize("fault", ["constant", "near is far"])
def test_a_wrong_network_leaves_them_unanswered(fault):
    wrong = np.full(SHAPE, 2.0, np.float32) if fault == "constant" else 1.0 / room()
    score = measure(
        [Shot(s.frame, network(wrong, noise=0.0)) for s in shots()], in_blobs(0.5, 12.0)
    )
    assert score.unanswered == 1.0 and score.provenance == {"sensor": 4}


def test_the_same_seed_gives_the_same_score_and_another_does_not():
    def errors(seed: int) -> float:
        return measure(shots(), in_blobs(0.5, 12.0), seed=seed).median_m

    assert errors(1) == errors(1) != errors(2)
