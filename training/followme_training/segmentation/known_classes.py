"""The class lists that come with FollowMe: NYUv2 in three ways, PASCAL VOC, ADE20K."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from followme_training.common.wording import did_you_mean
from followme_training.datasets.errors import DataError
from followme_training.segmentation.classes import ClassList

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
    "floor": (2, 20),
    "furniture": (3, 10, 12, 15, 17, 24, 32, 39),
    "objects": (18, 19, 21, 26, 27, 28, 29, 30, 31, 33, 34, 35, 36, 37, 38, 40),
    "picture": (11,),
    "sofa": (6,),
    "table": (7, 14),
    "tv": (25,),
    "wall": (1, 8),
    "window": (9, 13, 16),
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
# Everingham et al., "The Pascal Visual Object Classes Challenge: A Retrospective", IJCV 2015.
_VOC = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus"),
    *("car", "cat", "chair", "cow", "diningtable", "dog", "horse"),
    *("motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor"),
)
# Zhou et al., "Scene Parsing through ADE20K Dataset", CVPR 2017: the first name of each class.
_ADE20K_LINES = """
    wall, building, sky, floor, tree, ceiling, road, bed, windowpane, grass, cabinet, sidewalk,
    person, earth, door, table, mountain, plant, curtain, chair, car, water, painting, sofa,
    shelf, house, sea, mirror, rug, field, armchair, seat, fence, desk, rock, wardrobe, lamp,
    bathtub, railing, cushion, base, box, column, signboard, chest of drawers, counter, sand,
    sink, skyscraper, fireplace, refrigerator, grandstand, path, stairs, runway, case, pool
    table, pillow, screen door, stairway, river, bridge, bookcase, blind, coffee table, toilet,
    flower, book, hill, bench, countertop, stove, palm, kitchen island, computer, swivel chair,
    boat, bar, arcade machine, hovel, bus, towel, light, truck, tower, chandelier, awning,
    streetlight, booth, television receiver, airplane, dirt track, apparel, pole, land,
    bannister, escalator, ottoman, bottle, buffet, poster, stage, van, ship, fountain, conveyer
    belt, canopy, washer, plaything, swimming pool, stool, barrel, basket, waterfall, tent, bag,
    minibike, cradle, oven, ball, food, step, tank, trade name, microwave, pot, animal, bicycle,
    lake, dishwasher, screen, blanket, sculpture, hood, sconce, vase, traffic light, tray,
    ashcan, fan, pier, crt screen, plate, monitor, bulletin board, shower, radiator, glass,
    clock, flag
"""
_ADE20K = tuple(" ".join(name.split()) for name in _ADE20K_LINES.split(","))


def _nyu(name: str, classes: dict[str, tuple[int, ...]]) -> ClassList:
    covered = {i for ids in classes.values() for i in ids}
    # 0 is unlabelled; what no class covers is left out as well
    ignored = tuple(i for i in range(41) if i not in covered)
    return ClassList(name, "nyu40", tuple(classes), tuple(classes.values()), ignored)


def _numbered(name: str, names: Iterable[str], first: int, ignored: int) -> ClassList:
    """Return a list in which each id is a class of its own."""
    given = tuple(names)
    ids = tuple((first + i,) for i in range(len(given)))
    return ClassList(name, name, given, ids, (ignored,))


#: Class lists by name.
CLASS_LISTS = {
    "robot": _nyu("robot", _ROBOT),
    "nyu13": _nyu("nyu13", _NYU_13),
    "nyu40": _nyu("nyu40", {name: (i + 1,) for i, name in enumerate(_NYU_40)}),
    "voc": _numbered("voc", _VOC, first=0, ignored=255),
    "ade20k": _numbered("ade20k", _ADE20K, first=1, ignored=0),
}


def class_list(name: str) -> ClassList:
    """Return a class list by its name, or from a JSON file.

    The file has ``classes``, a list of objects with ``name`` and ``ids`` (or ``nyu40``), and may
    have ``ignored``, ids that mean no class; without it these are 0 and 255 where no class has
    them.

    Raises
    ------
    DataError
        When there is none of that name, or the file cannot be used.
    """
    if name in CLASS_LISTS:
        return CLASS_LISTS[name]
    if name.endswith(".json"):
        return _of_file(Path(name))
    raise DataError(
        f"classes {name!r} is unknown{did_you_mean(name, CLASS_LISTS)}; "
        f"known are {', '.join(CLASS_LISTS)}, or give a JSON file"
    )


def _of_file(file: Path) -> ClassList:
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
        names = tuple(str(entry["name"]) for entry in raw["classes"])
        of_nyu = all("nyu40" in entry for entry in raw["classes"])
        key = "nyu40" if of_nyu else "ids"
        ids = tuple(tuple(int(i) for i in entry[key]) for entry in raw["classes"])
        covered = {i for several in ids for i in several}
        usual = range(41) if of_nyu else (0, 255)
        ignored = tuple(int(i) for i in raw.get("ignored", usual) if i not in covered)
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror}); give a class list") from error
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(
            f"{file}: is no class list ({error}); give classes with name and ids each"
        ) from error
    return ClassList(file.stem, "nyu40" if of_nyu else "ids", names, ids, ignored)
