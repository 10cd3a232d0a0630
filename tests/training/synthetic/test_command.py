"""Rendering by the command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from followme_training.common.command import main


@pytest.mark.parametrize(("had", "added"), [(0, 10), (4, 6), (15, 0)])
@pytest.mark.parametrize("verb", ["render", "data"])
def test_other_programs_go_first(
    verb: str,
    had: int,
    added: int,
    scene: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def nice(more: int) -> int:
        asked.append(more)
        return had + sum(asked)

    monkeypatch.setattr(os, "nice", nice)
    out = ["--out", str(tmp_path / "out"), "--samples", "0", "--size", "32", "24"]
    what = [str(scene)] if verb == "render" else ["--frames", "1", "--each", "1", "--scenes-only"]
    assert main(["synthetic", verb, *what, *out]) == 0
    assert sum(asked) == added
