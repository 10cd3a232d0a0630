"""One training step of both networks, and what is measured of them after each epoch."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, NamedTuple, cast

import lightning as pl
import torch
from torch import nn

from followme_training.common.averaging import check_decay, decay_after
from followme_training.common.finite import stop_if_not_finite
from followme_training.datasets.errors import DataError
from followme_training.gan.data import Batch, GanData, scaled
from followme_training.gan.diff_augment import Change, diff_augmented
from followme_training.gan.discriminator import Discriminator
from followme_training.gan.features import feature_network
from followme_training.gan.fixed_noise import write_row
from followme_training.gan.generator import Generator
from followme_training.gan.layout import Layout
from followme_training.gan.loss import (
    Kind,
    boundary,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)
from followme_training.gan.opponents import opinions
from followme_training.gan.quality import FEWEST, Quality
from followme_training.gan.recipe import Recipe
from followme_training.gan.sampling import Latents, latents, network_sampler

#: Of the vectors that quality is measured with while training; the same in all runs.
_SEED = 1
#: Images of each kind that the discriminator is asked about.
_ASKED = 512
_ROW = 10


class _Measuring(NamedTuple):
    """What stays the same over all epochs."""

    quality: Quality
    learnt: torch.Tensor
    held_out: torch.Tensor
    z: Latents


class GanTask(pl.LightningModule):
    """Learns to make images like those it is shown.

    Parameters
    ----------
    side : int
        Of images in pixels; stands under ``data``.
    layout : Layout
        Both networks.
    loss : str
        ``non_saturating``, ``least_squares`` or ``hinge``.
    diff_augment : tuple of str
        Changes that real and made images get in both steps: ``colour``, ``translation``,
        ``cutout``; empty for none.
    recipe : Recipe
        Rates and the penalty R1.
    ema_decay : float
        Of the mean of the generator's weights, which images are made with after training; stands
        at the top of the file.
    measured_images : int
        So many are made after each epoch to measure quality.
    weights : Path, optional
        Published weights of EfficientNet-Lite0, by whose features quality is measured; mean colours
        without them.

    Raises
    ------
    DataError, AveragingError
        On a number outside of its range.
    """

    #: The callback of all tasks would average the discriminator too.
    AVERAGES_ITSELF = True

    def __init__(
        self,
        side: int = 32,
        layout: Layout = Layout(),  # noqa: B008 - frozen
        loss: Kind = "hinge",
        diff_augment: tuple[Change, ...] = (),
        recipe: Recipe = Recipe(),  # noqa: B008 - frozen
        ema_decay: float = 0.999,
        measured_images: int = 1000,
        weights: Path | None = None,
    ) -> None:
        super().__init__()
        check_decay(ema_decay)
        if measured_images < FEWEST:
            raise DataError(
                f"model.measured_images is {measured_images}; give {FEWEST} or more, 1000 for "
                "figures that say something"
            )
        self.automatic_optimization = False
        self.generator = Generator(layout, side)
        self.discriminator = Discriminator(layout, side)
        #: The mean of the generator's weights.
        self.network = copy.deepcopy(self.generator).requires_grad_(False)
        self._loss: Kind = loss
        self.diff_augment = tuple(diff_augment)
        self._recipe = recipe
        self._decay = ema_decay
        #: So many images are made to measure quality.
        self.measured_images = measured_images
        #: By whose features quality is measured.
        self.weights = weights
        self._measuring: _Measuring | None = None

    def setup(self, stage: str) -> None:
        """Refuse several processes.

        Raises
        ------
        DataError
            Where they are asked for: each would go on with statistics of norms and singular vectors
            of its own, and the networks would part.
        """
        if self.trainer.world_size > 1:
            raise DataError(
                f"gan trains in one process, {self.trainer.world_size} are asked for; give "
                "trainer.devices 1"
            )

    def on_fit_start(self) -> None:
        """Store tensors by pixel, which convolutions prefer; read what is measured with."""
        for net in (self.generator, self.discriminator, self.network):
            net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        data = cast(GanData, self.trainer.datamodule)  # type: ignore[attr-defined]
        held_out = data.held_out_images
        self._measuring = _Measuring(
            Quality(held_out, feature_network(self.weights)),
            scaled(data.training_images[:_ASKED]),
            scaled(held_out[:_ASKED]),
            latents(self.measured_images, self.network.latent, _SEED),
        )

    def configure_optimizers(self) -> Any:
        r = self._recipe
        pairs = ((self.generator, r.generator_lr), (self.discriminator, r.discriminator_lr))
        return [
            torch.optim.Adam(net.parameters(), lr, betas=(r.beta1, r.beta2)) for net, lr in pairs
        ]

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        # Lightning counts the steps of both optimisers
        step = self.global_step // 2
        parts = self._discriminator_step(batch.images, step)
        parts |= self._generator_step(len(batch.images))
        losses = {name: value for name, value in parts.items() if name.endswith("loss")}
        stop_if_not_finite(losses, batch.names, step)
        self._average(step)
        self.log_dict(
            {f"train/{name}": value for name, value in parts.items()},
            on_step=False,
            on_epoch=True,
            batch_size=len(batch.images),
        )

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """Held-out images are measured together, at the end."""

    def on_validation_epoch_end(self) -> None:
        """Log quality and what the discriminator says, and keep what fixed vectors became."""
        # outside of a fit there is nothing to compare with
        if self._measuring is None:
            return
        made = network_sampler(self.network)(self._measuring.z)
        figures = self._measuring.quality.figures(made)
        figures |= opinions(
            self._judge, self._measuring.learnt, self._measuring.held_out,
            scaled(made[:_ASKED]), boundary(self._loss),
        )  # fmt: skip
        # of both networks together, as Lightning counts each optimiser's
        figures["steps"] = float(self.global_step // 2)
        self.log_dict({f"val/{name}": value for name, value in figures.items()})
        if self.trainer.is_global_zero:
            folder = Path(self.trainer.default_root_dir)
            write_row(folder, self.current_epoch + 1, made[:_ROW])

    def _judge(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.discriminator(images.to(self.device))
        return logits.cpu()

    def _discriminator_step(self, real: torch.Tensor, step: int) -> dict[str, torch.Tensor]:
        r, (_, optimiser) = self._recipe, self._optimisers()
        with torch.no_grad():
            made = self.generator(self._noise(len(real)))
        real, made = (diff_augmented(_by_pixel(x), self.diff_augment) for x in (real, made))
        penalised = r.gradient_penalty > 0 and step % r.penalty_every == 0
        real = real.detach().requires_grad_(penalised)
        of_real, of_made = self.discriminator(real), self.discriminator(made)
        loss = discriminator_loss(self._loss, of_real, of_made)
        parts = {"discriminator_loss": loss.detach()}
        if penalised:
            penalty = gradient_penalty(of_real, real)
            loss = loss + 0.5 * r.gradient_penalty * r.penalty_every * penalty
            parts["penalty_loss"] = penalty.detach()
        optimiser.zero_grad()
        self.manual_backward(loss)
        parts["discriminator_gradient"] = _gradient_norm(self.discriminator)
        optimiser.step()
        bound = boundary(self._loss)
        parts["accuracy_real"] = (of_real.detach() > bound).float().mean()
        parts["accuracy_fake"] = (of_made.detach() <= bound).float().mean()
        return parts

    def _generator_step(self, count: int) -> dict[str, torch.Tensor]:
        optimiser, _ = self._optimisers()
        # only the generator learns here, and gradients of weights that do not are not computed
        self.discriminator.requires_grad_(False)
        made = self.generator(self._noise(count))
        loss = generator_loss(
            self._loss, self.discriminator(diff_augmented(_by_pixel(made), self.diff_augment))
        )
        optimiser.zero_grad()
        self.manual_backward(loss)
        gradient = _gradient_norm(self.generator)
        optimiser.step()
        self.discriminator.requires_grad_(True)
        return {
            "generator_loss": loss.detach(),
            "generator_gradient": gradient,
            "spread": made.detach().std(0).mean(),
        }

    def _average(self, step: int) -> None:
        """Move the mean towards the weights; quickly at first, so that the start is forgotten."""
        decay = decay_after(step, self._decay)
        mean, now = self.network, self.generator
        with torch.no_grad():
            for weight, newest in zip(mean.parameters(), now.parameters(), strict=True):
                weight.lerp_(newest, 1.0 - decay)
            # statistics of norms are means already
            for kept, latest in zip(mean.buffers(), now.buffers(), strict=True):
                kept.copy_(latest)

    def _noise(self, count: int) -> torch.Tensor:
        return torch.randn(count, self.network.latent, device=self.device)

    def _optimisers(self) -> tuple[Any, Any]:
        generator, discriminator = cast(list[Any], self.optimizers())
        return generator, discriminator


def _by_pixel(images: torch.Tensor) -> torch.Tensor:
    return images.contiguous(memory_format=torch.channels_last)


def _gradient_norm(net: nn.Module) -> torch.Tensor:
    gradients = [p.grad for p in net.parameters() if p.grad is not None]
    return torch.nn.utils.get_total_norm(gradients)
