"""One training step, one validation, and the optimiser."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import lightning as pl
import torch

from followme_training.classification.batches import Batch
from followme_training.classification.data import ClassificationData
from followme_training.classification.loss import cross_entropy
from followme_training.classification.metrics import Scores
from followme_training.classification.networks import Layout, make_classifier
from followme_training.classification.recipe import Recipe, optimisation
from followme_training.classification.trunk_weights import load_trunk
from followme_training.common.finite import stop_if_not_finite
from followme_training.common.start import CLASSES
from followme_training.datasets.class_names import refuse_other_classes
from followme_training.datasets.errors import DataError

_OTHER_DATA = "choose the data that it was trained with, or begin from it with model.trunk"


class ClassificationTask(pl.LightningModule):
    """Learns what an image shows.

    Parameters
    ----------
    layout : Layout
        The network.
    weights : Path, optional
        Published weights of a backbone, as safetensors.
    trunk : Path, optional
        Checkpoint of another run of this network, whose trunk is begun from; its classes may be
        others.
    frozen_epochs : int
        So many epochs at the beginning only the last layer learns; -1 for all of them.
    smoothing : float
        Share of each label that is spread over all classes.
    class_weights : list of float
        How much an image of each class counts; empty for all the same.
    recipe : Recipe
        Rates and decay.
    """

    def __init__(
        self,
        layout: Layout = Layout(),  # noqa: B008 - frozen
        weights: Path | None = None,
        trunk: Path | None = None,
        frozen_epochs: int = 0,
        smoothing: float = 0.0,
        class_weights: tuple[float, ...] = (),
        recipe: Recipe = Recipe(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__()
        self.layout = layout
        self.network = make_classifier(layout, weights)
        self._trunk = trunk
        # who only measures a finished run needs no file that it began from
        if trunk is not None and trunk.is_file():
            load_trunk(self.network, trunk)
        self._learnt_before = weights is not None or trunk is not None
        self._frozen_epochs = frozen_epochs
        self._smoothing = smoothing
        self._weights = torch.tensor(class_weights) if class_weights else None
        # weights that do not fit are refused before hours of training
        self._loss(torch.zeros(1, layout.classes), torch.zeros(1, dtype=torch.int64))
        self._recipe = recipe
        #: Names of the classes, once they are known: of the data, or of a checkpoint.
        self.class_names: tuple[str, ...] = ()
        self._scores = Scores(layout.classes)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the names of the classes with the weights that stand for them."""
        checkpoint[CLASSES] = list(self.class_names)

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the names back.

        Raises
        ------
        DataError
            When the checkpoint was trained with other classes than the data have.
        """
        names = tuple(checkpoint.get(CLASSES, ()))
        if self.class_names and names:
            refuse_other_classes(names, self.class_names, "the data have", _OTHER_DATA)
        self.class_names = names or self.class_names

    def check_data(self, data: ClassificationData) -> None:
        """Refuse data that the network is not made for; remember the names of their classes.

        Raises
        ------
        DataError
            When classes or the size of the images differ.
        """
        images, layout = data.training_images, self.layout
        if len(images.classes) != layout.classes:
            raise DataError(
                f"model.layout.classes is {layout.classes}, the data have {len(images.classes)} "
                f"classes; give {len(images.classes)}"
            )
        if images.images.shape[1:] != tuple(layout.image):
            shape = list(images.images.shape[1:])
            raise DataError(
                f"model.layout.image is {list(layout.image)}, the data's images are {shape} "
                f"(height, width, channels); give {shape}"
            )
        if self.class_names:
            # those of a checkpoint from which this training begins
            refuse_other_classes(
                self.class_names, images.classes.names, "the data have", _OTHER_DATA
            )
        self.class_names = tuple(images.classes.names)

    def check_trunk(self) -> None:
        """Miss the checkpoint whose trunk was to be begun from.

        Raises
        ------
        StartError
            When it is gone.
        """
        if self._trunk is not None and not self._trunk.is_file():
            load_trunk(self.network, self._trunk)

    def setup(self, stage: str) -> None:
        """Compare the network with the data, and miss the file that it should begin from.

        Raises
        ------
        DataError
            When the network is not made for the data.
        StartError
            When the checkpoint for the trunk is missing.
        """
        if stage == "fit":
            self.check_trunk()
            self.check_data(cast(ClassificationData, self.trainer.datamodule))  # type: ignore[attr-defined]

    def on_fit_start(self) -> None:
        """Store tensors by pixel, which this processor's convolutions prefer."""
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def on_train_epoch_start(self) -> None:
        """Freeze the trunk, or let it learn; where it is frozen its batch norms rest too."""
        frozen = self._frozen_epochs < 0 or self.current_epoch < self._frozen_epochs
        self.network.trunk.requires_grad_(not frozen)
        self.network.trunk.train(not frozen)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(images.contiguous(memory_format=torch.channels_last))
        return logits

    def training_step(self, batch: Batch, batch_idx: int) -> torch.Tensor:
        logits = self(batch.images)
        loss = self._loss(logits, batch.labels)
        if batch.share < 1.0:
            other = self._loss(logits, batch.others)
            loss = batch.share * loss + (1.0 - batch.share) * other
        stop_if_not_finite({"cross_entropy": loss}, batch.names, self.global_step)
        size = len(batch.labels)
        self.log("train/loss", loss, on_step=False, on_epoch=True, prog_bar=True, batch_size=size)
        right = (logits.detach().argmax(1) == batch.labels).float().mean()
        self.log("train/accuracy", right, on_step=False, on_epoch=True, batch_size=size)
        return loss

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        self._scores.update(self(batch.images).cpu().numpy(), batch.labels.cpu().numpy())

    def on_validation_epoch_end(self) -> None:
        """Log the figures of all images; every process has seen all of them."""
        for name, value in self._scores.summary().items():
            self.log(f"val/{name}", value, prog_bar=name == "accuracy")
        self._scores = Scores(self.layout.classes)

    def configure_optimizers(self) -> Any:
        steps = int(self.trainer.estimated_stepping_batches)
        return optimisation(self.network, self._learnt_before, steps, self._recipe)

    def configure_gradient_clipping(self, optimizer: Any, *_: Any, **__: Any) -> None:
        """Keep one odd batch from undoing what was learned."""
        self.clip_gradients(optimizer, self._recipe.clip, "norm")

    def _loss(self, logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return cross_entropy(logits, labels, self._weights, self._smoothing)
