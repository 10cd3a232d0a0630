"""Pickles of plain data are read as they would be unpickled, and nothing is ever run."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followme_training.classification.plain_pickle import PickleError, read_plain_pickle

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40)
@given(PLAIN, st.integers(0, 4))
def test_it_reads_what_was_written(value: Any, protocol: int) -> None:
    assert read_plain_pickle(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
def test_it_reads_arrays_of_bytes(protocol: int, order: str) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(4, 6)
    data = {"data": np.asarray(array, order=order), "labels": [3, 200]}
    found = read_plain_pickle(pickle.dumps(data, protocol))
    assert np.array_equal(found["data"], array)
    assert found["labels"] == [3, 200]


class Calls:
    """Runs a function when it is unpickled."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._what = (function, arguments)

    def __reduce__(self) -> Any:
        return self._what


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_it_runs_nothing(protocol: int, tmp_path: Path) -> None:
    mark = tmp_path / "run"
    data = pickle.dumps({"data": Calls(os.mkdir, str(mark))}, protocol)
    with pytest.raises(PickleError, match="mkdir"):
        read_plain_pickle(data)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "damaged"),
        (b"\x80\x02}", "damaged|too early"),
        (b"junk", "damaged"),
        (pickle.dumps([1, 2, 3], 2)[:-3], "damaged|too early"),
        (pickle.dumps(np.zeros(2), 2), "array of 'f8', only bytes are read"),
        (pickle.dumps({1, 2}, 2), "asks for"),
        (b"(" * 50_000 + b"l" * 50_000 + b".", "damaged"),
        (b"].", None),
    ],
)
def test_what_is_more_than_plain_or_damaged_is_said(data: bytes, words: str | None) -> None:
    if words is None:
        assert read_plain_pickle(data) == []
        return
    with pytest.raises(PickleError, match=words):
        read_plain_pickle(data)


def test_a_list_that_holds_itself_is_damaged() -> None:
    own: list[Any] = []
    own.append(own)
    with pytest.raises(PickleError, match="damaged"):
        read_plain_pickle(pickle.dumps(own))
