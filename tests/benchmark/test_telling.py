"""What a bench and a soak tell: tables and pictures."""

from __future__ import annotations

import numpy as np
import pytest

from followme.benchmark import plots, tables
from followme.benchmark.soak import by_piece, with_growth
from followme.benchmark.suite import ratio
from followme.benchmark.targets import growth_target, targets

from .reports import a_report, a_soak


def a_whole_report():
    report = a_report()
    report["ratio"] = ratio(report["chain"]["stages"], report["graph"]["one_process"]["stages"])
    report["targets"] = [t.row() for t in targets(report)]
    return report


def test_the_tables_say_machine_networks_figures_and_verdicts():
    text = tables.text(a_whole_report())
    assert "A Processor, 2 cores" in text and "depth abababababab" in text
    assert "nobody ran them: face, objects, segmentation" in text
    assert "| stamp to obstacles | 100 | 30.0 |" in text
    assert "| stamp to faces" not in text, "a stage that did not run has no row"
    assert "| segmenter | 11.1 | 14.0 | 45.0 | 61.5 | 3 |" in text
    assert "| overlay |" not in text, "who says nothing of its work has no row"
    assert "| one process | 0 of 300 | 0.50 | 350 | 20 | 2 | 3.1 | 20 |" in text
    assert "| stamp to obstacles | 4.5 | 4.5 |" in text
    assert "| followme profile | on the way | 100 | 1.8 |" in text
    assert "| depth network, metric depth and obstacle fusion, sum of p50 |  | 20.0 |" in text
    assert "One process takes 1.50 times as long" in text and "1.20 times as long as these" in text
    assert "| one process: stamp to obstacles, p50 | at most 60 ms | 30 ms | pass |" in text


@pytest.mark.parametrize("part", ["transport", "models", "graph", "chain", "ratio", "targets"])
def test_a_part_that_was_not_measured_is_left_out(part):
    report = a_whole_report()
    del report[part]
    assert tables.text(report)
    assert plots.bench_picture(report).shape[1] == plots.bench_picture(a_report()).shape[1]


def test_what_could_not_be_measured_is_said():
    report = a_whole_report()
    report["failed"] = {"straightforward chain": "it gave no obstacles"}
    assert "Could not be measured: straightforward chain: it gave no obstacles." in tables.text(
        report
    )


def test_nothing_at_all_is_a_picture_too():
    picture = plots.bench_picture({})
    assert picture.dtype == np.uint8 and picture.ndim == 3


def test_a_soak_says_its_growth_with_its_error_and_draws_it():
    report = with_growth(a_soak())
    report["targets"] = [growth_target(report).row()]
    text = tables.soak_text(report)
    assert "3 of 600 images lost" in text
    assert "| memory_mb | +12.00 MB | 0.00 |" in text
    assert "| memory, growth in 8 h | at most 50 MB | 12 MB | pass |" in text
    picture = plots.soak_picture(report)
    assert picture.shape[0] > 600
    flat = plots.soak_picture(with_growth(a_soak(0.0)))
    assert (picture != flat).any(), "growth can be seen"


def test_a_soak_in_which_nothing_came_is_told_as_such():
    report = a_soak()
    came = report["series"]["came"]
    came["latency_p50_ms"] = came["lost_share"] = [float("nan")] * 60
    report = with_growth(report)
    assert np.isnan(report["growth_8h"]["latency_p50_ms"]["growth"])
    assert plots.soak_picture(report).size


def test_samples_are_put_into_their_pieces_of_time():
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    samples = [(0.1, 5.0), (0.9, 7.0), (1.0, 1.0), (2.5, 4.0)]
    assert by_piece(edges, samples, np.mean) == [6.0, 1.0, 4.0]
    assert np.isnan(by_piece(edges, samples[:3], np.mean)[2])
    assert all(np.isnan(by_piece(edges, [], np.mean)))
