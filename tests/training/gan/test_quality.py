"""Figures of quality against closed forms, and that they see what they are for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from followme_training.backbones.efficientnet_lite import EfficientNetLite0
from followme_training.backbones.weights import WeightsError
from followme_training.datasets.errors import DataError
from followme_training.gan.evaluation import compared
from followme_training.gan.features import ColourFeatures, LiteFeatures, feature_network
from followme_training.gan.opponents import opinions
from followme_training.gan.quality import (
    Quality,
    coverage,
    frechet_distance,
    kernel_distance,
    sharpness,
)
from tests.training.gan.tiny_images import two_kinds

REAL = two_kinds(120)
QUALITY = Quality(REAL, ColourFeatures())


def normal(mean: float, deviation: float, seed: int) -> torch.Tensor:
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.normal(mean, deviation, (4000, 3)).astype(np.float32))


def test_the_frechet_distance_is_that_of_two_normal_distributions() -> None:
    found = frechet_distance(normal(0, 1, 0), normal(2, 3, 1))
    # three dimensions of (difference of means)^2 + (difference of deviations)^2
    assert found == pytest.approx(3 * (4 + 4), rel=0.05)
    assert frechet_distance(normal(0, 1, 0), normal(0, 1, 1)) < 0.01


def test_the_kernel_distance_is_small_for_one_distribution_and_draws_by_its_own_seed() -> None:
    one, same, other = normal(0, 1, 0), normal(0, 1, 1), normal(1, 1, 2)
    state = torch.random.get_rng_state()
    assert abs(kernel_distance(one, same)) < 0.05 < kernel_distance(one, other)
    assert kernel_distance(one, other) == kernel_distance(one, other)
    assert torch.equal(state, torch.random.get_rng_state())


def test_coverage_is_the_share_of_kinds_that_are_made() -> None:
    real = torch.cat([normal(0, 0.1, 0)[:300], normal(5, 0.1, 1)[:300]])
    both = torch.cat([normal(0, 0.1, 2)[:300], normal(5, 0.1, 3)[:300]])
    assert coverage(real, both) > 0.9
    assert coverage(real, both[:300]) == pytest.approx(0.5, abs=0.05)
    assert coverage(real, normal(50, 0.1, 4)[:300]) == 0.0


def test_figures_see_a_lost_kind_and_blur() -> None:
    whole = QUALITY.figures(two_kinds(120, 1))
    one_kind = QUALITY.figures(two_kinds(240, 1)[::2])
    blurred = QUALITY.figures(np.stack([cv2.blur(i, (5, 5)) for i in two_kinds(120, 1)]))
    assert whole["fid"] < 0.1 * one_kind["fid"]
    assert whole["kid"] < one_kind["kid"]
    assert whole["coverage"] > 0.9 and one_kind["coverage"] < 0.6
    assert whole["spread"] == pytest.approx(1.0, abs=0.05)
    assert one_kind["spread"] < 0.5
    assert whole["sharpness"] == pytest.approx(1.0, abs=0.05)
    assert blurred["sharpness"] < 0.5


def test_images_that_are_all_alike_have_finite_figures() -> None:
    flat = np.full((20, 8, 8, 3), 7, np.uint8)
    assert sharpness(flat) == 0.0
    assert all(np.isfinite(v) for v in QUALITY.figures(flat).values())
    assert all(np.isfinite(v) for v in Quality(flat, ColourFeatures()).figures(flat).values())


def test_too_few_images_are_said() -> None:
    with pytest.raises(DataError, match="15 real images are too few to compare; give 16"):
        Quality(REAL[:15], ColourFeatures())
    with pytest.raises(DataError, match="3 made images are too few"):
        QUALITY.figures(REAL[:3])


def test_a_generator_is_held_against_the_floor_of_real_images() -> None:
    held, learnt = two_kinds(60, 3), two_kinds(100, 4)
    found = compared(lambda z: two_kinds(len(z), 5), 4, held, learnt, ColourFeatures(), 2000)
    assert found.images == 60
    # who makes the data themselves comes to the floor
    assert found.made["fid"] == pytest.approx(found.floor["fid"], rel=0.5)
    assert found.floor["fid"] > 0
    with pytest.raises(DataError, match=r"makes images of \[4, 4, 3\].* the data have \[8, 8, 3\]"):
        compared(
            lambda z: np.zeros((len(z), 4, 4, 3), np.uint8), 4, held, learnt, ColourFeatures(), 99
        )
    with pytest.raises(DataError, match="5 images are too few"):
        compared(lambda z: two_kinds(len(z)), 4, held, learnt, ColourFeatures(), 5)


def test_features_are_those_of_the_given_weights(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    torch.manual_seed(0)
    file = tmp_path / "lite0.safetensors"
    save_file(EfficientNetLite0().state_dict(), file)
    network = feature_network(file)
    assert isinstance(network, LiteFeatures)
    images = torch.rand(2, 3, 32, 32) * 255
    with torch.no_grad():
        features = network(images)
        assert torch.equal(features, LiteFeatures(file)(images))
    assert features.shape == (2, 320)
    assert isinstance(feature_network(None), ColourFeatures)
    with pytest.raises(WeightsError, match=r"none\.safetensors: cannot be read"):
        feature_network(tmp_path / "none.safetensors")


def test_opinions_see_a_discriminator_that_knows_its_images_by_heart() -> None:
    random = torch.Generator().manual_seed(0)
    learnt, held, made = (torch.rand(200, 3, 4, 4, generator=random) for _ in range(3))
    by_heart = {image.numpy().tobytes() for image in learnt}

    def knows(images: torch.Tensor) -> torch.Tensor:
        known = torch.tensor([i.numpy().tobytes() in by_heart for i in images])
        return known.float() * 4 - 2 + 0.5 * torch.randn(len(images), generator=random)

    found = opinions(knows, learnt, held, made, 0.0)
    assert found["accuracy_real"] > 0.99 and found["accuracy_fake"] > 0.99
    assert found["accuracy_held_out"] < 0.01
    assert found["overfitting"] > 4

    def fair(images: torch.Tensor) -> torch.Tensor:
        return images.mean((1, 2, 3)) - 0.5

    assert abs(opinions(fair, learnt, held, made, 0.0)["overfitting"]) < 0.5
