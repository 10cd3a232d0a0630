"""Cross-entropy of one class an image, value and gradient written out.

Of an image with logits z, class y and p = softmax(z), with label smoothing s over K classes and
class weights w (Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, section 7):

    loss = -(1 - s) w_y ln p_y - s / K sum_k w_k ln p_k

and over a batch the sum of it divided by the sum of w_y. As d ln p_j / d z_k = [j = k] - p_k,

    d loss / d z_k = ((1 - s) w_y + s / K sum_j w_j) p_k - (1 - s) w_y [k = y] - s / K w_k
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

#: Label of an image that teaches nothing.
IGNORED = -100


class LossInputError(ValueError):
    """Logits, classes or settings that do not fit each other; one sentence with the mend."""


def log_softmax(logits: Tensor) -> Tensor:
    """Return ln p (N, K) of logits (N, K).

    The largest logit is taken off first: then the largest exponential is 1, none is infinite, and
    their sum is at least 1, so that its logarithm is finite.
    """
    shifted = logits - logits.amax(1, keepdim=True)
    return shifted - shifted.exp().sum(1, keepdim=True).log()


class _CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, logits: Tensor, classes: Tensor, weights: Tensor, smoothing: float
    ) -> Tensor:
        log_p = log_softmax(logits)
        ctx.save_for_backward(log_p, classes, weights)
        ctx.smoothing = smoothing
        each = weights[classes]
        total = each.sum()
        ctx.total = total if total > 0 else torch.ones_like(total)
        # in sums of products a weight of 0 beside ln 0 would be no number
        true = -(each * log_p.gather(1, classes[:, None])[:, 0]).sum()
        even = -torch.where(weights > 0, weights * log_p, 0.0).sum() / logits.shape[1]
        value: Tensor = ((1.0 - smoothing) * true + smoothing * even) / ctx.total
        return value

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor, None, None, None]:
        log_p, classes, weights = ctx.saved_tensors
        s, count = ctx.smoothing, log_p.shape[1]
        each = (1.0 - s) * weights[classes]
        even = s / count * weights
        gradient = (each + even.sum())[:, None] * log_p.exp() - even
        rows = torch.arange(len(classes), device=classes.device)
        gradient[rows, classes] -= each
        return upstream / ctx.total * gradient, None, None, None


def cross_entropy(
    logits: Tensor,
    classes: Tensor,
    weights: Tensor | None = None,
    smoothing: float = 0.0,
    ignored: int = IGNORED,
) -> Tensor:
    """Return the mean cross-entropy of a batch.

    Parameters
    ----------
    logits : (N, K) float tensor
        Before the softmax. Half floats are summed as float32.
    classes : (N,) int64 tensor
        Of the images.
    weights : (K,) float tensor, optional
        How much an image of each class counts.
    smoothing : float
        Share of each label that is spread evenly over all classes; 0 to below 1.
    ignored : int
        Label of images that add neither value nor gradient, whatever their logits are. 0 comes of
        a batch that has no others.

    Raises
    ------
    LossInputError
        On shapes, types, classes, weights or a smoothing that do not fit.
    """
    _check(logits, classes, weights, smoothing)
    known = classes != ignored
    chosen, classes = logits[known], classes[known]
    strange = classes[(classes < 0) | (classes >= logits.shape[1])]
    if len(strange):
        raise LossInputError(
            f"class {int(strange[0])} is none of the {logits.shape[1]} of the network; "
            f"give 0 to {logits.shape[1] - 1}, or {ignored} for none"
        )
    chosen = chosen.float() if chosen.element_size() < 4 else chosen
    if weights is None:
        weights = chosen.new_ones(logits.shape[1])
    if not len(chosen):
        # of no image, but still with a way back to the logits
        return chosen.sum()
    value: Tensor = _CrossEntropy.apply(  # type: ignore[no-untyped-call]
        chosen, classes, weights.to(chosen), smoothing
    )
    return value


def _check(logits: Tensor, classes: Tensor, weights: Tensor | None, smoothing: float) -> None:
    if logits.ndim != 2 or logits.shape[1] < 1 or classes.shape != logits.shape[:1]:
        raise LossInputError(
            f"logits {tuple(logits.shape)} and classes {tuple(classes.shape)} do not fit; "
            "give (N, K) and (N,)"
        )
    if not logits.is_floating_point() or classes.dtype != torch.int64:
        raise LossInputError(
            f"logits are {logits.dtype} and classes {classes.dtype}; give floats and int64"
        )
    if not 0.0 <= smoothing < 1.0:
        raise LossInputError(f"label smoothing is {smoothing:g}; give 0 to below 1")
    if weights is not None:
        if weights.shape != logits.shape[1:]:
            raise LossInputError(
                f"{weights.numel()} class weights do not fit {logits.shape[1]} classes; "
                "give one for each"
            )
        bad = ~(torch.isfinite(weights) & (weights >= 0))
        if bad.any():
            number = int(bad.nonzero()[0])
            raise LossInputError(
                f"the weight of class {number} is {float(weights[number]):g}; "
                "give finite weights that are not negative"
            )
