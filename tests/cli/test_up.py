from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from followme.cli.main import main, parser
from followme.cli.up import Printer, arguments_of, environment
from followme.launching.arguments import read_arguments
from followme.launching.known_arguments import GRAPH_ARGUMENTS
from followme.settings import SettingsError

ROOT = Path(__file__).resolve().parents[2]


def arguments(*words: str) -> dict[str, str]:
    return arguments_of(parser().parse_args(["up", *words]))


def test_nothing_given_is_nothing_asked_for():
    assert arguments() == {}


def test_both_forms_of_an_argument_say_the_same():
    wanted = {"source": "walk", "driver_namespace": "", "rviz": "true"}
    assert arguments("source:=walk", "driver_namespace:=", "rviz:=true") == wanted
    assert arguments("--source", "walk", "--driver-namespace", "", "--rviz", "true") == wanted


def test_a_value_may_hold_the_sign_itself():
    assert arguments("source:=a:=b") == {"source": "a:=b"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["walk"], ["'walk'", "name:=value"]),
        (["source=walk"], ["'source=walk'"]),
        (["source:=a", "source:=b"], ["source", "twice", "'a'", "'b'"]),
        (["--source", "a", "source:=b"], ["source", "twice"]),
    ],
)
def test_a_word_that_is_no_argument_is_named(words, said):
    with pytest.raises(SettingsError) as caught:
        arguments(*words)
    assert all(s in str(caught.value) for s in said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["namespace:=my-robot"], "namespace: 'my-robot'"),
        (["--params-file", "no/such.yaml"], "no/such.yaml' cannot be read"),
        (["sorce:=x"], "did you mean 'source'"),
        (["--camera-driver", "usb_cam", "--source", "x"], "leave one of them"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(words, said, capsys):
    assert main(["up", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("followme up: ") and said in error
    assert error.count("\n") == 1


def test_help_names_every_argument_with_its_choices(capsys):
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(["up", "--help"])
    assert ended.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for a in GRAPH_ARGUMENTS:
        assert f"--{a.name.replace('_', '-')}" in text
        assert " ".join(a.text.split()) in text
        assert all(choice in text for choice in a.choices)


def test_help_needs_no_ros(tmp_path: Path):
    (tmp_path / "rclpy.py").write_text("raise ImportError('no ROS here')\n")
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}:{ROOT / 'src'}", "ROS_DISTRO": ""}
    done = subprocess.run(
        [sys.executable, "-m", "followme.cli.main", "up", "--help"],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_nodes_find_this_very_package_and_the_profile():
    made = environment({"PYTHONPATH": "/a::/b", "X": "y"})
    places = made["PYTHONPATH"].split(":")
    assert places[1:] == ["/a", "/b"]
    assert (Path(places[0]) / "followme" / "cli" / "up.py").is_file()
    assert made["X"] == "y"
    assert Path(made["FASTRTPS_DEFAULT_PROFILES_FILE"]).is_file()


def test_the_package_is_not_named_twice():
    root = environment({})["PYTHONPATH"]
    assert environment({"PYTHONPATH": f"/a:{root}"})["PYTHONPATH"] == f"/a:{root}"


def test_lines_stand_below_each_other(capsys):
    say = Printer(6)
    say("up", "one")
    say("camera", "two")
    assert capsys.readouterr().out == "[up]     one\n[camera] two\n"


def test_a_reader_that_has_left_does_not_end_the_graph():
    code = (
        "import sys\n"
        "from followme.cli.up import Printer\n"
        "say = Printer(2)\n"
        "sys.stdin.readline()\n"
        "for i in range(5): say('up', 'x' * 100000)\n"
        "print('alive', file=sys.stderr)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write(b"\n")
        process.stdin.close()
        assert process.stderr.read() == b"alive\n"
        assert process.wait(10) == 0


def test_the_arguments_are_those_of_the_launch_file():
    given = {a.name: a.default for a in GRAPH_ARGUMENTS if a.default}
    words = [f"{name}:={value}" for name, value in given.items()]
    assert read_arguments(arguments(*words)) == read_arguments({})
