"""Every example runs as its first lines say, in seconds."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.build import tiny_depth_onnx
from tests.real_ros import MISSING, a_domain_id, await_that, initialised
from tests.sources.build_recordings import write_bag
from tests.sources.test_bag import a_walk

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
NEEDS_ROS = pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} cannot be imported")


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    return write_bag(tmp_path / "walk", a_walk())


def run(name: str, folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "examples" / name), *map(str, words)],
        cwd=folder,
        env={**os.environ, "ROS_DOMAIN_ID": str(a_domain_id())},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_short_says_how_it_is_run_and_stands_on_the_page(example: Path) -> None:
    text = example.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    assert f"python examples/{example.name}" in text.split('"""')[1]
    assert f"(../examples/{example.name})" in (ROOT / "docs/examples.md").read_text()
    assert importlib.util.spec_from_file_location(example.stem, example) is not None


def test_the_chain_runs_without_ros(bag: Path, tmp_path: Path) -> None:
    done = run("chain_without_ros.py", tmp_path, bag)
    assert done.returncode == 0, done.stderr
    assert "what a walker would have heard" in done.stdout
    assert (tmp_path / "chain_without_ros.wav").is_file()


@NEEDS_ROS
def test_a_bag_is_replayed_and_counted(bag: Path, tmp_path: Path) -> None:
    done = run("replay_a_bag.py", tmp_path, bag)
    assert done.returncode == 0, done.stderr
    assert "obstacles of " in done.stdout
    assert (tmp_path / "replay_output" / "summary.json").is_file()


def test_a_network_of_ones_own_gets_its_card(tmp_path: Path) -> None:
    file = tiny_depth_onnx(tmp_path / "mine.onnx", 24, 32)
    (tmp_path / "mine.json").unlink()
    done = run("your_own_network.py", tmp_path, "depth", file, 24, 32, 100)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "keeps the contract of depth on openvino" in done.stdout
    assert json.loads((tmp_path / "mine.json").read_text())["focal_length_px"] == 100.0


def test_a_network_of_another_size_is_told(tmp_path: Path) -> None:
    file = tiny_depth_onnx(tmp_path / "mine.onnx", 24, 32)
    done = run("your_own_network.py", tmp_path, "depth", file, 48, 64, 100)
    assert done.returncode == 1 and "the card asks for" in done.stdout


@pytest.fixture
def _ros() -> Iterator[int]:
    domain_id = a_domain_id()
    with initialised(domain_id):
        yield domain_id


@NEEDS_ROS
def test_obstacles_are_heard(_ros: int, tmp_path: Path) -> None:
    from rclpy.node import Node

    from followme_msgs.msg import Obstacle, ObstacleArray

    driver = Node("driver")
    publisher = driver.create_publisher(ObstacleArray, "obstacles", 10)
    box = Obstacle(zone=Obstacle.ZONE_STOP, label="box", distance_m=0.84, in_corridor=True)
    listener = subprocess.Popen(
        [sys.executable, str(ROOT / "examples" / "listen_to_obstacles.py")],
        env={**os.environ, "ROS_DOMAIN_ID": str(_ros)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        await_that(lambda: publisher.get_subscription_count() == 1, why="it listens")
        publisher.publish(ObstacleArray(sight=ObstacleArray.SIGHT_BLIND, reason="dark"))
        publisher.publish(ObstacleArray(obstacles=[box], distances_known=True))
        publisher.publish(ObstacleArray(obstacles=[box]))
        assert listener.stdout is not None
        lines = [listener.stdout.readline().strip() for _ in range(3)]
    finally:
        listener.terminate()
        listener.wait(10)
        driver.destroy_node()
    assert lines == [
        "sight is lost: dark",
        "STOP box 0.8 m",
        "STOP box distance unknown",
    ]
