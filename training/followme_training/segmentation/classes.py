"""Class lists: which ids of a data set's labels make one class of a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError

#: Label of a pixel that belongs to no class: it teaches nothing and is not measured.
IGNORE = 255


@dataclass(frozen=True)
class ClassList:
    """The classes of a network and the ids that a data set has for them.

    Parameters
    ----------
    name : str
        Of the list.
    labels : str
        Kind of label files whose ids these are: ``nyu40``, ``voc``, ``ade20k``, ``ids``.
    names : tuple of str
        Of the classes; their order is their number.
    ids : tuple of tuples of int
        For each class the ids that it covers.
    ignored : tuple of int
        Ids that are allowed and mean no class, as that for unlabelled.
    """

    name: str
    labels: str
    names: tuple[str, ...]
    ids: tuple[tuple[int, ...], ...]
    ignored: tuple[int, ...]

    def __post_init__(self) -> None:
        given = [i for covered in (*self.ids, self.ignored) for i in covered]
        twice = sorted({i for i in given if given.count(i) > 1})
        if len(self.names) != len(self.ids) or not 2 <= len(self.names) <= IGNORE:
            raise DataError(
                f"classes {self.name!r}: {len(self.names)} names and {len(self.ids)} lists of ids; "
                f"give one list a name, 2 to {IGNORE} of them"
            )
        if twice or any(not 0 <= i <= 255 for i in given):
            what = f"id {twice[0]} stands twice" if twice else "an id is not within 0 to 255"
            raise DataError(f"classes {self.name!r}: {what}; give each id to one class")

    def __len__(self) -> int:
        return len(self.names)

    def table(self) -> NDArray[np.int16]:
        """Return (256,): the class of each id, :data:`IGNORE` for none, -1 for an unknown id."""
        table = np.full(256, -1, np.int16)
        table[list(self.ignored)] = IGNORE
        for number, covered in enumerate(self.ids):
            table[list(covered)] = number
        return table

    def of_ids(self, ids: NDArray[np.uint8], file: str) -> NDArray[np.uint8]:
        """Return the classes (H, W) of ids (H, W); ``file`` is for the message.

        Raises
        ------
        DataError
            When there is an id that the list does not know.
        """
        labels = self.table()[ids]
        if labels.min(initial=0) < 0:
            unknown = ", ".join(map(str, np.unique(ids[labels < 0])[:5]))
            raise DataError(
                f"{file}: ids {unknown} are none of the class list {self.name!r}; "
                "choose the list that these labels were drawn with"
            )
        return labels.astype(np.uint8)
