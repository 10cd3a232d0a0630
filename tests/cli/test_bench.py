"""The command `followme bench`: what it refuses, and what it does with what was measured."""

from __future__ import annotations

import json

import pytest

from followme.benchmark.processes import BenchError
from followme.cli.main import main
from tests.benchmark.reports import a_report, a_soak

BAD = [
    (
        ["--only", "grph"],
        "--only: 'grph' is none of transport, models, graph, chain; did you mean 'graph'?",
    ),
    (["--only", ","], "--only: it names no part"),
    (["--seconds", "0"], "--seconds: 0 measures nothing"),
    (["--seconds", "nan"], "--seconds: nan measures nothing"),
    (["--size", "640"], "--size: '640' is no WIDTHxHEIGHT"),
    (["--size", "8x480"], "--size: '8x480' is no WIDTHxHEIGHT"),
    (["--soak", "1"], "--soak: 1 s shows nothing"),
    (["--soak", "inf"], "--soak: inf s shows nothing"),
    (["--soak", "60", "--only", "graph"], "does not go with --soak"),
    (["--out", "/dev/null/x"], "cannot be written"),
    (
        ["--json", "no_such_folder/x.json", "--only", "models"],
        "name a file in a folder that exists",
    ),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_a_mistake_is_one_sentence_and_returns_2(arguments, sentence, capsys, monkeypatch):
    def never(*_, **__):
        raise AssertionError("nothing may be measured")

    monkeypatch.setattr("followme.cli.bench_run.suite.run", never)
    assert main(["bench", *arguments]) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.count("\n") == 1


def test_what_was_measured_is_printed_and_written(tmp_path, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "followme.cli.bench_run.suite.run", lambda plan, _: asked.append(plan) or a_report()
    )
    words = ["--only", "chain,graph", "--seconds", "5", "--size", "320x240"]
    out = tmp_path / "new" / "folder"
    json_file = tmp_path / "b.json"
    assert main(["bench", *words, "--out", str(out), "--json", str(json_file)]) == 0
    (plan,) = asked
    assert plan.parts == ("graph", "chain") and plan.seconds == 5.0 and plan.size == (320, 240)
    printed = capsys.readouterr()
    assert "stamp to obstacles" in printed.out and printed.err == "", (
        "a pipe is spared the progress"
    )
    assert {p.name for p in out.iterdir()} == {"bench.json", "bench.md", "bench.png"}
    assert json.loads(json_file.read_text()) == json.loads((out / "bench.json").read_text())


def test_what_could_not_be_measured_is_no_success(monkeypatch, capsys):
    report = a_report() | {"failed": {"straightforward chain": "no obstacles"}}
    monkeypatch.setattr("followme.cli.bench_run.suite.run", lambda *_: report)
    assert main(["bench"]) == 1
    assert "Could not be measured: straightforward chain" in capsys.readouterr().out


def test_who_stops_it_is_not_told_that_all_is_well(monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("followme.cli.bench_run.suite.run", stopped)
    assert main(["bench"]) == 130
    assert capsys.readouterr().err == "followme bench: stopped; nothing was written\n"


def test_a_soak_that_ends_in_the_middle_is_one_sentence(monkeypatch, capsys):
    def ended(*_):
        raise BenchError("the graph ended")

    monkeypatch.setattr("followme.cli.bench_run.soak.soak", ended)
    assert main(["bench", "--soak", "60"]) == 2
    assert capsys.readouterr().err == "followme bench: the graph ended\n"


def test_a_soak_is_printed_and_written(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("followme.cli.bench_run.soak.soak", lambda *_: a_soak(60.0))
    assert main(["bench", "--soak", "60", "--out", str(tmp_path)]) == 0, "short is no failure"
    assert "| memory, growth in 8 h | at most 50 MB | 60 MB | short |" in capsys.readouterr().out
    written = json.loads((tmp_path / "soak.json").read_text())
    assert written["growth_8h"]["memory_mb"]["growth"] == pytest.approx(60.0)
    assert written["series"]["came"]["lost_share"][-1] is None, "strict JSON"
    assert (tmp_path / "soak.png").stat().st_size > 1000
