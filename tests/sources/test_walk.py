from __future__ import annotations

import math
from typing import Any

import pytest

from followme.sources.scene_file import Walk, walk_of
from followme.sources.source import SourceError
from followme.sources.sway import FULL_SWAY, NO_SWAY


def _walk(**parts: Any) -> Walk:
    return walk_of({"seconds": 6, "corridor": {"length_m": 30}} | parts)


def test_a_walk_varied_by_nothing_is_the_same_walk() -> None:
    walk = _walk()
    same = walk.varied()
    assert (same.seconds, same.seed, same.sway) == (walk.seconds, walk.seed, walk.sway)
    assert same.scene.path == walk.scene.path
    assert same.scene.mount == walk.scene.mount


def test_the_way_stays_and_the_time_changes_with_the_speed() -> None:
    straight = _walk().varied(speed_mps=0.5)
    assert straight.seconds == pytest.approx(12.0)
    assert straight.scene.path.pose_at(12.0).x_m == pytest.approx(6.0)
    walk = _walk(walker={"path": [{"to_m": [4, 0]}]})
    slow = walk.varied(speed_mps=0.5)
    assert slow.scene.path.pose_at(99).x_m == pytest.approx(4.0)
    # who stood for a while at the end still does
    ends = [w.seconds - w.scene.path.seconds for w in (walk, slow)]
    assert ends[0] == pytest.approx(ends[1])


def test_a_fast_walk_leaves_time_after_its_events() -> None:
    cover = [{"type": "cover", "from_s": 1, "until_s": 3}]
    assert _walk(events=cover).varied(speed_mps=3.0).seconds == pytest.approx(6.0)
    assert _walk(events=cover, seconds=20).varied(speed_mps=4.0).seconds == pytest.approx(6.0)
    assert _walk(seconds=20).varied(speed_mps=4.0).seconds == pytest.approx(5.0)


def test_who_stands_stands_at_any_speed() -> None:
    walk = _walk(walker={"speed_mps": 0})
    fast = walk.varied(speed_mps=1.4)
    assert fast.scene.path.pose_at(5.0).x_m == 0.0
    assert fast.seconds == walk.seconds


def test_pitch_and_sway_are_changed() -> None:
    walk = _walk().varied(pitch_deg=20.0, sway=True)
    assert math.degrees(walk.scene.mount.pitch_rad) == pytest.approx(20.0)
    assert walk.sway == FULL_SWAY
    assert walk.varied(sway=False).sway == NO_SWAY
    assert walk.varied().sway == FULL_SWAY


def test_a_seed_moves_the_walker_a_little_off_the_line() -> None:
    walk = _walk(walker={"path": [{"to_m": [4, 0]}, {"to_m": [4, 0.5]}]})
    offs = [walk.varied(seed=seed).scene.path.pose_at(1.0).y_m for seed in range(8)]
    assert offs[0] == 0.0
    assert len(set(offs)) == 8
    assert max(map(abs, offs)) <= 0.03
    # the whole way is moved: no turn appears that was not there
    assert walk.varied(seed=3).scene.path.seconds == pytest.approx(walk.scene.path.seconds)


def test_variations_share_what_was_drawn_for_the_walk() -> None:
    from followme.sources.renderer import ready

    walk = _walk(things=[{"type": "box", "at_m": [5, 0]}])
    assert ready(walk.scene) is ready(walk.varied(speed_mps=0.5, pitch_deg=0, seed=2).scene)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"speed_mps": 0.0}, "speed"),
        ({"speed_mps": math.nan}, "speed"),
        ({"pitch_deg": 90.0}, "pitch"),
    ],
)
def test_figures_out_of_range_are_refused(change: dict[str, float], word: str) -> None:
    with pytest.raises(SourceError, match=word):
        _walk().varied(**change)
