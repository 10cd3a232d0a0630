from __future__ import annotations

import subprocess
import sys

import pytest

from followme.graph import ALL_NODES


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "followme.nodes", *words],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", [(), ("",), ("--ros-args",), ("speach",)])
def test_a_name_that_is_no_nodes_is_refused_with_the_names_that_are(words: tuple[str, ...]):
    done = run(*words)
    assert done.returncode == 2
    assert all(node.name in done.stderr for node in ALL_NODES)
    assert "Traceback" not in done.stderr


def test_the_nearest_name_is_offered():
    assert "did you mean 'speech'" in run("speach").stderr


def test_a_node_gets_the_arguments_that_follow_its_name():
    pytest.importorskip("followme_msgs", reason="followme_msgs is not built: run 'make test'")
    done = run("overlay", "--ros-args", "-p", "keep_facez:=true")
    assert done.returncode == 2
    assert "overlay: unknown parameter 'keep_facez'; did you mean 'keep_faces'" in done.stderr
