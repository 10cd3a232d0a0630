"""What processes take, seen on processes that take something."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from followme.benchmark import machine
from followme.benchmark.usage import Sampler, Usage, cpu_share, family, usage_of
from tests.real_ros import await_that

_HUNGRY = """
import mmap, subprocess, sys, threading
held = bytearray(b"x" * 80_000_000)
large = open(sys.argv[1], "rb")
mapped = mmap.mmap(large.fileno(), 0, access=mmap.ACCESS_READ)
read = sum(mapped[i] for i in range(0, len(mapped), 4096))
files = [open("/dev/null") for _ in range(9)]
child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
thread = threading.Thread(target=input); thread.start()
print("ready", flush=True); thread.join(); child.communicate(b"\\n")
"""


def test_a_process_with_a_child_a_thread_files_and_memory_is_seen(tmp_path):
    """A file of 40 MB that it reads in place is of its memory, and not its own."""
    pipe, file = subprocess.PIPE, tmp_path / "large"
    file.write_bytes(b"x" * 40_000_000)
    code = [sys.executable, "-c", _HUNGRY, str(file)]
    with subprocess.Popen(code, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        seen = usage_of(process.pid)
        assert len(list(family(process.pid))) == 2
        process.communicate(b"\n")
    assert seen.processes == 2 and seen.threads == 3
    assert 120 < seen.memory_mb < 200 and seen.files >= 10 + 3 + 3
    assert 80 < seen.own_mb < seen.memory_mb - 40
    assert 0.0 < seen.cpu_s < 30.0
    gone = usage_of(process.pid)
    assert (gone.processes, gone.memory_mb, gone.threads) == (0, 0.0, 0)


def test_the_share_of_a_core_by_hand():
    first, last = (Usage(t, 0, 0, cpu, 1, 1, 1) for t, cpu in ((10.0, 1.0), (14.0, 7.0)))
    assert cpu_share(first, last) == 1.5
    assert cpu_share(first, first) == 0.0


def test_a_sampler_looks_until_it_is_stopped():
    before = threading.active_count()
    sampler = Sampler(os.getpid(), 0.01)
    await_that(lambda: len(sampler.samples) >= 3)
    samples = sampler.stop()
    assert threading.active_count() == before
    times = [s.at_s for s in samples]
    assert times == sorted(times) and samples[-1].processes >= 1


def test_a_figure_says_machine_versions_and_networks():
    facts = machine.machine()
    assert facts["cores"] >= 1 and facts["memory_gb"] > 0.5 and facts["processor"]
    assert {"followme", "python", "onnxruntime"} <= set(facts["versions"])
    assert set(facts["models"]) | set(machine.missing_models()) == {
        "face",
        "objects",
        "segmentation",
        "depth",
    }
    for model in facts["models"].values():
        assert len(model["sha256"]) == 64


def test_where_no_network_comes_along_all_are_missing(no_networks):
    assert machine.models() == []
    assert len(machine.missing_models()) == 4


@pytest.mark.parametrize("content", ["", "no such line\n"])
def test_a_processor_without_a_name_is_no_fault(tmp_path, content):
    (tmp_path / "cpuinfo").write_text(content)
    assert machine._processor(tmp_path / "cpuinfo")
    assert machine._processor(tmp_path / "absent")
