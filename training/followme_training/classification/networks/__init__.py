"""Networks that name an image, by name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from followme_training.backbones import NAMES as BACKBONES
from followme_training.classification.networks.classifier import Classifier
from followme_training.classification.networks.convolutional import Convolutional
from followme_training.classification.networks.fully_connected import FullyConnected
from followme_training.classification.networks.published import Published
from followme_training.classification.networks.residual import Residual
from followme_training.common.wording import did_you_mean

OWN = ("fully_connected", "convolutional", "residual")
#: Names that :func:`make_classifier` knows.
NAMES = (*OWN, *BACKBONES)

__all__ = ["NAMES", "OWN", "Classifier", "Layout", "NetworkError", "make_classifier"]


class NetworkError(ValueError):
    """A network that cannot be built; one sentence."""


@dataclass(frozen=True)
class Layout:
    """How a network is built.

    Parameters
    ----------
    network : str
        ``fully_connected``, ``convolutional``, ``residual`` or the name of a backbone.
    image : tuple of three ints
        Height, width and channels.
    classes : int
        How many there are.
    width : int
        Units or channels; a backbone has its own.
    depth : int
        Layers, stages or residual blocks; a backbone has its own.
    dropout : float
        Share of units left out.
    mirrored_view : bool
        See :class:`followme_training.classification.networks.classifier.Classifier`.
    input_px : int
        Of a backbone: see :class:`followme_training.classification.networks.published.Published`.
    drop_path : float
        Of a backbone.
    """

    network: str = "residual"
    image: tuple[int, int, int] = (32, 32, 3)
    classes: int = 100
    width: int = 32
    depth: int = 1
    dropout: float = 0.0
    mirrored_view: bool = False
    input_px: int = 0
    drop_path: float = 0.0

    def __post_init__(self) -> None:
        if self.network not in NAMES:
            raise NetworkError(
                f"network {self.network!r} is unknown{did_you_mean(self.network, NAMES)}; known "
                f"are {', '.join(NAMES)}"
            )
        for name, least in (("classes", 2), ("width", 1), ("depth", 1), ("input_px", 0)):
            if getattr(self, name) < least:
                raise NetworkError(f"{name} is {getattr(self, name)}; give {least} or more")
        if not 0.0 <= self.dropout < 1.0:
            raise NetworkError(f"dropout is {self.dropout:g}; give 0 to below 1")
        self._check_image()

    def _check_image(self) -> None:
        height, width, channels = self.image
        if channels not in (1, 3) or min(height, width) < 1:
            raise NetworkError(
                f"image is {list(self.image)}; give height, width and 1 or 3 channels"
            )
        halvings = {"convolutional": self.depth - 1, "residual": 3}.get(self.network, 0)
        if min(height, width) >> halvings < 1:
            raise NetworkError(
                f"an image of {width}x{height} cannot be halved {halvings} times; give a smaller "
                "depth or larger images"
            )


def make_classifier(layout: Layout, weights: Path | None = None) -> Classifier:
    """Build a network.

    Parameters
    ----------
    layout : Layout
        How.
    weights : Path, optional
        Published weights of a backbone, as safetensors.

    Raises
    ------
    NetworkError
        When weights are given for a network that has none published.
    WeightsError
        When the file does not fit.
    """
    if weights is not None and layout.network in OWN:
        raise NetworkError(
            f"{layout.network!r} has no published weights; leave model.weights out, or give a "
            "checkpoint with model.trunk"
        )
    trunk, width = _trunk(layout, weights)
    return Classifier(trunk, width, layout.classes, layout.dropout, layout.mirrored_view)


def _trunk(m: Layout, weights: Path | None) -> tuple[nn.Module, int]:
    channels = m.image[2]
    if m.network == "fully_connected":
        connected = FullyConnected(m.image, m.width, m.depth, m.dropout)
        return connected, connected.width
    if m.network == "convolutional":
        plain = Convolutional(channels, m.width, m.depth)
        return plain, plain.width
    if m.network == "residual":
        residual = Residual(channels, m.width, m.depth)
        return residual, residual.width
    published = Published(m.network, weights, channels, m.input_px, m.drop_path)
    return published, published.width
