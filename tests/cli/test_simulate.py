"""The command `followme simulate`: what it says, what it refuses, what it returns."""

from __future__ import annotations

import io
import json
from concurrent.futures.process import BrokenProcessPool

import pytest

from followme.cli.main import main
from followme.cli.simulate_walks import progress_line
from tests.evaluation.corridors import written


@pytest.fixture
def scene(tmp_path):
    return written(tmp_path)


def run(*arguments: object) -> int:
    return main(["simulate", "--jobs", "1", "--no-contacts", *map(str, arguments)])


def test_a_walk_inside_its_windows_returns_0_and_prints_the_table(scene, capsys):
    assert run("--scene", scene) == 0
    out, err = capsys.readouterr()
    assert "tiny box" in out and "inside its windows" in out
    assert "recall in the corridor to 3 m" in out and "ms a frame" in out
    assert err == "", "a pipe is spared the progress"


def test_a_walk_that_is_short_returns_1_and_says_why(tmp_path, capsys):
    path = written(tmp_path, expect={"never": ["STOP"]})
    assert run("--scene", path) == 1
    assert "must not be said" in capsys.readouterr().out


def test_json_holds_walks_and_figures_with_units_in_their_keys(scene, tmp_path):
    assert run("--scene", scene, "--json", tmp_path / "out.json") == 0
    content = json.loads((tmp_path / "out.json").read_text())
    (walk,) = content["walks"]
    assert walk["inside_windows"] is True and walk["name"] == "tiny box"
    figures = {row["key"]: row for row in content["metrics"]}
    assert figures["recall_frame"]["verdict"] == "pass"
    assert figures["lead_p50_s"]["unit"] == "s"
    assert content["rules_p50_ms"] > 0.0


def test_the_table_is_written_for_a_page(scene, tmp_path):
    assert run("--scene", scene, "--markdown", tmp_path / "table.md") == 0
    assert "| C1 | overhangs found | >= 98.0 % |" in (tmp_path / "table.md").read_text()


def test_a_page_is_written(scene, tmp_path):
    assert run("--scene", scene, "--html", tmp_path / "page.html") == 0
    assert "A box, and little time." in (tmp_path / "page.html").read_text()


def test_a_run_goes_on_from_its_logs(scene, tmp_path, capsys):
    assert run("--scene", scene, "--out", tmp_path / "runs") == 0
    (log,) = (tmp_path / "runs").iterdir()
    before = log.stat().st_mtime_ns
    assert run("--scene", scene, "--out", tmp_path / "runs") == 0
    assert log.stat().st_mtime_ns == before


def test_logs_of_another_version_are_refused(scene, tmp_path, capsys):
    assert run("--scene", scene, "--out", tmp_path / "runs") == 0
    (log,) = (tmp_path / "runs").iterdir()
    log.write_text(log.read_text().replace('"followme_onset_log": 1', '"followme_onset_log": 0'))
    assert run("--scene", scene, "--out", tmp_path / "runs") == 2
    assert "of version 0" in capsys.readouterr().err


def test_logs_of_a_walk_that_was_changed_since_are_refused(scene, tmp_path, capsys):
    assert run("--scene", scene, "--out", tmp_path / "runs") == 0
    scene.write_text(scene.read_text().replace("little time", "less time"))
    assert run("--scene", scene, "--out", tmp_path / "runs") == 2
    err = capsys.readouterr().err
    assert "of another run" in err and err.count("\n") == 1


def test_a_full_disk_is_one_sentence(scene, tmp_path, capsys):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "02_tiny_box_sensor_s0.part.jsonl").symlink_to("/dev/full")
    assert run("--scene", scene, "--out", tmp_path / "runs") == 2
    err = capsys.readouterr().err
    assert "the disk is full" in err and err.count("\n") == 1


def test_a_process_that_was_killed_is_one_sentence(scene, monkeypatch, capsys):
    from followme.cli import simulate_walks

    def broken(*_, **__):
        raise BrokenProcessPool("terminated abruptly")

    monkeypatch.setattr(simulate_walks, "run_all", broken)
    assert run("--scene", scene) == 1
    err = capsys.readouterr().err
    assert "was killed; with --out DIR it goes on" in err and err.count("\n") == 1


