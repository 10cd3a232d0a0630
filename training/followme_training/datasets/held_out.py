"""What is measured on: images held out, or, where none is to be, some of those trained with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from followme_training.datasets.errors import DataError

T = TypeVar("T")

#: What figures are of where nothing was held out.
TRAINED_ON = "images that it was trained on"
#: How the report of such a run begins.
NONE_HELD_OUT = f"None was held out: `val` is of {TRAINED_ON}. "
_STAND_INS = 64


def measured_on(train: Sequence[T], held: Sequence[T], every: int, where: str) -> list[T]:
    """Return the images to measure on.

    Parameters
    ----------
    train, held : sequence
        Images to train with, and those held out.
    every : int
        The setting ``hold_out_every``; 0 where nothing is to be held out, so that some training
        images stand in: curves and comparisons of engines need something to run on.
    where : str
        The data, for the message.

    Raises
    ------
    DataError
        When images were to be held out and none is: figures of others would pass for theirs.
    """
    if held:
        return list(held)
    if every and train:
        raise DataError(
            f"{where}: hold_out_every is {every}, which holds out none of {len(train)} images; "
            f"give a smaller one, or 0 to measure on {TRAINED_ON}"
        )
    return list(train[:: max(1, len(train) // _STAND_INS)])


def images_words(holds_out: bool) -> str:
    """Return what images are called that are measured on."""
    return "held-out images" if holds_out else TRAINED_ON


def held_out_words(count: int, holds_out: bool) -> str:
    """Return in words of a card how many images are measured on, and which."""
    if holds_out:
        return f"{count} images held out"
    return f"none held out, measured on {count} {TRAINED_ON}"
