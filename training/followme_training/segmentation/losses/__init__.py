"""Losses of a segmentation, each a file of its own, and how one is chosen by name.

All take logits (B, C, H, W) and classes (B, H, W), 255 where there is no label, and return one
number: finite, with finite gradient, at any finite logits, and 0 where no pixel has a label.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import Tensor

from followme_training.common.wording import did_you_mean
from followme_training.segmentation.losses.balanced import balanced
from followme_training.segmentation.losses.cross_entropy import cross_entropy
from followme_training.segmentation.losses.dice import dice
from followme_training.segmentation.losses.focal import focal
from followme_training.segmentation.losses.labelled import (
    LossInputError,
    checked_weights,
)
from followme_training.segmentation.losses.lovasz import lovasz
from followme_training.segmentation.losses.ohem import ohem

Loss = Callable[[Tensor, Tensor], Tensor]

#: Means over pixels, in which a pixel can count by its class.
_OVER_PIXELS: dict[str, Callable[..., Tensor]] = {
    "cross_entropy": cross_entropy,
    "balanced": balanced,
    "focal": focal,
    "ohem": ohem,
}
#: Means over classes, which count the same already.
_OVER_CLASSES: dict[str, Loss] = {"dice": dice, "lovasz": lovasz}
NAMES = ("cross_entropy", "balanced", "focal", "dice", "lovasz", "ohem")

__all__ = ["NAMES", "Loss", "LossInputError", "make_loss"]


def make_loss(name: str, class_weights: Tensor | None = None) -> Loss:
    """Return a loss.

    Parameters
    ----------
    name : str
        One of :data:`NAMES`.
    class_weights : (C,) float tensor, optional
        How much a pixel of each class counts; ``balanced`` needs them (see
        :mod:`followme_training.segmentation.losses.balanced`), ``dice`` and ``lovasz`` take none.

    Raises
    ------
    LossInputError
        On an unknown name, and on weights that are missing, too many or unusable.
    """
    if name not in NAMES:
        raise LossInputError(
            f"loss {name!r} is unknown{did_you_mean(name, NAMES)}; known are {', '.join(NAMES)}"
        )
    if name in _OVER_CLASSES:
        if class_weights is not None:
            raise LossInputError(
                f"loss {name!r} takes no class weights, as each class counts the same in it; "
                "leave them out"
            )
        return _OVER_CLASSES[name]
    if class_weights is None:
        if name == "balanced":
            raise LossInputError(
                "loss 'balanced' needs class weights; give them, or choose 'cross_entropy'"
            )
        return _OVER_PIXELS[name]
    weights = checked_weights(class_weights, class_weights.numel())
    return partial(_OVER_PIXELS[name], class_weights=weights)
