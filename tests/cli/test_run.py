from __future__ import annotations

import builtins
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from followme.cli.main import main, parser
from followme.graph import NODES
from followme.settings import CameraNodeSettings, VoiceSettings, build

needs_ros = pytest.mark.skipif(
    importlib.util.find_spec("rclpy") is None, reason="no ROS 2 here: run 'make test'"
)


def refusal(capsys, *arguments: str) -> str:
    """Return the one sentence with which 'followme run' refuses its arguments."""
    assert main(["run", *arguments]) == 2
    said = capsys.readouterr().err
    assert said.startswith("followme run: ")
    assert said.count("\n") == 1
    return said


def process_of(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run 'followme run' to its end in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "followme.cli.main", "run", "--speech", "silent", *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=folder,
        env={**os.environ, "ROS_DOMAIN_ID": str(1 + os.getpid() % 100)},
        check=False,
    )


def refusal_of_process(folder: Path, *arguments: str) -> str:
    """Return the same of a process of its own, for what is only found once ROS is there."""
    done = process_of(folder, *arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    lines = [x for x in done.stderr.splitlines() if x.startswith("followme run: ")]
    assert len(lines) == 1
    return lines[0]


@pytest.fixture
def images(tmp_path) -> Path:
    """Return a folder of images: a source that opens at once."""
    folder = tmp_path / "images"
    folder.mkdir()
    for n in range(3):
        cv2.imwrite(str(folder / f"{n}.png"), np.full((48, 64, 3), 40 * n, np.uint8))
    return folder


class TestArguments:
    def test_by_default_the_parameters_decide(self):
        given = parser().parse_args(["run"])
        assert [given.source, given.speech, given.out, given.seconds, given.rate] == [None] * 5
        assert given.params_file is None
        assert given.keep_faces is False

    def test_voices_are_those_of_the_setting(self):
        for engine in ("auto", "espeak", "wav", "silent"):
            assert parser().parse_args(["run", "--speech", engine]).speech == engine
            assert VoiceSettings(engine=engine)

    def test_its_help_names_the_defaults(self, capsys):
        with pytest.raises(SystemExit):
            main(["run", "--help"])
        said = " ".join(capsys.readouterr().out.split())
        assert f"frames a second (default {CameraNodeSettings().rate_hz:g})" in said
        assert f"else {CameraNodeSettings().source}" in said
        assert "Ctrl-C" in said

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--speech", "loud"], "'loud'"),
            (["--seconds", "long"], "'long'"),
            (["--rate", "fast"], "'fast'"),
            (["--source"], "--source"),
            (["--sauce", "synthetic"], "--sauce"),
            (["synthetic"], "synthetic"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, capsys, arguments, words):
        with pytest.raises(SystemExit) as ended:
            main(["run", *arguments])
        assert ended.value.code == 2
        assert words in capsys.readouterr().err


@needs_ros
class TestBeforeTheGraphStarts:
    @pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e300"])
    def test_a_time_that_is_none_is_refused(self, capsys, seconds):
        said = refusal(capsys, "--source", "nowhere", "--seconds", seconds)
        assert f"--seconds: {float(seconds):g}" in said
        assert "give more than 0" in said

    @pytest.mark.parametrize("height", ["-0.1", "2.6", "nan", "inf"])
    @pytest.mark.parametrize("command", [["run"], ["replay", "nowhere"]])
    def test_a_camera_height_that_cannot_be_is_refused(self, capsys, command, height):
        assert main([*command, f"--camera-height={height}"]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"followme {command[0]}: --camera-height: {height} must be from 0 ")
        assert "to 2.5 metres; 0 says that nobody measured it" in said and said.count("\n") == 1

    @pytest.mark.parametrize(("words", "told"), [(["--camera-height", "1.32"], 1.32), ([], None)])
    def test_every_node_that_knows_of_a_camera_height_is_told_it(
        self, images, monkeypatch, words, told
    ):
        class SeenError(Exception):
            pass

        def seen(overrides, *_: object) -> None:
            raise SeenError(overrides)

        monkeypatch.setattr("followme.cli.run_graph.Composition", seen)
        with pytest.raises(SeenError) as caught:
            main(["run", "--source", str(images), *words])
        (overrides,) = caught.value.args
        for node in NODES:
            given = build(node.settings, overrides.get(node.name, {}))
            if hasattr(given, "walker"):
                assert given.walker.camera_height_m == (told or 0.0)
        asked = {n for n, own in overrides.items() if "walker.camera_height_m" in own}
        assert asked == (set() if told is None else {"depth_estimator", "obstacle_fusion"})

    def test_a_missing_parameter_file_is_named(self, capsys, tmp_path):
        said = refusal(capsys, "--params-file", str(tmp_path / "none.yaml"))
        assert "none.yaml" in said

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "expected"),
            ("camera: {", "no YAML"),
            ("camra: {ros__parameters: {}}", "did you mean 'camera'?"),
            ("camera: {ros__parameters: {rate: 5.0}}", "did you mean 'rate_hz'?"),
            ("camera: {ros__parameters: {rate_hz: 500.0}}", "0.1 to 60 Hz"),
            ("camera: {ros__parameters: {source: no}}", "give a text in quotes"),
        ],
    )
    def test_a_mistake_in_a_parameter_file_is_said_with_its_mend(
        self, capsys, tmp_path, text, words
    ):
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        said = refusal(capsys, "--params-file", str(path))
        assert "mine.yaml" in said
        assert words in said


def test_without_ros_it_says_what_is_missing(capsys, monkeypatch):
    real = builtins.__import__

    def missing(name, *more):
        if name.partition(".")[0] == "rclpy":
            raise ImportError("No module named 'rclpy'", name="rclpy")
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.delitem(sys.modules, "followme.cli.run_graph", raising=False)
    assert "rclpy cannot be imported; see 'followme doctor'" in refusal(capsys)


@needs_ros
class TestOnceRosIsThere:
    def test_a_source_that_is_none_is_refused_with_what_may_be_given(self, tmp_path):
        said = refusal_of_process(tmp_path, "--source", "synthetik")
        assert "'synthetik'" in said
        assert "a folder of images" in said
        assert "did you mean 'synthetic'?" in said

    def test_an_output_that_cannot_be_written_is_named(self, tmp_path, images):
        taken = tmp_path / "taken"
        taken.write_text("a file")
        said = refusal_of_process(tmp_path, "--source", str(images), "--out", str(taken))
        assert str(taken) in said
        assert "give --out a folder" in said
        assert taken.read_text() == "a file"

    @pytest.mark.parametrize("rate", ["0", "nan"])
    def test_a_rate_that_is_none_is_refused(self, tmp_path, images, rate):
        said = refusal_of_process(tmp_path, "--source", str(images), "--rate", rate)
        assert "0.1 to 60" in said

    def test_a_rate_changes_nothing_about_which_source_plays(self, tmp_path, images):
        path = tmp_path / "mine.yaml"
        path.write_text(f"camera: {{ros__parameters: {{source: '{images}'}}}}")
        done = process_of(tmp_path, "--rate", "20", "--params-file", str(path))
        assert done.returncode == 0, done.stderr
        assert "3 frames in" in done.stdout  # and not those of the synthetic walk

    def test_a_parameter_that_fits_no_node_is_refused(self, tmp_path, images):
        path = tmp_path / "mine.yaml"
        path.write_text("/**: {ros__parameters: {bogus: 1}}")
        said = refusal_of_process(
            tmp_path, "--source", str(images), "--params-file", str(path), "--out", "out"
        )
        assert "'bogus'" in said
