"""Which runs there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from followme.evaluation.grid import GridError, chosen, runs_of

WALKS = [
    Path(f"{n:02d}_{name}.yaml") for n, name in enumerate(("empty", "box_ahead", "crossing"), 1)
]


def test_ci_runs_each_walk_as_it_is_written():
    runs = runs_of(WALKS, "ci", seed=3)
    assert [r.path for r in runs] == WALKS
    assert {(r.speed_mps, r.pitch_deg, r.sway, r.seed) for r in runs} == {(None, None, None, 3)}


def test_the_full_grid_of_twenty_walks_has_1800_runs_of_different_names():
    walks = [Path(f"{n:02d}_walk.yaml") for n in range(1, 21)]
    runs = runs_of(walks, "full")
    assert len(runs) == 1800
    assert len({r.key for r in runs}) == 1800


def test_names_tell_all_that_changes_a_run():
    a, *_ = runs_of(WALKS, "ci")
    b, *_ = runs_of(WALKS, "ci", perception="truth")
    c, *_ = runs_of(WALKS, "ci", seed=1)
    assert len({a.key, b.key, c.key}) == 3


def test_a_grid_without_walks_is_refused():
    with pytest.raises(GridError, match="there is no walk in it"):
        runs_of([], "full")


def test_two_walks_of_one_name_would_share_their_logs():
    with pytest.raises(GridError, match="two walks are called '01_empty'"):
        runs_of([*WALKS, Path("elsewhere/01_empty.yaml")])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ([], ["01_empty", "02_box_ahead", "03_crossing"]),
        (["2"], ["02_box_ahead"]),
        (["02", "crossing"], ["02_box_ahead", "03_crossing"]),
        (["box"], ["02_box_ahead"]),
        (["01_empty", "1"], ["01_empty"]),
    ],
)
def test_walks_are_chosen_by_number_or_name(wanted, found):
    assert [p.stem for p in chosen(WALKS, wanted)] == found


def test_a_walk_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(GridError, match=r"walk '21': there is no such walk, there are 01_empty"):
        chosen(WALKS, ["21"])


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_smaller_grid_has_fewer_seeds_of_every_variant(seeds):
    runs = runs_of([Path("02_box.yaml")], "full", seeds=seeds, seed=4)
    assert len(runs) == 18 * seeds
    assert {run.seed for run in runs} == set(range(4, 4 + seeds))
