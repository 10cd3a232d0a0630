"""How close made images are to real ones: FID, KID, coverage, sharpness, spread."""

from __future__ import annotations

import warnings

import cv2
import numpy as np
import torch
from torch import nn

from followme_training.datasets.errors import DataError
from followme_training.gan.features import features_of
from followme_training.gan.sources import Images

#: Fewer images than this say nothing about a distribution.
FEWEST = 16
#: Of coverage: an image counts as covered where a made one is nearer than its so manieth real one.
_NEIGHBOUR = 5
_SUBSETS, _SUBSET_SIZE = 50, 500
_SEED = 0


class _Given(nn.Module):
    """Takes features for images, so that torchmetrics does not compute them a second time."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.num_features = count

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features


class Quality:
    """Compares made images with real ones.

    Parameters
    ----------
    real : (N, H, W, 3) uint8
        Images that were not learnt from. Features are centred and scaled by one number, so that
        theirs have a mean variance of 1.
    network : Module
        From images (B, 3, H, W), 0 to 255, to features (B, F).

    Raises
    ------
    DataError
        When there are too few of them.
    """

    def __init__(self, real: Images, network: nn.Module) -> None:
        _check_enough(real, "real")
        self._network = network
        features = features_of(real, network)
        # in units of the real images: raw features of a network are of any size
        self._mean, self._scale = features.mean(0), features.var(0).mean().sqrt()
        self._features = self._in_units(features)
        self._sharpness, self._spread = sharpness(real), spread(real)

    def figures(self, made: Images) -> dict[str, float]:
        """Return all figures by name.

        ``fid``, the Fréchet distance (Heusel et al., NeurIPS 2017); ``kid``, the kernel distance
        (Bińkowski et al., ICLR 2018), mean over subsets; ``coverage``, the share of real images
        near which there is a made one (Naeem et al., ICML 2020); ``sharpness`` and ``spread`` over
        those of real images, 1 where they are alike. Smaller is better of the first two.

        Parameters
        ----------
        made : (M, H, W, 3) uint8
            By a generator; or other real images, which gives the floor.
        """
        _check_enough(made, "made")
        features = self._in_units(features_of(made, self._network))
        return {
            "fid": frechet_distance(self._features, features),
            "kid": kernel_distance(self._features, features),
            "coverage": coverage(self._features, features),
            # images without any edge or without any difference have no such share
            "sharpness": sharpness(made) / max(self._sharpness, 1e-9),
            "spread": spread(made) / max(self._spread, 1e-9),
        }

    def _in_units(self, features: torch.Tensor) -> torch.Tensor:
        return (features - self._mean) / self._scale.clamp(min=1e-9)


def frechet_distance(real: torch.Tensor, made: torch.Tensor) -> float:
    """Return FID of features (N, F) and (M, F)."""
    from torchmetrics.image.fid import FrechetInceptionDistance

    metric = FrechetInceptionDistance(feature=_Given(real.shape[1]))
    metric.update(real, real=True)
    metric.update(made, real=False)
    return float(metric.compute())


def kernel_distance(real: torch.Tensor, made: torch.Tensor) -> float:
    """Return KID of features (N, F) and (M, F), which subsets are drawn for by a fixed seed."""
    from torchmetrics.image.kid import KernelInceptionDistance

    size = min(_SUBSET_SIZE, len(real), len(made))
    with warnings.catch_warnings():
        # it says that it keeps all features, which are few here
        warnings.simplefilter("ignore", UserWarning)
        metric = KernelInceptionDistance(
            feature=_Given(real.shape[1]), subsets=_SUBSETS, subset_size=size
        )
    metric.update(real, real=True)
    metric.update(made, real=False)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        return float(metric.compute()[0])


def coverage(real: torch.Tensor, made: torch.Tensor) -> float:
    """Return the share of real features (N, F) that have one of the made (M, F) near.

    Near is what is closer than the fifth nearest other real one (Naeem et al., "Reliable Fidelity
    and Diversity Metrics for Generative Models", ICML 2020): a generator that forgets a kind of
    image leaves all of that kind uncovered.
    """
    # the nearest of all is the image itself
    count = min(_NEIGHBOUR, len(real) - 1) + 1
    radius = torch.cdist(real, real).kthvalue(count, dim=1).values
    nearest = torch.cdist(real, made).min(1).values
    return float((nearest < radius).float().mean())


def sharpness(images: Images) -> float:
    """Return the mean variance of the Laplacian of grey images: small where all is blurred."""
    greys = (cv2.cvtColor(np.ascontiguousarray(i), cv2.COLOR_RGB2GRAY) for i in images)
    return float(np.mean([cv2.Laplacian(grey, cv2.CV_32F).var() for grey in greys]))


def spread(images: Images) -> float:
    """Return the mean deviation of a pixel over images (N, H, W, 3): small where all are alike."""
    return float(images.std(0, dtype=np.float32).mean())


def _check_enough(images: Images, words: str) -> None:
    if len(images) < FEWEST:
        raise DataError(
            f"quality: {len(images)} {words} images are too few to compare; give {FEWEST} or more"
        )
