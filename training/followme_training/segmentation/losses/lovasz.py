"""Lovász-softmax: the IoU itself, made continuous in the errors of pixels."""

from __future__ import annotations

import torch
from torch import Tensor

from followme_training.segmentation.losses.labelled import labelled_pixels


def lovasz(logits: Tensor, target: Tensor) -> Tensor:
    """Return the mean of the Lovász extension of 1 - IoU over the classes that occur.

    Berman et al., "The Lovász-Softmax Loss: A Tractable Surrogate for the Optimization of the
    Intersection-over-Union Measure in Neural Networks", CVPR 2018, section 3, over the pixels of
    the whole batch. The error of a pixel is 1 - p where it is of the class and p where it is not.

    Parameters
    ----------
    logits : (B, C, H, W) float tensor
        Before the softmax.
    target : (B, H, W) int64 tensor
        Classes; 255 has no label.

    Raises
    ------
    LossInputError
        On shapes, types or classes that do not fit.
    """
    chosen, classes = labelled_pixels(logits, target)
    probability = chosen.softmax(1)
    costs = []
    for number, guess in enumerate(probability.unbind(1)):
        inside = classes == number
        if inside.any():
            costs.append(extension(torch.where(inside, 1 - guess, guess), inside))
    # a sum over no pixels, when none has a label: 0, and a gradient of 0
    return torch.stack(costs).mean() if costs else probability.sum()


def extension(error: Tensor, inside: Tensor) -> Tensor:
    """Return the Lovász extension of 1 - IoU of one class.

    Sorted from the largest error down, each error is multiplied by what it would cost in IoU to
    get its pixel wrong when all before it are wrong already (equations 8 and 9).

    Parameters
    ----------
    error : (N,) float tensor
        Of each pixel, 0 to 1.
    inside : (N,) bool tensor
        Whether it is of the class; some must be.
    """
    ordered, order = error.sort(descending=True)
    return ordered @ jaccard_steps(inside[order]).to(ordered)


def jaccard_steps(inside: Tensor) -> Tensor:
    """Return by how much 1 - IoU rises with each further pixel that is wrong, (N,) float64.

    With I pixels of the class still right and U in the union, a pixel of the class takes one
    from I, a foreign one adds one to U: 1 / U, or I / (U - 1) - I / U. The differences are taken
    on paper: those of neighbouring IoU would drown in rounding where pixels are many.

    Parameters
    ----------
    inside : (N,) bool tensor
        Whether the pixel is of the class, in the order in which pixels become wrong.
    """
    area = inside.sum()
    right = (area - inside.cumsum(0)).double()
    union = (area + (~inside).cumsum(0)).double()
    # a foreign pixel makes the union 2 at least; the clamp is for those that are not taken
    return torch.where(inside, 1 / union, right / (union * (union - 1).clamp(min=1)))
