from __future__ import annotations

import sys

import pytest

from followme_training.common.progress import progress


@pytest.mark.parametrize("terminal", [False, True])
def test_things_come_in_their_order_with_and_without_a_bar(monkeypatch, capsys, terminal) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert list(progress("abc", "spelling")) == ["a", "b", "c"]
    assert list(progress([], "nothing")) == []
    assert capsys.readouterr().out == ""
