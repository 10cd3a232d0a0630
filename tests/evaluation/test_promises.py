"""What cannot be judged is refused before anything is run."""

from __future__ import annotations

import pytest

from followme.evaluation.expectations import ExpectationError
from followme.evaluation.promises import check_promises
from followme.sources.scene_file import walk_paths
from followme.sources.source import SourceError
from tests.evaluation.corridors import written


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"absent\.yaml"):
        check_promises(tmp_path / "absent.yaml")


def test_a_key_that_is_none_is_refused(tmp_path):
    with pytest.raises(ExpectationError, match=r"02_tiny_box\.yaml: expect: unknown key 'mesages'"):
        check_promises(written(tmp_path, expect={"mesages": []}))


@pytest.mark.parametrize(
    ("expect", "where"),
    [
        ({"messages": [{"say": "WARN", "of": 1}, {"say": "STOP", "of": 2}]}, r"messages, 2\. of"),
        ({"messages": [{"say": "STOP", "of": 2, "after": "entry"}]}, r"messages, 1\. of"),
        ({"never": ["CLEAR", {"say": "STOP", "of": 2}]}, r"never, 2\. of"),
    ],
)
def test_a_thing_that_is_not_there_is_named(tmp_path, expect, where):
    with pytest.raises(
        ExpectationError, match=where + ": there is no thing with id 2, there are 1"
    ):
        check_promises(written(tmp_path, expect=expect))


def test_an_empty_way_has_no_thing(tmp_path):
    path = written(tmp_path, things=[], expect={"messages": [{"say": "WARN", "of": 1}]})
    with pytest.raises(ExpectationError, match="id 1, there is none"):
        check_promises(path)


def test_holes_are_things_too(tmp_path):
    hole = {"type": "hole", "id": 5, "at_m": [8, 0], "size_m": [0.6, 0.6]}
    check_promises(written(tmp_path, floor=[hole], expect={"messages": [{"say": "STOP", "of": 5}]}))


@pytest.mark.parametrize("path", walk_paths(), ids=lambda path: path.stem)
def test_the_walks_that_come_with_followme_can_be_judged(path):
    check_promises(path)
