"""One training step, one validation, and the optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning as pl
import torch
from torch.nn import functional

from followme_training.common.finite import stop_if_not_finite
from followme_training.common.one_cycle import OneCycle, one_cycle
from followme_training.depth import loss as losses
from followme_training.depth.data import DepthBatch
from followme_training.depth.metrics import ImageErrors, errors_of, summary
from followme_training.depth.network import DECODER_WIDTHS, DepthNetwork, Prediction
from followme_training.depth.teacher import Teacher, TeacherSettings, open_teacher
from followme_training.depth.virtual_normal import draw_triples, virtual_normal


@dataclass(frozen=True)
class LossWeights:
    """Factor of each loss; see :mod:`followme_training.depth.loss`.

    Parameters
    ----------
    scale_invariant, absolute, gradient, normal, gaussian : float
        Factors; with 0 a loss is not computed.
    free_scale : float
        Of the scale-invariant loss.
    triples : int
        Of points an image, for the virtual normal.
    """

    scale_invariant: float = 1.0
    absolute: float = 1.0
    gradient: float = 0.5
    normal: float = 0.1
    gaussian: float = 0.1
    free_scale: float = 0.85
    triples: int = 2000


class DepthTask(pl.LightningModule):
    """Learns metric depth.

    Parameters
    ----------
    backbone : str
        See :data:`followme_training.backbones.NAMES`.
    weights : Path, optional
        Published weights of the backbone.
    decoder_widths : list of five ints
        Channels of the decoder at strides 2, 4, 8, 16, 32.
    drop_path, dropout : float
        See :class:`followme_training.depth.network.DepthNetwork`.
    mirrored_view : bool
        See :class:`followme_training.depth.network.DepthNetwork`.
    focal_length_px : float
        The canonical one, at the input size: that for which the network's metres hold.
    loss : LossWeights
        Factors of the losses.
    optimiser : OneCycle
        Rates and decay.
    teacher : TeacherSettings
        A network that this one learns from beside the truth; none unless its file is given.
    """

    def __init__(
        self,
        backbone: str = "efficientnet_lite0",
        weights: Path | None = None,
        decoder_widths: tuple[int, ...] = DECODER_WIDTHS,
        drop_path: float = 0.1,
        dropout: float = 0.1,
        mirrored_view: bool = False,
        focal_length_px: float = 207.5,
        loss: LossWeights = LossWeights(),
        optimiser: OneCycle = OneCycle(),  # noqa: B008 - frozen
        teacher: TeacherSettings = TeacherSettings(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__()
        self.network = DepthNetwork(
            backbone, weights, decoder_widths, drop_path, dropout, mirrored_view
        )
        self.focal_length_px = focal_length_px
        self._loss = loss
        self._optimiser = optimiser
        self._teaching = teacher
        # opened when training starts: whoever evaluates or exports needs no teacher
        self._teacher: Teacher | None = None
        self._errors: list[ImageErrors] = []

    def on_fit_start(self) -> None:
        """Open the teacher; store tensors as this processor's convolutions like them.

        By pixel they are faster by 10 to 40 %.
        """
        self._teacher = open_teacher(self._teaching)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, rgb: torch.Tensor) -> Prediction:
        prediction: Prediction = self.network(rgb.contiguous(memory_format=torch.channels_last))
        return prediction

    def training_step(self, batch: DepthBatch, batch_idx: int) -> torch.Tensor:
        prediction = self(batch.rgb)
        parts = self.loss_parts(prediction, batch)
        stop_if_not_finite(parts, batch.names, self.global_step)
        total = torch.stack(list(parts.values())).sum()
        size = len(batch.names)
        self.log("train/loss", total, on_step=False, on_epoch=True, prog_bar=True, batch_size=size)
        for name, part in parts.items():
            self.log(f"train/{name}", part, on_step=False, on_epoch=True, batch_size=size)
        return total

    def loss_parts(self, prediction: Prediction, batch: DepthBatch) -> dict[str, torch.Tensor]:
        """Return each loss times its factor."""
        w = self._loss
        mask = torch.isfinite(batch.depth_m) & (batch.depth_m > 0)
        truth_m = torch.where(mask, batch.depth_m, batch.depth_m.new_ones(()))
        # the same image by the canonical camera shows the same scene, nearer or farther
        to_canonical = self._to_canonical(batch)
        truth = torch.log(truth_m * to_canonical)
        guess, log_std = prediction.log_depth, prediction.log_std
        parts = {}
        if w.scale_invariant:
            value = losses.scale_invariant(guess, truth, mask, w.free_scale)
            parts["scale_invariant"] = w.scale_invariant * value
        if w.absolute:
            parts["absolute"] = w.absolute * losses.absolute(guess, truth, mask)
        if w.gradient:
            parts["gradient"] = w.gradient * losses.gradient_matching(guess, truth, mask)
        if w.normal:
            triples = draw_triples(
                len(guess), (guess.shape[2], guess.shape[3]), w.triples, torch.default_generator
            ).to(guess.device)
            depth_m = torch.exp(guess) / to_canonical
            value = virtual_normal(depth_m, truth_m, mask, batch.camera, triples)
            parts["normal"] = w.normal * value
        if w.gaussian:
            parts["gaussian"] = w.gaussian * losses.gaussian(guess, log_std, truth, mask)
        if self._teacher:
            parts |= self._teacher.loss_parts(guess, batch, self.focal_length_px)
        return parts

    def validation_step(self, batch: DepthBatch, batch_idx: int) -> None:
        self._errors += self.errors(batch)

    @torch.no_grad()
    def errors(self, batch: DepthBatch) -> list[ImageErrors]:
        """Compare the prediction with the truth at the truth's size."""
        size = batch.depth_m.shape[2:]
        log_depth, log_std = (
            functional.interpolate(m, size, mode="bilinear", align_corners=False)
            for m in self(batch.rgb)
        )
        depth_m = (torch.exp(log_depth) / self._to_canonical(batch)).cpu().numpy()
        sigma = torch.exp(log_std).cpu().numpy()
        truth_m = batch.depth_m.cpu().numpy()
        found = (
            errors_of(d[0], t[0], s[0]) for d, t, s in zip(depth_m, truth_m, sigma, strict=True)
        )
        return [e for e in found if e is not None]

    def on_validation_epoch_end(self) -> None:
        """Log the figures of all images; every process has seen all of them."""
        shown = ("abs_rel", "delta1")
        for name, value in summary(self._errors).items():
            self.log(f"val/{name}", value, prog_bar=name in shown)
        self._errors.clear()

    def configure_optimizers(self) -> Any:
        steps = int(self.trainer.estimated_stepping_batches)
        return one_cycle(self.network, "encoder.", steps, self._optimiser)

    def configure_gradient_clipping(self, optimizer: Any, *_: Any, **__: Any) -> None:
        """Keep one odd batch from undoing what was learned."""
        self.clip_gradients(optimizer, self._optimiser.clip, "norm")

    def _to_canonical(self, batch: DepthBatch) -> torch.Tensor:
        return self.focal_length_px / batch.camera[:, 0].view(-1, 1, 1, 1)
