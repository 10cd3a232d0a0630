from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from followme import __version__
from followme.cli import main as cli
from followme.cli.main import main, parser


def exit_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


@pytest.fixture
def command(monkeypatch):
    """Return what puts a function in the place of every command."""

    def put(act) -> None:
        def fake() -> argparse.ArgumentParser:
            made = argparse.ArgumentParser()
            made.set_defaults(act=act, command="run")
            return made

        monkeypatch.setattr(cli, "parser", fake)

    return put


def test_without_a_command_it_says_which_there_are(capsys):
    assert exit_of() == 2
    assert "COMMAND" in capsys.readouterr().err


def test_an_unknown_command_is_refused_with_those_there_are(capsys):
    assert exit_of("walk") == 2
    said = capsys.readouterr().err
    assert "'walk'" in said
    assert "run" in said and "doctor" in said


def test_its_version_is_that_of_the_package(capsys):
    assert exit_of("--version") == 0
    assert capsys.readouterr().out == f"followme {__version__}\n"


def test_its_help_says_what_it_is_for_and_what_it_is_not(capsys):
    assert exit_of("--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "complements cane or dog and never calls a path safe" in said
    assert "the whole graph in one process" in said


@pytest.mark.parametrize("name", ["run", "doctor"])
def test_each_command_has_a_help_in_sentences(name, capsys):
    assert exit_of(name, "--help") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: followme {name}")
    assert "." in said.partition("options:")[0]


def test_each_option_has_words():
    (commands,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        for option in command._actions:
            assert option.help, f"{name} {option.option_strings}"


def test_a_mistake_of_the_user_is_one_sentence_and_2(command, capsys):
    def act(_given):
        raise ValueError("--source: 'x' is none; give another")

    command(act)
    assert main([]) == 2
    assert capsys.readouterr().err == "followme run: --source: 'x' is none; give another\n"


def test_a_fault_of_ours_is_not_hidden(command):
    def act(_given):
        raise RuntimeError("odd")

    command(act)
    with pytest.raises(RuntimeError):
        main([])


def test_ctrl_c_is_an_end_like_any_other(command):
    def act(_given):
        raise KeyboardInterrupt

    command(act)
    assert main([]) == 0


@pytest.mark.parametrize("code", [0, 1, 2])
def test_the_code_is_that_of_the_command(command, code):
    command(lambda _given: code)
    assert main([]) == code


def test_it_is_a_program(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "followme.cli.main", "walk"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "'walk'" in done.stderr
