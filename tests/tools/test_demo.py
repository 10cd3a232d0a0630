"""What `make demo` runs: the sample walk where there is one, a rendered one else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def demo(tmp_path: Path, sample: Path, code: int = 0) -> tuple[int, list[str]]:
    """Return the exit code of make, and the command lines that it gave to FollowMe."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    log, command = tmp_path / "log", tmp_path / "followme"
    command.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexit {code}\n')
    command.chmod(0o755)
    words = ["make", "-s", "-o", "build", "demo", f"SAMPLE={sample}", f"FOLLOWME={command}"]
    ended = subprocess.run([*words, "OUT=there"], cwd=ROOT, capture_output=True, text=True)
    return ended.returncode, log.read_text().splitlines()


def test_the_sample_walk_is_evaluated(tmp_path):
    sample = tmp_path / "sample"
    sample.mkdir()
    assert demo(tmp_path, sample) == (0, [f"evaluate {sample} --out there"])


def test_without_it_a_walk_is_rendered_and_a_page_made(tmp_path):
    code, ran = demo(tmp_path, tmp_path / "none")
    assert code == 0
    assert ran[0] == "run --source synthetic --out there --speech auto"
    assert ran[1].startswith("simulate 2 7 10") and ran[1].endswith("--html there/evaluation.html")


def test_a_figure_that_falls_short_is_no_failed_demo_but_a_mistake_is(tmp_path):
    sample = tmp_path / "sample"
    sample.mkdir()
    assert demo(tmp_path, sample, code=1)[0] == 0
    assert demo(tmp_path, sample, code=2)[0] != 0
