"""Each node a process, as on a robot: what crosses between them, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from followme.ros.images import colour_from_msg
from followme.ros.qos import profile
from followme.ros.wire import WIRES
from followme.sources.synthetic import SyntheticSource
from tests.real_ros import await_that

from .conftest import Graph, Processes

pytestmark = pytest.mark.graph

_FRAMES = 60


def test_an_image_goes_from_a_source_to_the_ear_across_processes(
    graph: Graph, processes: Processes, tmp_path: Path
) -> None:
    track = tmp_path / "speech.wav"
    said = graph.collect(WIRES["announcements"].type, "announcements", profile("RESULT"))
    obstacles = graph.collect(WIRES["obstacles"].type, "obstacles", profile("RESULT"))
    graph.start()
    listeners = [
        processes.node("speech", "-p", "voice.engine:=wav", "-p", f"voice.track:={track}"),
        processes.node("obstacle_fusion"),
        processes.node("depth_estimator"),
    ]
    await_that(lambda: len(graph.driver.get_node_names()) >= 4, 30, "nodes are discovered")
    listeners.append(processes.node("camera", "-p", "width:=320", "-p", "height:=240"))
    await_that(lambda: any(o.obstacles for o in obstacles), 40, "an obstacle is published")
    await_that(lambda: any(a.outcome == "started" for a in said), 30, "something is said")
    for process in listeners:
        process.send_signal(signal.SIGINT)
    assert [p.wait(10) for p in listeners] == [0, 0, 0, 0]
    assert all("Traceback" not in processes.output(p) for p in listeners)
    assert track.stat().st_size > 44, "the track holds sound"


def test_no_image_is_lost_between_processes(graph: Graph, processes: Processes) -> None:
    got = graph.collect(WIRES["camera/image_raw"].type, "camera/image_raw", profile("IMAGE"))
    graph.start()
    # 640x480: a frame is larger than the transport's own buffers would be without the profile
    source = SyntheticSource(640, 480, 10.0, seed=0)
    camera = processes.node("camera", "-p", "source:=synthetic", "-p", "seed:=0")
    given = [frame.bgr for frame in source.frames()]
    await_that(lambda: len(got) >= _FRAMES, 60, f"{_FRAMES} images")
    images = [colour_from_msg(m).bgr for m in got[:_FRAMES]]
    # discovery may have come after the first frames, but from there on each one follows
    first = next(i for i, bgr in enumerate(given) if np.array_equal(bgr, images[0]))
    expected = given[first : first + _FRAMES]
    assert all(np.array_equal(a, b) for a, b in zip(images, expected, strict=True))
    assert camera.poll() is None


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "name", ["camera", "segmenter", "depth_estimator", "obstacle_fusion", "overlay"]
)
def test_a_node_ends_cleanly_on_a_signal(
    graph: Graph, processes: Processes, name: str, how: signal.Signals
) -> None:
    graph.start()
    process = processes.node(name)
    await_that(lambda: name in graph.driver.get_node_names(), 30, f"{name} is there")
    process.send_signal(how)
    assert process.wait(10) == 0
    assert "Traceback" not in processes.output(process)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-p", "clock_hzz:=10.0"), ["clock_hzz", "did you mean 'clock_hz'"]),
        (("-p", "clock_hz:=1000.0"), ["clock_hz", "1000", "1 to 50"]),
        (("-p", "clock_hz:=fast"), ["clock_hz", "fast", "a number"]),
    ],
)
def test_a_parameter_that_cannot_be_used_is_one_sentence_and_exit_code_2(
    processes: Processes, arguments: tuple[str, ...], words: list[str]
) -> None:
    process = processes.node("obstacle_fusion", *arguments)
    assert process.wait(30) == 2
    output = processes.output(process)
    assert "Traceback" not in output
    assert all(word in output for word in words), output


def test_a_settings_file_with_an_unknown_key_names_the_nearest(
    processes: Processes, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("/**/obstacle_fusion:\n  ros__parameters:\n    zones:\n      stop_meter: 1.0\n")
    process = processes.node("obstacle_fusion", "--params-file", str(file))
    assert process.wait(30) == 2
    assert "did you mean 'zones.stop_m'" in processes.output(process)


def test_the_profile_that_carries_images_is_in_force_here() -> None:
    profile_file = os.environ.get("FASTRTPS_DEFAULT_PROFILES_FILE", "")
    assert Path(profile_file).is_file(), "tools/env.sh puts config/fastdds.xml in force"
    assert "<segment_size>" in Path(profile_file).read_text()


def alive(pattern: str) -> bool:
    """Return whether a process whose command line holds a text is alive."""
    return (
        subprocess.run(["pgrep", "-f", pattern], capture_output=True, check=False).returncode == 0
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_run_ends_cleanly_on_a_signal_and_leaves_its_files(
    processes: Processes, tmp_path: Path, how: signal.Signals
) -> None:
    out = tmp_path / "out"
    run = processes.followme("run", "--speech", "wav", "--out", str(out))
    await_that(lambda: "in the way" in processes.output(run), 40, "obstacles are printed")
    run.send_signal(how)
    assert run.wait(15) == 0, processes.output(run)
    assert "Traceback" not in processes.output(run)
    names = {p.name for p in out.iterdir()}
    assert {"overlay.mp4", "contact_sheet.png", "announcements.jsonl", "speech.wav"} <= names
    assert not any(n.endswith(".part") for n in names), names
    await_that(lambda: not alive(str(out)), 5, "no process is left")
