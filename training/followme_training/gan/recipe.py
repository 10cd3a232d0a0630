"""How fast both networks learn."""

from __future__ import annotations

from dataclasses import dataclass

from followme_training.datasets.errors import DataError


@dataclass(frozen=True)
class Recipe:
    """Adam for each network, without a schedule.

    Parameters
    ----------
    generator_lr, discriminator_lr : float
        Two time scales: a discriminator that learns faster stays near its best answer (Heusel et
        al., "GANs Trained by a Two Time-Scale Update Rule", NeurIPS 2017).
    beta1, beta2 : float
        Of Adam. 0.5 and 0.999 (Radford et al., ICLR 2016), or 0 and 0.9 with spectral norm (Zhang
        et al., "Self-Attention GANs", ICML 2019).
    gradient_penalty : float
        Weight of R1, gamma of the paper; 0 for none.
    penalty_every : int
        R1 is computed each so manieth step, with so many times its weight (Karras et al.,
        "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020).

    Raises
    ------
    DataError
        On a number outside of its range.
    """

    generator_lr: float = 2e-4
    discriminator_lr: float = 4e-4
    beta1: float = 0.0
    beta2: float = 0.9
    gradient_penalty: float = 0.0
    penalty_every: int = 8

    def __post_init__(self) -> None:
        for name in ("generator_lr", "discriminator_lr", "gradient_penalty"):
            value = getattr(self, name)
            if not value >= 0.0:
                raise DataError(f"model.recipe.{name} is {value:g}; give 0 or more")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            if not 0.0 <= value < 1.0:
                raise DataError(f"model.recipe.{name} is {value:g}; give 0 to below 1")
        if self.penalty_every < 1:
            raise DataError(f"model.recipe.penalty_every is {self.penalty_every}; give 1 or more")
