"""Pictures of walks are well-formed, hold what was said, and nothing that a name could break."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np

from followme.evaluation.timeline import timeline_svg
from followme.evaluation.top_view import top_view_svg, zones_at
from followme.evaluation.walk_record import PIECE_S, Fault
from followme.settings import WalkerSettings, ZoneSettings
from followme.values.obstacle import Zone
from tests.evaluation.records import a_record, an_obstacle, heard

SPACE = "{http://www.w3.org/2000/svg}"


def drawn(record) -> ElementTree.Element:
    return ElementTree.fromstring(timeline_svg(record))


def texts(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SPACE}text")]


def test_an_empty_walk_can_be_drawn():
    assert texts(drawn(a_record(from_m=None)))


def test_messages_stand_at_their_onsets():
    svg = drawn(a_record([heard(2.0), heard(4.0, "stop.object", "Stop. Box ahead")]))
    assert "Box ahead, 3 metres" in texts(svg) and "Stop. Box ahead" in texts(svg)


def test_a_message_that_was_cut_says_so_and_the_greeting_is_left_out():
    greeting = heard(0.1, "reply.ready", "Ready. Keep using your cane", None)
    svg = drawn(a_record([greeting, heard(2.0, outcome="cut")]))
    assert "Box ahead, 3 metres (cut)" in texts(svg)
    assert not any("Ready" in text for text in texts(svg))


def test_a_message_without_words_is_named_by_its_tone():
    assert "[warn tone]" in texts(drawn(a_record([heard(2.0, "warn.tone", "")])))


def test_names_of_things_that_begin_together_do_not_cover_each_other():
    record = a_record()
    two = tuple(
        replace(m, things=(*m.things, *(replace(t, id=2) for t in m.things)))
        for m in record.moments
    )
    svg = drawn(replace(record, moments=two))
    rows = [float(text.get("y")) for text in svg.iter(f"{SPACE}text") if text.text == "box"]
    assert len(rows) == 2 and abs(rows[0] - rows[1]) >= 11.0


def test_lines_lie_below_texts():
    every = list(drawn(a_record([heard(2.0)])))
    last_line = max(n for n, e in enumerate(every) if e.get("stroke-dasharray") == "3 3")
    first_text = min(n for n, e in enumerate(every) if e.tag == f"{SPACE}text")
    assert last_line < first_text


def test_names_with_angle_brackets_do_no_harm():
    record = replace(a_record([heard(2.0, text="<b> & 'so'")]), name="a <walk> & more")
    assert "<b> & 'so'" in texts(drawn(record))


def test_faults_and_sound_are_drawn():
    sounding = np.zeros(round(5.0 / PIECE_S), bool)
    sounding[50:80] = True
    svg = drawn(a_record(faults=[Fault("dark", 1.0, 2.0)], sounding=sounding))
    assert "camera dark" in texts(svg)
    assert len(list(svg.iter(f"{SPACE}rect"))) == 3


def test_phantoms_are_crosses():
    def elsewhere(time_s, thing):
        return an_obstacle(thing, track_id=99, zone=Zone.WARN, distance_m=3.0)

    real, phantom = drawn(a_record()), drawn(a_record(see=elsewhere))
    assert list(real.iter(f"{SPACE}circle")) and not list(real.iter(f"{SPACE}path"))
    assert list(phantom.iter(f"{SPACE}path")) and not list(phantom.iter(f"{SPACE}circle"))


def test_zones_of_the_top_view_are_those_of_b3():
    at = dict(zones_at(1.0, ZoneSettings(), WalkerSettings().reach_m))
    assert at[Zone.STOP] == 1.9 and at[Zone.WARN] == 3.4 and at[Zone.INFORM] == 5.0
    slow = dict(zones_at(0.0, ZoneSettings(), WalkerSettings().reach_m))
    assert slow[Zone.STOP] == 1.0 and slow[Zone.WARN] == 2.0


def test_the_top_view_names_each_zone_at_each_speed():
    svg = ElementTree.fromstring(top_view_svg())
    named = [text for text in texts(svg) if text.startswith(("STOP", "WARN", "INFORM"))]
    assert len(named) == 9
