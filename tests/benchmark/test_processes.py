"""Programs that a measurement starts: their answer, their failure, their end."""

from __future__ import annotations

import os
import time

import pytest

from followme.benchmark.processes import BenchError, environment, started
from tests.real_ros import await_that

_STUBBORN = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN); print("up", flush=True); time.sleep(60)
"""


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_answer_is_the_last_line():
    with started(["-c", "print('hello'); print('{\"a\": 1.5}')"], dict(os.environ)) as program:
        assert program.answer(20) == {"a": 1.5}


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("pass", "gave no answer"),
        ("print('[1]')", "gave no answer"),
        ("print('{')", "gave no answer"),
        (
            "print('why'); raise SystemExit(3)",
            "did not end well; see 'followme doctor' (it said: why",
        ),
    ],
)
def test_a_program_without_an_answer_is_one_sentence(code, sentence):
    with started(["-c", code], dict(os.environ)) as program, pytest.raises(BenchError) as error:
        program.answer(20)
    assert sentence in str(error.value) and "\n" not in str(error.value)


def test_a_program_that_takes_too_long_is_ended():
    sleeper = started(["-c", "import time; time.sleep(60)"], dict(os.environ))
    with sleeper as program, pytest.raises(BenchError, match="did not end well"):
        program.answer(0.1)
    assert not lives(program.pid)


def test_who_does_not_listen_is_told_more_clearly(monkeypatch):
    monkeypatch.setattr("followme.benchmark.processes._END_S", 0.3)
    begin = time.monotonic()
    with started(["-c", _STUBBORN], dict(os.environ)) as program:
        await_that(lambda: program.lines() == ["up"])
    assert not lives(program.pid) and time.monotonic() - begin < 30


def test_the_environment_has_this_package_and_the_profile_that_is_asked_for():
    names = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")
    ours = environment()
    assert all(ours[n].endswith("fastdds.xml") for n in names)
    assert not any(n in environment("") for n in names)
    assert all(environment("/x.xml")[n] == "/x.xml" for n in names)
    assert ours["PYTHONPATH"].split(os.pathsep)[0].endswith("src")
