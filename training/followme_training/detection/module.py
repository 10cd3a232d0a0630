"""One training step, one validation, and the optimiser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as pl
import numpy as np
import torch

from followme_training.common.finite import stop_if_not_finite
from followme_training.common.one_cycle import OneCycle, one_cycle
from followme_training.common.start import CLASSES, StartFrom
from followme_training.datasets.class_names import refuse_other_classes
from followme_training.detection.anchors import AnchorGrid, make_anchors
from followme_training.detection.convolutions import Kind
from followme_training.detection.data import BoxBatch
from followme_training.detection.detections import Found, found
from followme_training.detection.exported import decoded
from followme_training.detection.figures import Figures
from followme_training.detection.loss import LossSettings, loss_parts
from followme_training.detection.matching import Matching
from followme_training.detection.network import DetectionNetwork, Raw
from followme_training.detection.point_refinement import (
    Refinement,
    RefinementError,
    refinement_loss,
)
from followme_training.detection.pyramid import StrideError
from followme_training.detection.targets import truth_of

#: What is less sure is not measured; average precision needs the unsure ones too.
MEASURED_SCORE = 0.02


class DetectionTask(pl.LightningModule):
    """Learns to find things, and where a network has landmarks, five points of each.

    Parameters
    ----------
    classes : list of str
        What is to be found; stands under ``data`` in a settings file.
    size_hw : list of two ints
        Of the input; stands under ``data`` too.
    landmarks : bool
        Whether there are five points.
    backbone : str
        See :data:`followme_training.detection.pyramid.BACKBONES`.
    weights : Path, optional
        Published weights of the backbone, or of a whole RetinaFace.
    width, last_stride : int
        See :class:`followme_training.detection.network.DetectionNetwork`.
    kind : Kind
        Of the convolutions of pyramid and context.
    pyramid, context : bool
        Whether there are such.
    drop_path : float
        Stochastic depth of the backbone.
    frozen_stride : int
        Up to which the backbone is not trained: 0, 2 or 4; asks for published weights.
    anchors : AnchorGrid
        Which anchors there are.
    matching : Matching
        Which anchor answers for which box.
    loss : LossSettings
        Which losses.
    optimiser : OneCycle
        Rates and decay.
    refinement : Refinement, optional
        A second look at landmarks. Where there is one, it alone learns: the detector stays as it
        begins, and is one that was trained without.
    """

    anchor_boxes: torch.Tensor

    def __init__(
        self,
        classes: list[str],
        size_hw: tuple[int, int],
        landmarks: bool = False,
        backbone: str = "efficientnet_lite0",
        weights: Path | None = None,
        width: int = 64,
        last_stride: int = 32,
        kind: Kind = Kind(separable=True),  # noqa: B008 - frozen
        pyramid: bool = True,
        context: bool = True,
        drop_path: float = 0.0,
        frozen_stride: int = 0,
        anchors: AnchorGrid = AnchorGrid(),  # noqa: B008 - frozen
        matching: Matching = Matching(),  # noqa: B008 - frozen
        loss: LossSettings = LossSettings(),  # noqa: B008 - frozen
        optimiser: OneCycle = OneCycle(),  # noqa: B008 - frozen
        refinement: Refinement | None = None,
    ) -> None:
        super().__init__()
        self.classes = tuple(classes)
        self.size_hw = (size_hw[0], size_hw[1])
        self.network = DetectionNetwork(
            len(classes),
            landmarks,
            anchors,
            backbone,
            weights,
            width,
            last_stride,
            kind,
            pyramid,
            context,
            drop_path,
            frozen_stride,
            refinement,
        )
        made = make_anchors(anchors, self.size_hw)
        self.register_buffer("anchor_boxes", made, persistent=False)
        self._matching = matching
        self._loss = loss
        self._optimiser = optimiser
        self._figures = Figures(self.classes, landmarks)
        self._frozen_at_random = frozen_stride > 0 and weights is None
        if self.network.refiner is not None:
            self.network.requires_grad_(False)
            self.network.refiner.requires_grad_(True)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the names of the classes with the weights that stand for them."""
        checkpoint[CLASSES] = list(self.classes)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Refuse weights of other classes.

        Raises
        ------
        DataError
            When the checkpoint was trained with other names than ``data.classes``.
        """
        refuse_other_classes(
            checkpoint.get(CLASSES, self.classes),
            self.classes,
            "data.classes has",
            "give the classes that it was trained with, or begin anew",
        )

    def on_fit_start(self) -> None:
        """Store tensors by pixel, which this processor's convolutions prefer by 10 to 40 %.

        Raises
        ------
        StrideError
            When what is frozen was never trained.
        RefinementError
            When a second look is to learn beside a detector that was never trained.
        """
        if self._frozen_at_random:
            raise StrideError(
                "model.frozen_stride keeps published weights, and there are none; give "
                "model.weights, or 0"
            )
        if self.network.refiner is not None and not self._goes_on():
            raise RefinementError(
                "model.refinement looks again at what a detector found, and this one was never "
                "trained; give --start FILE"
            )
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def _goes_on(self) -> bool:
        """Return whether a training begins with what another, or itself before, has learned."""
        started = any(isinstance(c, StartFrom) for c in self.trainer.callbacks)  # type: ignore[attr-defined]
        return started or self.trainer.ckpt_path is not None

    def forward(self, rgb: torch.Tensor) -> Raw:
        raw: Raw = self.network(rgb.contiguous(memory_format=torch.channels_last))
        return raw

    def training_step(self, batch: BoxBatch, batch_idx: int) -> torch.Tensor:
        parts = self.refinement_parts(batch) or self.loss_parts(self(batch.rgb), batch)
        stop_if_not_finite(parts, batch.names, self.global_step)
        total = torch.stack(list(parts.values())).sum()
        size = len(batch.names)
        self.log("train/loss", total, on_step=False, on_epoch=True, prog_bar=True, batch_size=size)
        for name, part in parts.items():
            self.log(f"train/{name}", part, on_step=False, on_epoch=True, batch_size=size)
        return total

    def loss_parts(self, raw: Raw, batch: BoxBatch) -> dict[str, torch.Tensor]:
        """Return each loss times its factor."""
        truth = truth_of(batch.boxes, self.anchor_boxes, self._matching)
        return loss_parts(raw, truth, self.anchor_boxes, self._loss)

    def refinement_parts(self, batch: BoxBatch) -> dict[str, torch.Tensor]:
        """Return the loss of the second look; nothing where there is none."""
        refiner = self.network.refiner
        if refiner is None:
            return {}
        points = (torch.from_numpy(boxes.points).to(batch.rgb.device) for boxes in batch.boxes)
        return {"points": refinement_loss(refiner, batch.rgb, points)}

    @torch.no_grad()
    def found(self, rgb: torch.Tensor, least_score: float = MEASURED_SCORE) -> list[Found]:
        """Return the things in images (B, 3, H, W), in pixels of the input."""
        return [
            found(*said, least_score)
            for said in decoded(self.network, rgb, self(rgb), self.anchor_boxes)
        ]

    def validation_step(self, batch: BoxBatch, batch_idx: int) -> None:
        for things, boxes, size_hw in zip(
            self.found(batch.rgb), batch.boxes, batch.sizes_hw, strict=True
        ):
            self._figures.add(things, boxes, self.size_hw, size_hw)

    def on_validation_epoch_end(self) -> None:
        """Log the figures of all images; every process has seen all of them."""
        for name, value in self._figures.result().items():
            if np.isfinite(value):
                self.log(f"val/{name}", value, prog_bar=name == "ap50")
        self._figures.clear()

    def configure_optimizers(self) -> Any:
        steps = int(self.trainer.estimated_stepping_batches)
        learner = self.network.refiner or self.network
        return one_cycle(learner, "encoder.backbone.", steps, self._optimiser)

    def configure_gradient_clipping(self, optimizer: Any, *_: Any, **__: Any) -> None:
        """Keep one odd batch from undoing what was learned."""
        self.clip_gradients(optimizer, self._optimiser.clip, "norm")
