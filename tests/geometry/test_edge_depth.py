"""Points on edges, and the line of inverse depth that an edge is."""

from __future__ import annotations

import numpy as np
import pytest

from followme.geometry.edge_depth import EdgePoints, fitted_along, points_on

LONG = [10.0, 20.0, 10.0, 80.0]
SLANT = [100.0, 50.0, 130.0, 90.0]


def ends(*edges: list[float]) -> np.ndarray:
    return np.array(edges, np.float64).reshape(-1, 4)


def receding(points: EdgePoints) -> np.ndarray:
    """Edges that lead from 2 m to 4 m."""
    return 1.0 / (0.5 - 0.25 * points.along)


def test_points_lie_on_their_edges_and_look_across_them():
    told = ends(SLANT, LONG)
    points = points_on(told)
    longest_first = told[[1, 0]]
    assert set(points.edge.tolist()) == {0, 1}
    off = points.pixel - longest_first[points.edge, :2]
    way = longest_first[points.edge, 2:] - longest_first[points.edge, :2]
    assert np.allclose(np.sum(off * points.across, axis=1), 0.0)
    assert np.allclose(off, points.along[:, None] * way)
    assert np.allclose(np.sum(way * points.across, axis=1), 0.0)
    assert np.allclose(np.linalg.norm(points.across, axis=1), 1.0)
    assert points.along.min() > 0.0
    assert points.along.max() < 1.0


@pytest.mark.parametrize("told", [ends(), ends([5.0, 5.0, 7.0, 5.0]), ends([5.0, 5.0, 5.0, 5.0])])
def test_no_edge_or_one_too_short_has_no_points(told):
    points = points_on(told)
    assert len(points.edge) == len(points.along) == len(points.pixel) == len(points.across) == 0
    found_m, good = fitted_along(points, np.zeros(0), np.zeros(0, bool))
    assert len(found_m) == len(good) == 0


def test_one_point_that_errs_is_put_on_the_line_of_its_edge():
    points = points_on(ends(LONG, SLANT))
    true_m = receding(points)
    found_m = true_m.copy()
    found_m[2] *= 1.6
    fitted_m, good = fitted_along(points, found_m, np.ones(len(found_m), bool))
    assert good.all()
    assert np.allclose(fitted_m, true_m)


def test_an_edge_whose_points_disagree_tells_nothing_and_the_other_still_does():
    points = points_on(ends(LONG, SLANT))
    found_m = receding(points)
    first = points.edge == 0
    found_m[first] = np.random.default_rng(1).uniform(0.5, 5.0, np.count_nonzero(first))
    _, good = fitted_along(points, found_m, np.ones(len(found_m), bool))
    assert not good[first].any()
    assert good[~first].all()


@pytest.mark.parametrize(("told", "holds"), [(2, False), (5, False), (6, True)])
def test_half_of_the_points_of_an_edge_must_have_a_depth(told, holds):
    points = points_on(ends(LONG))
    assert len(points.edge) == 12
    good = np.arange(12) < told
    found_m = np.where(good, receding(points), np.nan)  # nothing is known of the rest
    fitted_m, still = fitted_along(points, found_m, good)
    assert np.array_equal(still, good if holds else np.zeros(12, bool))
    assert np.isfinite(fitted_m[still]).all()


def test_two_points_are_no_line():
    points = points_on(ends([0.0, 0.0, 12.0, 0.0]))
    assert len(points.edge) == 2
    assert not fitted_along(points, np.full(2, 2.0), np.ones(2, bool))[1].any()


def test_an_edge_that_leads_too_far_tells_nothing():
    points = points_on(ends(LONG))
    found_m = 1.0 / (0.5 - 0.4 * points.along)
    near = found_m < 6.0
    found_m[-2] = 1.0 / 0.13  # on the line, and beyond what a step can tell
    assert not fitted_along(points, found_m, np.ones(len(found_m), bool))[1].any()
    assert near.sum() >= 6
