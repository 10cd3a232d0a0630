from __future__ import annotations

import importlib
import os
import sys

import pytest

from followme_training.common.command import TASKS, VERBS, main, usage

#: Those that each task has.
OWN_VERBS = [(t, v) for t in TASKS for v in importlib.import_module(TASKS[t]).VERBS]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dept", "fit"], "task 'dept' is unknown; did you mean 'depth'?"),
        (["depth", "fitt"], "verb 'fitt' is unknown; did you mean 'fit'?"),
        (["depth"], "a verb is missing; known are data, fit"),
        (["depth", "show", "--onnx", "none.onnx", "--folder", "none", "--out", "x.png"], "none"),
        (["depth", "export", "no/run"], "no/run: holds no config.yaml"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(arguments, words, capsys) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err.strip()
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_task_without_a_verb_says_which_it_has(capsys, monkeypatch) -> None:
    module = importlib.import_module(TASKS["depth"])
    monkeypatch.setattr(module, "VERBS", {"data": module.data, "fit": module.fit})
    assert main(["depth", "study"]) == 2
    said = capsys.readouterr().err.strip()
    assert said == "followme-train: task 'depth' has no verb 'study'; it has data, fit"


def test_without_arguments_it_says_what_it_can_do(capsys) -> None:
    assert main([]) == 2
    assert main(["--help"]) == 0
    for verb in VERBS:
        assert verb in usage()
    assert usage() in capsys.readouterr().out


@pytest.mark.parametrize(("task", "verb"), OWN_VERBS)
def test_each_verb_explains_itself(task: str, verb: str, capsys) -> None:
    assert verb in VERBS
    with pytest.raises(SystemExit) as stopped:
        main([task, verb, "--help"])
    assert stopped.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_a_reader_that_has_enough_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(TASKS["depth"])
    monkeypatch.setattr(module, "VERBS", {"show": lambda _: print("a line", flush=True)})
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        monkeypatch.setattr(sys, "stdout", gone)
        assert main(["depth", "show"]) == 0
        monkeypatch.undo()
