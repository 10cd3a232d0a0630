from __future__ import annotations

import io
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from followme.cli import live
from followme.cli.live import LiveLines, obstacle_words
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.obstacle import Kind, Obstacle, Obstacles, Side, Sight, Zone

CHAIR = Obstacle(
    track_id=3,
    kind=Kind.OBJECT,
    label="chair",
    confidence=0.9,
    nearest_m=(1.5, 0.3, 0.4),
    distance_m=1.53,
    distance_std_m=0.05,
    bearing_rad=0.2,
    angular_width_rad=0.3,
    bottom_m=0.0,
    top_m=0.9,
    y_min_m=0.1,
    y_max_m=0.5,
    zone=Zone.WARN,
    in_corridor=True,
    side=Side.AHEAD_LEFT,
)
ASIDE = replace(CHAIR, track_id=4, label="", distance_m=1.0, in_corridor=False)
FREE = Obstacles(0, (), Sight.SEEING, distances_known=True)


def seen(*things: Obstacle, **facts) -> Obstacles:
    return replace(FREE, obstacles=things, **facts)


def said(outcome: Outcome, text: str = "Stop. Chair ahead left") -> Announcement:
    return Announcement(
        0, text, "stop.object", Priority.STOP, outcome=outcome, onset_s=1.0, latency_s=0.1234
    )


@pytest.mark.parametrize(
    ("obstacles", "words"),
    [
        (FREE, "0 obstacles, none in the way"),
        (seen(ASIDE), "1 obstacles, none in the way"),
        (seen(CHAIR), "1 obstacles, in the way: chair 3 ahead left, 1.53 m, WARN"),
        (
            seen(ASIDE, CHAIR),
            "2 obstacles, in the way: chair 3 ahead left, 1.53 m, WARN",
        ),
        (
            seen(replace(CHAIR, label="", side=Side.RIGHT, zone=Zone.STOP)),
            "1 obstacles, in the way: obstacle 3 right, 1.53 m, STOP",
        ),
        (
            seen(CHAIR, sight=Sight.DEGRADED, reason="scale_unknown", distances_known=False),
            "1 obstacles, in the way: chair 3 ahead left, unknown distance, WARN (scale_unknown)",
        ),
        (
            seen(sight=Sight.DEGRADED, reason="dark"),
            "0 obstacles, none in the way (dark)",
        ),
        # what is believed from before says nothing while blind
        (
            seen(CHAIR, sight=Sight.BLIND, reason="stale"),
            "stale: nothing can be said about obstacles",
        ),
    ],
)
def test_one_line_says_what_stands_in_the_way(obstacles, words):
    assert obstacle_words(obstacles) == words


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(s=100.0)
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: now.s))
    return now


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def lines(clock, out) -> LiveLines:
    return LiveLines(out)


def test_a_run_reads_like_this(clock, out, lines):
    lines.obstacles(seen(sight=Sight.BLIND, reason="no_image"))
    clock.s += 0.8
    lines.obstacles(FREE)
    clock.s += 0.1
    lines.obstacles(seen(CHAIR))  # less than a second later and nothing new about sight
    lines.announcement(said(Outcome.STARTED, "Chair ahead left, 2 metres"))
    clock.s += 1.0
    lines.obstacles(seen(CHAIR))
    lines.announcement(said(Outcome.SPOKEN, "Chair ahead left, 2 metres"))
    clock.s += 10.0
    lines.announcement(said(Outcome.STARTED, ""))
    lines.announcement(said(Outcome.FAILED, "Stop"))
    assert out.getvalue() == (
        "    0.0 s  blind    no_image: nothing can be said about obstacles\n"
        "    0.8 s  seeing   0 obstacles, none in the way\n"
        '    0.9 s  says     "Chair ahead left, 2 metres"  after 123 ms\n'
        "    1.9 s  seeing   1 obstacles, in the way: chair 3 ahead left, 1.53 m, WARN\n"
        "   11.9 s  says     (tone)  after 123 ms\n"
        "   11.9 s  could not say 'Stop'\n"
    )


def test_the_same_is_said_once_a_second(clock, out, lines):
    for _ in range(31):
        lines.obstacles(FREE)
        clock.s += 0.125
    assert len(out.getvalue().splitlines()) == 4


def test_a_change_of_sight_is_said_at_once(out, lines):
    for sight, reason in [
        (Sight.SEEING, ""),
        (Sight.DEGRADED, "dark"),
        (Sight.DEGRADED, "blurred"),
        (Sight.BLIND, "stale"),
        (Sight.SEEING, ""),
    ]:
        lines.obstacles(seen(sight=sight, reason=reason))
    assert len(out.getvalue().splitlines()) == 5


def test_what_is_odd_about_depth_is_said_once_and_not_in_every_image(clock, out, lines):
    lines.depth_note("")
    lines.depth_note("The camera is not calibrated.")
    clock.s += 30.0
    lines.depth_note("The camera is not calibrated.")
    lines.depth_note("Depth is 1.30 times what the floor says.")
    clock.s += 0.1
    lines.depth_note("Depth is 1.31 times what the floor says.")
    assert out.getvalue() == (
        "    0.0 s  depth    The camera is not calibrated.\n"
        "   30.0 s  depth    Depth is 1.30 times what the floor says.\n"
    )


@pytest.mark.parametrize(
    "outcome", [o for o in Outcome if o not in (Outcome.STARTED, Outcome.FAILED)]
)
def test_what_was_said_or_dropped_is_not_said_again(out, lines, outcome):
    lines.announcement(said(outcome))
    assert out.getvalue() == ""


class ClosedPipe(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def test_a_reader_who_went_away_does_not_disturb_the_guide(clock):
    """Lines are printed in the thread of who publishes: an error there would silence speech."""
    lines = LiveLines(ClosedPipe())
    lines.obstacles(FREE)
    lines.announcement(said(Outcome.STARTED))


def test_a_distance_that_is_not_known_is_no_number():
    unknown = seen(replace(CHAIR, distance_m=math.nan), distances_known=False)
    assert "nan" not in obstacle_words(unknown)
