"""Whole runs of tiny walks, from file to result."""

from __future__ import annotations

import pytest

from followme.evaluation.catching import catches, catching_table
from followme.evaluation.expectations import ExpectationError
from followme.evaluation.grid import GridError, Run
from followme.evaluation.metrics import table
from followme.evaluation.one_run import run_one, varied
from followme.evaluation.onset_log import LogError, read_log
from followme.evaluation.report_html import Chapter, write_page
from followme.evaluation.runner import run_all
from tests.evaluation.corridors import written


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return written(tmp_path_factory.mktemp("walks"))


@pytest.fixture(scope="module")
def finished(path):
    return run_one(Run(path, contacts=False, pictures=4))


class TestOneRun:
    def test_a_box_is_warned_of_in_its_windows(self, finished):
        assert finished.result.shortfalls == ()
        assert [row["zone"] for row in finished.result.onsets if row["thing"] == 1] == [
            "WARN",
            "STOP",
        ]

    def test_every_onset_is_later_than_its_evidence_by_what_a_chain_takes(self, finished):
        assert all(row["latency_s"] >= 0.14 for row in finished.result.onsets)

    def test_truth_and_belief_agree(self, finished):
        value = {r.figure.key: r.value for r in table(finished.result.evidence)}
        assert value["recall_frame"] == 1.0
        assert value["mae_2_3_m"] < 0.1
        assert value["missed"] == 0.0

    def test_the_same_seed_gives_the_same_run(self, path, finished):
        again = run_one(Run(path, contacts=False))
        assert again.result.onsets == finished.result.onsets
        assert again.record is None

    def test_pictures_are_few_and_have_their_times(self, finished):
        pictures = finished.record.pictures
        assert 2 <= len(pictures) <= 4
        assert min(pictures) >= 1.0, "the greeting is not worth one"
        assert all(jpeg[:2] == b"\xff\xd8" for jpeg in pictures.values())

    def test_exact_perception_is_exact(self, path):
        finished = run_one(Run(path, perception="truth", contacts=False))
        value = {r.figure.key: r.value for r in table(finished.result.evidence)}
        assert value["mae_2_3_m"] < 0.05

    def test_a_walk_is_varied(self, path):
        walk, own_mps = varied(Run(path, 0.5, 20.0, 3, "full"))
        assert own_mps == pytest.approx(1.0, abs=0.05)
        assert walk.seed == 3 and walk.sway.pitch_rad != (0.0, 0.0)
        assert walk.scene.mount.pitch_rad == pytest.approx(0.349, abs=1e-3)

    def test_a_promise_that_cannot_be_read_names_the_file(self, tmp_path):
        path = written(tmp_path, expect={"mesages": []})
        with pytest.raises(ExpectationError, match=r"02_tiny_box.yaml: expect: unknown key"):
            run_one(Run(path))

    def test_networks_that_are_not_there_are_said_to_be_missing(self, path, no_networks):
        with pytest.raises(GridError, match=r"models/depth\.onnx"):
            run_one(Run(path, perception="networks"))


class TestManyRuns:
    def test_what_is_kept_is_not_run_again(self, path, tmp_path):
        run = Run(path, contacts=False)
        (first,) = run_all([run], folder=tmp_path)
        log = tmp_path / f"{run.key}.jsonl"
        assert read_log(log).onsets == first.result.onsets
        before = log.stat().st_mtime_ns
        (second,) = run_all([run], folder=tmp_path)
        assert second.result == first.result
        assert log.stat().st_mtime_ns == before

    def test_the_log_of_another_run_is_refused(self, path, tmp_path):
        (first,) = run_all([Run(path, contacts=False)], folder=tmp_path)
        with pytest.raises(LogError, match="of another run"):
            run_all([Run(path, contacts=True)], folder=tmp_path)
        assert first.result.run["walk"] == "02_tiny_box"

    def test_a_log_with_contacts_serves_who_does_not_ask_for_them(self, path, tmp_path):
        (first,) = run_all([Run(path, contacts=True)], folder=tmp_path)
        (second,) = run_all([Run(path, contacts=False)], folder=tmp_path)
        assert second.result == first.result and "contacts_cane" in second.result.evidence.values

    def test_progress_is_told(self, path):
        told = []
        run_all([Run(path, contacts=False)], progress=lambda done, of: told.append((done, of)))
        assert told == [(1, 1)]


def test_faults_put_in_on_purpose_are_caught(path, monkeypatch):
    from followme.evaluation import catching

    chosen = [m for m in catching.MUTATIONS if m.name in ("suppress", "double_scale")]
    monkeypatch.setattr(catching, "MUTATIONS", chosen)
    found = catches([Run(path, contacts=False)])
    assert found == {"suppress": ["02_tiny_box"], "double_scale": ["02_tiny_box"]}
    assert "| depth twice as large | 02_tiny_box |" in catching_table(found)


def test_the_page_is_one_file_that_loads_nothing(finished, tmp_path):
    rows = table(finished.result.evidence)
    chapter = Chapter("A <box> & more.", finished.record, ("STOP was <never> said",))
    write_page(tmp_path / "page.html", "FollowMe", ["One fact."], rows, [chapter])
    page = (tmp_path / "page.html").read_text()
    assert "A &lt;box&gt; &amp; more." in page and "&lt;never&gt;" in page
    assert page.count("<svg") == 1 and page.count("data:image/jpeg;base64,") >= 2
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page and "<script" not in page
