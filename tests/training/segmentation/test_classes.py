from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.datasets.errors import DataError
from followme_training.segmentation.classes import IGNORE, ClassList
from followme_training.segmentation.known_classes import CLASS_LISTS, class_list

SMALL = ClassList("small", "ids", ("a", "b"), ((3,), (0, 7)), (9,))


def test_ids_become_classes() -> None:
    ids = np.array([[3, 0, 7], [9, 3, 0]], np.uint8)
    assert SMALL.of_ids(ids, "x").tolist() == [[0, 1, 1], [IGNORE, 0, 1]]
    assert SMALL.of_ids(ids, "x").dtype == np.uint8
    assert SMALL.of_ids(np.zeros((0, 4), np.uint8), "x").shape == (0, 4)


def test_ids_outside_of_the_list_are_named() -> None:
    with pytest.raises(DataError, match=r"b\.png: ids 4, 200 are none of the class list 'small'"):
        SMALL.of_ids(np.array([[3, 200, 4, 4]], np.uint8), "b.png")


@given(st.integers(0, 255))
def test_each_id_has_one_class_is_ignored_or_is_refused(number: int) -> None:
    for classes in CLASS_LISTS.values():
        got = int(classes.table()[number])
        covering = [i for i, ids in enumerate(classes.ids) if number in ids]
        if covering:
            assert got == covering[0]
            assert len(covering) == 1
        else:
            assert got == (IGNORE if number in classes.ignored else -1)


def test_the_lists_are_as_published() -> None:
    sizes = {name: len(classes) for name, classes in CLASS_LISTS.items()}
    assert sizes == {"robot": 12, "nyu13": 13, "nyu40": 40, "voc": 21, "ade20k": 150}
    assert all(len(set(c.names)) == len(c) for c in CLASS_LISTS.values())
    assert CLASS_LISTS["nyu40"].names[36] == "bag"
    assert CLASS_LISTS["voc"].names[15] == "person"
    assert CLASS_LISTS["voc"].ids[15] == (15,)
    assert CLASS_LISTS["ade20k"].names[56] == "pool table"
    assert CLASS_LISTS["ade20k"].ids[149] == (150,)
    for name in ("robot", "nyu13"):
        covered = sorted(i for ids in CLASS_LISTS[name].ids for i in ids)
        assert covered == list(range(1, 41))


def test_the_robots_classes_are_those_that_are_given(data_dir: Path) -> None:
    given_classes = json.loads((data_dir / "robot_classes.json").read_text())["classes"]
    assert CLASS_LISTS["robot"].names == tuple(c["name"] for c in given_classes)
    assert CLASS_LISTS["robot"].ids == tuple(tuple(c["nyu40"]) for c in given_classes)
    of_file = class_list(str(data_dir / "robot_classes.json"))
    assert (of_file.ids, of_file.labels) == (CLASS_LISTS["robot"].ids, "nyu40")
    assert (of_file.table() == CLASS_LISTS["robot"].table()).all()


def test_the_map_from_40_to_13_is_that_of_the_data(data_dir: Path) -> None:
    import zipfile

    with zipfile.ZipFile(data_dir / "nyuv2_train.zip") as archive:
        info = json.loads(archive.read("info.json"))
    assert CLASS_LISTS["nyu40"].names == tuple(info["names40"])
    assert CLASS_LISTS["nyu13"].names == tuple(info["names13"])
    table = CLASS_LISTS["nyu13"].table()[:41]
    assert [0 if v == IGNORE else int(v) + 1 for v in table] == info["map40to13"]


def test_a_list_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    classes = [{"name": "way", "ids": [1, 2]}, {"name": "rest", "ids": [0]}]
    file.write_text(json.dumps({"classes": classes}))
    got = class_list(str(file))
    assert (got.name, got.names, got.ids, got.ignored) == (
        *("mine", ("way", "rest"), ((1, 2), (0,))),
        (255,),
    )
    file.write_text(json.dumps({"classes": classes, "ignored": [7]}))
    assert class_list(str(file)).ignored == (7,)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("robo", "'robo' is unknown; did you mean 'robot'"),
        ("x", "'x' is unknown; known are robot, .*or give a JSON file"),
        ("none.json", r"none\.json: cannot be read \(No such file.*give a class list"),
    ],
)
def test_a_list_that_nobody_knows_is_refused(name: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        class_list(name)


@pytest.mark.parametrize("text", ["{", "[]", '{"classes": 3}', '{"classes": [{"name": "a"}]}'])
def test_a_file_that_is_no_class_list_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(DataError, match=r"c\.json: is no class list"):
        class_list(str(tmp_path / "c.json"))


@pytest.mark.parametrize(
    ("names", "ids", "words"),
    [
        (("a",), ((1,),), "1 names and 1 lists of ids; give one list a name, 2 to 255"),
        (("a", "b"), ((1,),), "2 names and 1 lists"),
        (("a", "b"), ((1,), (2, 1)), "id 1 stands twice"),
        (("a", "b"), ((1,), (9,)), "id 9 stands twice"),
        (("a", "b"), ((1,), (256,)), "an id is not within 0 to 255"),
        (("a", "b"), ((1,), (-1,)), "an id is not within 0 to 255"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(names, ids, words: str) -> None:
    with pytest.raises(DataError, match=words):
        ClassList("l", "ids", names, ids, (9,))
