"""The names of a network's classes, kept with the weights that stand for them."""

from __future__ import annotations

from collections.abc import Sequence

from followme_training.datasets.errors import DataError

_SHOWN = 3


def refuse_other_classes(theirs: Sequence[str], ours: Sequence[str], owner: str, mend: str) -> None:
    """Refuse a checkpoint whose classes are others, or the same in another order.

    Parameters
    ----------
    theirs, ours : sequence of str
        Names in the checkpoint, and in the settings or the data.
    owner : str
        What ours are of, with its verb, as "the data have".
    mend : str
        What to do then.

    Raises
    ------
    DataError
        With the first names that differ.
    """
    if tuple(theirs) == tuple(ours):
        return
    differing = (i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b)
    at = next(differing, 0)
    raise DataError(
        f"the checkpoint is of {len(theirs)} classes ({_some(theirs, at)}), {owner} {len(ours)} "
        f"({_some(ours, at)}); {mend}"
    )


def _some(names: Sequence[str], at: int) -> str:
    before = ["..."] if at else []
    return " ".join([*before, ", ".join(names[at : at + _SHOWN]), "..."])
