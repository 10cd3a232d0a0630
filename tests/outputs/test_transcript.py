from __future__ import annotations

import math

import pytest

from followme.outputs.rows import announcement_row
from followme.outputs.transcript import clock, transcript
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.obstacle import Zone


def row(text, onset_s, *, priority=Priority.WARN, zone=Zone.WARN, track_id=3, **facts):
    given = {"latency_s": 0.32, **facts}
    return announcement_row(
        Announcement(1, text, "k", priority, track_id, zone, onset_s=onset_s, **given)
    )


def test_silence_is_said_too():
    assert transcript([]) == "Nothing was said.\n"


def test_a_line_tells_when_what_and_how_urgent():
    lines = transcript([row("Obstacle ahead, 3 metres", 3.42)])
    assert lines == "00:03.4  Obstacle ahead, 3 metres   (WARN, 320 ms)\n"


def test_lines_are_in_order_of_hearing_and_their_facts_are_aligned():
    lines = transcript([row("Chair ahead", 65.0), row("Stop!", 2.0, zone=Zone.STOP)]).splitlines()
    assert lines[0].startswith("00:02.0  Stop!")
    assert lines[1].startswith("01:05.0  Chair ahead")
    assert lines[0].index("(STOP") == lines[1].index("(WARN")


def test_what_is_about_no_obstacle_is_named_by_its_priority():
    lost = row("Vision lost", 1.0, priority=Priority.LOST, zone=Zone.CLEAR, track_id=-1)
    assert "(LOST, 320 ms)" in transcript([lost])


def test_a_tone_and_a_cut_are_told():
    assert "[tone]   (WARN, 320 ms, cut)" in transcript([row("", 1.0, outcome=Outcome.CUT)])


def test_what_was_not_said_is_counted():
    rows = [row("a", math.nan, outcome=outcome) for outcome in [Outcome.DROPPED_STALE] * 2]
    rows.append(row("b", math.nan, outcome=Outcome.DROPPED_MUTED))
    assert transcript(rows) == "Not said: 1 dropped muted, 2 dropped stale.\n"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "00:00.0"),
        (-0.01, "00:00.0"),
        (59.96, "01:00.0"),
        (3.44, "00:03.4"),
        (4000, "66:40.0"),
    ],
)
def test_the_clock_counts_minutes(seconds, text):
    assert clock(seconds) == text
