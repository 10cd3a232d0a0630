"""How generator and discriminator are built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Of the smallest map, from which the generator grows and to which the discriminator shrinks.
BASE = 4
_LARGEST_SIDE = 256

Norm = Literal["batch", "instance", "none"]
Where = Literal["none", "discriminator", "generator", "both"]
Start = Literal["dcgan", "orthogonal", "xavier"]


class LayoutError(ValueError):
    """A layout that cannot be built; one sentence with key, value and mend."""


@dataclass(frozen=True)
class Layout:
    """Both networks.

    Parameters
    ----------
    latent : int
        Length of the random vector that an image is made from.
    generator_width, discriminator_width : int
        Channels at the full and at half the resolution; at each halving they double.
    largest_width : int
        No map has more channels.
    generator_norm, discriminator_norm : str
        ``batch`` (Ioffe and Szegedy, 2015), ``instance`` (Ulyanov et al., 2016) or ``none``.
    spectral : str
        Which network's weights are divided by their largest singular value (Miyato et al.,
        "Spectral Normalization for Generative Adversarial Networks", ICLR 2018).
    residual : str
        Which network is of residual blocks; ``discriminator`` alone is none that is published.
    init : str
        Weights at the beginning: ``dcgan``, normal of deviation 0.02 (Radford et al., ICLR 2016);
        ``orthogonal`` (Brock et al., ICLR 2019); ``xavier`` (Miyato et al., ICLR 2018).

    Raises
    ------
    LayoutError
        On a number below 1, or a pairing that makes no sense.
    """

    latent: int = 64
    generator_width: int = 32
    discriminator_width: int = 32
    largest_width: int = 256
    generator_norm: Norm = "batch"
    discriminator_norm: Norm = "none"
    spectral: Where = "discriminator"
    residual: Where = "none"
    init: Start = "dcgan"

    def __post_init__(self) -> None:
        for name in ("latent", "generator_width", "discriminator_width", "largest_width"):
            value = getattr(self, name)
            if value < 1:
                raise LayoutError(f"model.layout.{name} is {value}; give 1 or more")
        if self.residual == "discriminator":
            raise LayoutError(
                "model.layout.residual is 'discriminator'; give none, generator or both"
            )

    def has(self, which: Literal["spectral", "residual"], network: str) -> bool:
        """Return whether spectral norm or residual blocks are in ``generator`` or so."""
        return getattr(self, which) in (network, "both")


def halvings(side: int) -> int:
    """Return how often a side is halved until the smallest map.

    Raises
    ------
    LayoutError
        When it is no power of two from 8 to 256.
    """
    if side not in (BASE << n for n in range(1, 7)):
        raise LayoutError(
            f"data.side is {side}; give a power of two from {2 * BASE} to {_LARGEST_SIDE}, as 32 "
            "or 64"
        )
    return (side // BASE).bit_length() - 1
