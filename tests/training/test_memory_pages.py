"""Large pages for training on a processor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from followme_training.memory_pages import keep_large_pages

TRAINING = Path(__file__).resolve().parents[2] / "training"
# Blocks of 30 MB, freed and taken anew, as the activations of one step after the other.
STEPS = """
import resource
{prepare}
import torch
for step in range(12):
    if step == 2:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [torch.zeros(7_500_000) + 1 for _ in range(3)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(prepare: str) -> int:
    """Return how many pages ten steps took anew, in a process of its own."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "THP_", "GLIBC_"))}
    done = subprocess.run(
        [sys.executable, "-c", STEPS.format(prepare=prepare)],
        env={**plain, "PYTHONPATH": str(TRAINING), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's")
def test_a_step_takes_few_pages_anew() -> None:
    assert faults("import followme_training") < 0.2 * faults("")


def test_what_the_user_set_stays(monkeypatch) -> None:
    monkeypatch.setenv("THP_MEM_ALLOC_ENABLE", "0")
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "131072")
    assert keep_large_pages() is False
    assert os.environ["THP_MEM_ALLOC_ENABLE"] == "0"


def test_without_glibc_nothing_is_asked(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_large_pages() is False
