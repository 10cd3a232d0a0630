"""What the discriminator says of images that it learnt from, has never seen, and that were made."""

from __future__ import annotations

from collections.abc import Callable

import torch

#: From images (B, 3, H, W), -1 to 1, to logits (B,).
Judge = Callable[[torch.Tensor], torch.Tensor]


def opinions(
    judge: Judge, learnt: torch.Tensor, held_out: torch.Tensor, made: torch.Tensor, bound: float
) -> dict[str, float]:
    """Return how often the discriminator is right, and how far it has learnt images by heart.

    ``accuracy_real``, ``accuracy_held_out`` and ``accuracy_fake`` are shares of images of which it
    says what they are. ``overfitting`` is the mean logit of images that it learnt from, less that
    of held-out ones, over the deviation of the latter: 0 for one that has learnt what is real, not
    which images were shown (as the heuristic of Karras et al., "Training Generative Adversarial
    Networks with Limited Data", NeurIPS 2020, section 3.1, asks).

    Parameters
    ----------
    judge : callable
        The discriminator.
    learnt, held_out, made : (B, 3, H, W) tensor
        Images, -1 to 1.
    bound : float
        Logit above which an image is taken for real.
    """
    with torch.no_grad():
        a, b, c = (judge(images).double() for images in (learnt, held_out, made))
    deviation = max(float(b.std()), 1e-6)
    return {
        "accuracy_real": _share(a > bound),
        "accuracy_held_out": _share(b > bound),
        "accuracy_fake": _share(c <= bound),
        "overfitting": float(a.mean() - b.mean()) / deviation,
    }


def _share(right: torch.Tensor) -> float:
    return float(right.double().mean())
