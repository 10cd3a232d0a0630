"""One scene in both renderers: the same depth, classes and ids of each pixel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from followme_training.common.command import main
from tests.training.conftest import ROOT
from tests.training.synthetic.conftest import SCENE

WHOLE = (
    SCENE
    + """
  - {type: hole, id: 12, at_m: [1.6, -0.4], size_m: [0.3, 0.3]}
corridor:
  branches: [{wall: right, from_m: 2.4, width_m: 1.6, length_m: 4}]
"""
)


@pytest.fixture(scope="module")
def blender_python() -> str:
    given = os.environ.get("FOLLOWME_BLENDER_PYTHON")
    python = Path(given) if given else ROOT / ".venv-blender" / "bin" / "python"
    if not python.is_file():
        pytest.skip("Blender's Python module is absent: run 'make blender', or set "
                    "FOLLOWME_BLENDER_PYTHON")  # fmt: skip
    return str(python)


def agreement(python: str, scene: Path, scale: float) -> dict[str, Any]:
    path = os.pathsep.join([str(ROOT / "training"), str(ROOT / "src"), str(ROOT)])
    script = ROOT / "tests" / "training" / "synthetic" / "agreement.py"
    done = subprocess.run(
        [python, str(script), str(scene), "160", "120", str(scale)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def test_both_renderers_see_the_same_shapes(blender_python: str, tmp_path: Path) -> None:
    scene = tmp_path / "whole.yaml"
    scene.write_text(WHOLE, encoding="utf-8")
    found = agreement(blender_python, scene, 1.0)
    assert found["depth_median_m"] < 0.001
    assert found["depth_within_2cm"] > 0.97  # the rest are edges, which pixels share
    assert found["behind_within_2cm"] > 0.97
    assert min(found[k] for k in ("labels", "ids", "materials")) > 0.97
    assert 40 < found["brightness"] < 215
    assert found["contrast"] > 20
    assert found["again_within_2cm"] > 0.97


def test_a_smaller_image_is_enlarged_over_exact_truth(blender_python: str, tmp_path: Path) -> None:
    scene = tmp_path / "whole.yaml"
    scene.write_text(WHOLE, encoding="utf-8")
    found = agreement(blender_python, scene, 0.5)
    assert found["depth_within_2cm"] == found["labels"] == found["ids"] == 1.0
    assert found["contrast"] > 20


def test_a_pane_is_seen_through_at_a_slant_too(blender_python: str, tmp_path: Path) -> None:
    scene = tmp_path / "front.yaml"
    scene.write_text(
        """
seconds: 1
corridor: {branches: [{wall: left, from_m: 1.5, width_m: 6, length_m: 4}]}
things: [{type: glass_door, wall: left, from_m: 1.5, width_m: 6}]
""",
        encoding="utf-8",
    )
    found = agreement(blender_python, scene, 1.0)
    # a lit room behind it; a pane that mirrors its own inside is black
    assert found["glass_brightness"] > 0.6 * found["brightness"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["render", "{}/none.yaml", "--out", "{}/o"], "none.yaml' cannot be read"),
        (["render", "{}/s.yaml", "--out", "{}/o", "--samples", "-1"], "samples -1 must be from"),
        (["render", "{}/s.yaml", "--out", "{}/o", "--size", "4", "4", "--samples", "0"], "width"),
        (["show", "{}/none", "--out", "{}/o.png"], "is no folder"),
        (["data", "--out", "{}/o", "--frames", "0", "--samples", "0"], "cannot be; give 1 to"),
        (["fit"], "has no verb 'fit'; it has render, data, show"),
    ],
)
def test_a_mistake_is_one_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.yaml").write_text(SCENE, encoding="utf-8")
    given = ["synthetic", *(a.format(tmp_path) for a in arguments)]
    assert main(given) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_without_blender_it_says_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bpy", None)
    (tmp_path / "s.yaml").write_text(SCENE, encoding="utf-8")
    out = tmp_path / "o"
    assert main(["synthetic", "render", str(tmp_path / "s.yaml"), "--out", str(out)]) == 2
    assert "run 'make blender'" in capsys.readouterr().err


def test_render_and_show_from_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.yaml").write_text(SCENE, encoding="utf-8")
    out = str(tmp_path / "o")
    render = ["synthetic", "render", str(tmp_path / "s.yaml"), "--out", out]
    assert main([*render, "--samples", "0", "--size", "32", "24"]) == 0
    assert main(["synthetic", "show", out, "--out", str(tmp_path / "o.png")]) == 0
    said = capsys.readouterr().out
    assert "3 frames of short" in said
    assert (tmp_path / "o.png").is_file()
    assert main(["synthetic", "data", "--out", out, "--frames", "3", "--scenes-only"]) == 0
    assert "1 scene files" in capsys.readouterr().out