class TestProgress:
    def lines(self, told: list[tuple[float, int]], of: int) -> list[str]:
        now_s, stream = 0.0, io.StringIO()
        show = progress_line(stream, lambda: now_s)
        for now_s, done in told:  # noqa: B007, the clock reads it
            show(done, of)
        return [line.rstrip(" ") for line in stream.getvalue().split("\r")[1:]]

    def test_it_tells_what_is_left_and_for_how_long(self):
        assert self.lines([(10.0, 1), (20.0, 2)], 4) == [
            "[#####               ] 1 of 4 runs, 3 left, 0 min 30 s",
            "[##########          ] 2 of 4 runs, 2 left, 0 min 20 s",
        ]

    def test_runs_that_lay_in_the_folder_took_no_time(self):
        (line,) = self.lines([(10.0, 901)], 1801)
        assert line.endswith("901 of 1801 runs, 900 left, 2 h 30 min")

    def test_the_end_ends_the_line(self):
        (line,) = self.lines([(10.0, 1)], 1)
        assert line.rstrip(" \n").endswith("0 left, 0 min 00 s") and line.endswith("\n")


BAD = [
    (["--jobs", "0"], "--jobs: 0 must be from 1"),
    (["--seeds", "0"], "--seeds: 0 must be from 1"),
    (["--seed", "-1"], "--seed: -1 must be from 0"),
    (["--grid", "full", "--html", "x.html"], "give it with --grid ci"),
    (["--mutations", "--json", "x.json"], "it prints a table only"),
    (["99"], "walk '99': there is no such walk"),
    (["--walk", "no_such_walk"], "there is no such walk"),
    (["--scene", "nowhere.yaml"], "there is no such file"),
    (["--perception", "networks", "2"], "models/depth.onnx"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_a_mistake_is_one_sentence_and_returns_2(arguments, sentence, capsys, no_networks):
    assert run(*arguments) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.count("\n") == 1
    assert err.startswith("followme simulate: ")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"thinks": []}, "thinks"),
        ({"things": [{"type": "box", "at_m": [5, 0], "size_m": [0.4, 0.4, -1]}]}, "size"),
        ({"walker": {"path": [{"to_m": [3, 3]}]}}, "wall"),
        ({"expect": {"messages": [{"say": "WARM"}]}}, "did you mean 'WARN'?"),
        ({"expect": {"messages": [{"say": "WARN", "of": 9}]}}, "no thing with id 9, there are 1"),
        ({"things": [{"type": "bax", "at_m": [5, 0]}]}, "did you mean 'box'?"),
        ({"things": [{"type": "box", "at_m": [5, 0], "id": 1}] * 2}, "1 is taken"),
        ({"things": [{"type": "box", "at_m": [5, float("nan")]}]}, "nan must be a number"),
        ({"walker": {"start_m": [0.0, 1.19]}}, "inside of a wall"),
    ],
)
def test_a_scene_file_that_cannot_be_used_is_one_sentence(tmp_path, changed, sentence, capsys):
    assert run("--scene", written(tmp_path, **changed)) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.count("\n") == 1


@pytest.mark.parametrize("content", ["", "[1, 2]", "a: [1", "just words"])
def test_a_file_that_is_no_scene_is_one_sentence(tmp_path, content, capsys):
    path = tmp_path / "odd.yaml"
    path.write_text(content)
    assert run("--scene", path) == 2
    err = capsys.readouterr().err
    assert "odd.yaml" in err and err.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_one_sentence(scene, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert run("--scene", scene, "--out", tmp_path / "file" / "runs") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_who_stops_it_is_not_told_that_all_is_well(scene, monkeypatch, capsys):
    from followme.cli import simulate_walks

    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate_walks, "run_all", stopped)
    assert run("--scene", scene) == 130
    assert "goes on from here" in capsys.readouterr().err


def test_help_says_what_the_exit_codes_mean(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--help"])
    assert ended.value.code == 0
    assert "not proof of safety" in " ".join(capsys.readouterr().out.split())
