"""Scenes that FollowMe was not written for run without a change of code."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from followme.cli.main import main

SCENES = sorted((Path(__file__).parent / "scenes").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_a_new_scene_is_walked_judged_and_shown(path, tmp_path, capsys):
    page, figures = tmp_path / "page.html", tmp_path / "figures.json"
    written = ["--html", str(page), "--json", str(figures), "--out", str(tmp_path / "logs")]
    code = main(["simulate", "--scene", str(path), "--jobs", "1", *written])
    out, err = capsys.readouterr()
    assert code in (0, 1) and err == ""
    assert "1 runs, " in out
    content = json.loads(figures.read_text())
    values = [row["value"] for row in content["metrics"] if row["value"] is not None]
    assert values and all(math.isfinite(value) for value in values)
    assert "<b>" not in page.read_text()
    (log,) = (tmp_path / "logs").iterdir()
    assert log.suffix == ".jsonl"
