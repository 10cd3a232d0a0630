"""One training step, one validation, and the optimiser."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, cast

import lightning as pl
import torch

from followme_training.common.finite import stop_if_not_finite
from followme_training.common.one_cycle import OneCycle, one_cycle
from followme_training.common.sgd import Sgd, sgd
from followme_training.common.start import CLASSES
from followme_training.datasets.class_names import refuse_other_classes
from followme_training.segmentation.class_balance import ClassWeights, class_counts, class_weights
from followme_training.segmentation.confusion import ConfusionMatrix
from followme_training.segmentation.data import SegmentationData, TrainingBatch, WholeBatch
from followme_training.segmentation.deeplab import DeepLab, resized
from followme_training.segmentation.known_classes import class_list
from followme_training.segmentation.losses import Loss, make_loss
from followme_training.segmentation.losses.lovasz import lovasz

# Shown while training.
_SHOWN = ("miou",)
# The added Lovász loss looks at one pixel of so many by so many.
_EACH = 4


class SegmentationTask(pl.LightningModule):
    """Learns what each pixel shows.

    Parameters
    ----------
    classes : str
        Name of the class list; the settings give it once, under ``data``.
    backbone : str
        See :data:`followme_training.backbones.NAMES`.
    weights : Path, optional
        Published weights of the backbone, or of a whole DeepLabV3 of torchvision.
    head : str
        ``v3`` or ``v3plus``.
    output_stride : int
        Of the deepest features: 8, 16 or 32.
    width : int
        Channels of ASPP and decoder.
    rates : list of three ints
        Dilations of ASPP, at this output stride.
    fine_strides : list of int
        Of V3+: strides of the fine features, coarsest first.
    fine_width : int
        Of V3+: channels to which fine features are reduced.
    separable : bool
        Whether the heads' 3x3 convolutions are separable.
    drop_path, dropout : float
        Stochastic depth in the backbone, and the share of values left out of ASPP's result.
    auxiliary : float
        Factor of the loss of a second classifier in the middle of the backbone; 0 for none.
    loss : str
        See :data:`followme_training.segmentation.losses.NAMES`.
    lovasz : float
        Factor of the Lovász-softmax loss, which is added.
    class_weights : ClassWeights
        For losses that are means over pixels. ``balanced`` needs some: median frequency, where
        nothing else is said.
    recipe : str
        ``one_cycle`` or ``sgd``: whose settings are used.
    optimiser : OneCycle
        AdamW with a one-cycle schedule.
    sgd : Sgd
        SGD with a step or polynomial schedule.
    """

    def __init__(
        self,
        classes: str = "robot",
        backbone: str = "efficientnet_lite0",
        weights: Path | None = None,
        head: Literal["v3", "v3plus"] = "v3plus",
        output_stride: int = 16,
        width: int = 256,
        rates: tuple[int, ...] = (6, 12, 18),
        fine_strides: tuple[int, ...] = (4,),
        fine_width: int = 48,
        separable: bool = False,
        drop_path: float = 0.1,
        dropout: float = 0.5,
        auxiliary: float = 0.4,
        loss: str = "cross_entropy",
        lovasz: float = 0.0,
        class_weights: ClassWeights = ClassWeights(),  # noqa: B008 - frozen
        recipe: Literal["one_cycle", "sgd"] = "one_cycle",
        optimiser: OneCycle = OneCycle(),  # noqa: B008 - frozen
        sgd: Sgd = Sgd(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__()
        self.classes = class_list(classes)
        self.network = DeepLab(
            backbone,
            len(self.classes),
            weights,
            head,
            output_stride,
            width,
            tuple(rates),
            tuple(fine_strides),
            fine_width,
            separable,
            drop_path,
            dropout,
            auxiliary > 0,
        )
        self._auxiliary = auxiliary
        self._loss_name = loss
        self._lovasz = lovasz
        self._class_weights = class_weights
        if loss == "balanced" and class_weights.method == "none":
            self._class_weights = ClassWeights("median_frequency")
        self._recipe = recipe
        self._optimiser, self._sgd = optimiser, sgd
        # a misspelt name, or weights for a loss that takes none, is refused before hours of reading
        weighted = self._class_weights.method != "none"
        self._loss: Loss = make_loss(loss, torch.ones(1) if weighted else None)
        self._confusion = ConfusionMatrix(len(self.classes))

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the names of the classes with the weights that stand for them."""
        checkpoint[CLASSES] = list(self.classes.names)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Refuse weights of other classes.

        Raises
        ------
        DataError
            When the checkpoint was trained with another class list.
        """
        last = checkpoint["state_dict"]["network.head.classifier.weight"]
        # of the time before names were kept there is only how many there are
        unnamed = [f"number {i}" for i in range(len(last))]
        alike = len(last) == len(self.classes)
        refuse_other_classes(
            checkpoint.get(CLASSES, self.classes.names if alike else unnamed),
            self.classes.names,
            f"the class list {self.classes.name!r} has",
            "choose the list that it was trained with, or begin anew",
        )

    def on_fit_start(self) -> None:
        """Weigh the classes by what is trained on.

        Tensors are stored by pixel, which this processor's convolutions prefer by 10 to 40 %.
        """
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        data = cast(SegmentationData, self.trainer.datamodule)  # type: ignore[attr-defined]
        self.weigh(data)

    def weigh(self, data: SegmentationData) -> None:
        """Make the loss, with weights of the classes where they are asked for."""
        weights = None
        if self._class_weights.method != "none":
            counts = class_counts(data.training_images, len(self.classes))
            weights = class_weights(counts, self._class_weights)
        if weights is not None:
            weights = weights.to(self.device)
        self._loss = make_loss(self._loss_name, weights)

    def forward(self, rgb: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(rgb.contiguous(memory_format=torch.channels_last))
        return logits

    def training_step(self, batch: TrainingBatch, batch_idx: int) -> torch.Tensor:
        parts = self.loss_parts(batch)
        stop_if_not_finite(parts, batch.names, self.global_step)
        total = torch.stack(list(parts.values())).sum()
        size = len(batch.names)
        self.log("train/loss", total, on_step=False, on_epoch=True, prog_bar=True, batch_size=size)
        for name, part in parts.items():
            self.log(f"train/{name}", part, on_step=False, on_epoch=True, batch_size=size)
        return total

    def loss_parts(self, batch: TrainingBatch) -> dict[str, torch.Tensor]:
        """Return each loss times its factor."""
        rgb = batch.rgb.contiguous(memory_format=torch.channels_last)
        logits, second = self.network.with_auxiliary(rgb)
        # what one pixel of many adds is too little for 16 bits
        with torch.autocast(logits.device.type, enabled=False):
            parts = {self._loss_name: self._loss(logits.float(), batch.labels)}
            if self._lovasz:
                parts["lovasz_added"] = self._lovasz * _sampled_lovasz(logits, batch.labels)
            if second is not None:
                parts["auxiliary"] = self._auxiliary * self._loss(second.float(), batch.labels)
        return parts

    def validation_step(self, batch: WholeBatch, batch_idx: int) -> None:
        logits = self(batch.rgb)
        for one, truth, (h, w) in zip(logits, batch.truths, batch.shown_hw, strict=True):
            enlarged = resized(one[None, :, :h, :w], (truth.shape[0], truth.shape[1]))
            guess = enlarged.argmax(1)[0].to(torch.uint8)
            self._confusion.update(truth.cpu().numpy(), guess.cpu().numpy())

    def on_validation_epoch_end(self) -> None:
        """Log the figures of all images; every process has seen all of them."""
        for name, value in self._confusion.summary(self.classes.names).items():
            self.log(f"val/{name}", value, prog_bar=name in _SHOWN)
        self._confusion = ConfusionMatrix(len(self.classes))

    def configure_optimizers(self) -> Any:
        steps = int(self.trainer.estimated_stepping_batches)
        if self._recipe == "sgd":
            return sgd(self.network, "encoder.", steps, self._sgd)
        return one_cycle(self.network, "encoder.", steps, self._optimiser)

    def configure_gradient_clipping(self, optimizer: Any, *_: Any, **__: Any) -> None:
        """Keep one odd batch from undoing what was learned."""
        clip = self._sgd.clip if self._recipe == "sgd" else self._optimiser.clip
        self.clip_gradients(optimizer, clip, "norm")


def _sampled_lovasz(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    # it sorts pixels, which is dear, and neighbours say the same
    some = (slice(None), slice(_EACH // 2, None, _EACH), slice(_EACH // 2, None, _EACH))
    return lovasz(logits[(slice(None), *some)].float(), labels[some])
