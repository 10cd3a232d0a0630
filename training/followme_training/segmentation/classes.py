"""Class lists: which ids of a data set's labels make one class of a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from followme_training.common.wording import did_you_mean
from followme_training.datasets.errors import DataError

#: Label of a pixel that belongs to no class: it teaches nothing and is not measured.
IGNORE = 255

# Gupta, Arbelaez and Malik, "Perceptual Organization and Recognition of Indoor Scenes from RGB-D
# Images", CVPR 2013; names and spelling as published.
_NYU_40 = (
    *("wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window"),
    *("bookshelf", "picture", "counter", "blinds", "desk", "shelves", "curtain", "dresser"),
    *("pillow", "mirror", "floor mat", "clothes", "ceiling", "books", "refridgerator"),
    *("television", "paper", "towel", "shower curtain", "box", "whiteboard", "person"),
    *("night stand", "toilet", "sink", "lamp", "bathtub", "bag", "otherstructure"),
    *("otherfurniture", "otherprop"),
)
# Couprie et al., "Indoor Semantic Segmentation using Depth Information", ICLR 2013.
_NYU_13 = {
    "bed": (4,),
    "books": (23,),
    "ceiling": (22,),
    "chair": (5,),
    "floor": (2,),
    "furniture": (3, 10, 12, 15, 17, 32, 39),
    "objects": (16, 18, 19, 21, 24, 27, 28, 29, 30, 31, 33, 34, 35, 36, 37, 38, 40),
    "picture": (11,),
    "sofa": (6,),
    "table": (7, 14),
    "tv": (25,),
    "wall": (1, 8, 20),
    "window": (9, 13),
}
#: What a walker needs, of NYUv2's 40: a mat is floor, a curtain is wall, a desk is a table.
_ROBOT = {
    "floor": (2, 20),
    "wall": (1, 11, 13, 16, 19, 28, 30),
    "ceiling": (22,),
    "door": (8,),
    "window": (9,),
    "chair": (5,),
    "table": (7, 12, 14),
    "sofa": (6,),
    "bed": (4, 18),
    "cabinet": (3, 10, 15, 17, 24, 32),
    "person": (31,),
    "other": (21, 23, 25, 26, 27, 29, 33, 34, 35, 36, 37, 38, 39, 40),
}


@dataclass(frozen=True)
class ClassList:
    """The classes of a network and the ids that a data set has for them.

    Parameters
    ----------
    name : str
        Of the list.
    labels : str
        Kind of label files whose ids these are: ``nyu40``.
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


def _nyu(name: str, classes: dict[str, tuple[int, ...]]) -> ClassList:
    covered = {i for ids in classes.values() for i in ids}
    # 0 is unlabelled; what no class covers is left out as well
    ignored = tuple(i for i in range(41) if i not in covered)
    return ClassList(name, "nyu40", tuple(classes), tuple(classes.values()), ignored)


#: Class lists by name.
CLASS_LISTS = {
    "robot": _nyu("robot", _ROBOT),
    "nyu13": _nyu("nyu13", _NYU_13),
    "nyu40": _nyu("nyu40", {name: (i + 1,) for i, name in enumerate(_NYU_40)}),
}


def class_list(name: str) -> ClassList:
    """Return a class list by its name.

    Raises
    ------
    DataError
        When there is none of that name.
    """
    if name not in CLASS_LISTS:
        raise DataError(
            f"classes {name!r} is unknown{did_you_mean(name, CLASS_LISTS)}; "
            f"known are {', '.join(CLASS_LISTS)}"
        )
    return CLASS_LISTS[name]
