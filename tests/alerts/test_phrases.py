"""Every wording that FollowMe has, and what may be told of a distance (B2, B8, D)."""

from __future__ import annotations

import math

import pytest

from followme.alerts.catalogue import TYPES, read_catalogue
from followme.alerts.phrases import PhraseError, Phrases, spoken_number
from followme.settings import PhraseSettings
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Kind, Obstacle, Side, Zone
from tests.alerts.world import CATALOGUE, ENGLISH, a_thing

METRES = PhraseSettings()
STEPS = PhraseSettings(distance_unit="step")
FEET = PhraseSettings(distance_unit="foot")
LEFT, RIGHT = Side.AHEAD_LEFT, Side.AHEAD_RIGHT


def words(
    key: str,
    thing: Obstacle | None = None,
    s: PhraseSettings = METRES,
    known: bool = True,
) -> str:
    return ENGLISH.utterance(an_intent(key, thing), s, known).text


def an_intent(key: str, thing: Obstacle | None = None) -> Intent:
    return Intent(key, Priority.WARN, 1, 0.0, 1.0, thing)


CHAIR = a_thing(Zone.WARN, 2.0)
LEFT_CHAIR = a_thing(Zone.WARN, 2.0, side=LEFT)
SHELF = a_thing(Zone.WARN, 3.0, kind=Kind.OVERHANG, label="")
FAR_LEFT_SHELF = a_thing(Zone.WARN, 3.0, kind=Kind.OVERHANG, label="", side=LEFT)
NEAR = a_thing(Zone.WARN, 0.9, label="")
PERSON = a_thing(Zone.WARN, 3.0, kind=Kind.PERSON, label="person")
CUPBOARD = a_thing(Zone.STOP, 1.0, label="cupboard", side=RIGHT)
GLASS = a_thing(Zone.WARN, 3.0, kind=Kind.UNKNOWN, label="glass")
FLOOR = a_thing(Zone.WARN, 3.0, kind=Kind.UNKNOWN, label="floor")
GAP = a_thing(Zone.WARN, 3.0, kind=Kind.UNKNOWN, label="gap")

GOLDEN = [
    ("stop.object", CHAIR, "Stop. Chair ahead"),
    ("stop.object", LEFT_CHAIR, "Stop. Chair ahead left"),
    ("stop.object", CUPBOARD, "Stop. Cupboard ahead right"),
    ("stop.object", PERSON, "Stop. Person ahead"),
    ("stop.object", a_thing(side=Side.LEFT, label="vase"), "Stop. Obstacle left"),
    ("stop.object", a_thing(side=Side.RIGHT, label=""), "Stop. Obstacle right"),
    ("stop.overhang_head", SHELF, "Stop. Head height"),
    ("stop.overhang_chest", SHELF, "Stop. Chest height"),
    ("stop.overhang_waist", SHELF, "Stop. Waist height"),
    ("stop.drop", a_thing(kind=Kind.DROP_OFF), "Stop. Drop"),
    ("stop.stairs_down", a_thing(kind=Kind.DROP_OFF), "Stop. Stairs down"),
    ("stop.stairs_up", CHAIR, "Stop. Stairs up"),
    ("stop.glass", GLASS, "Stop. Possible glass"),
    ("stop.floor_unclear", FLOOR, "Stop. Floor unclear"),
    ("warn.object", LEFT_CHAIR, "Chair ahead left, 2 metres"),
    ("warn.object", NEAR, "Obstacle ahead, close"),
    ("warn.object", a_thing(sigma_m=2.0), "Chair ahead"),
    ("warn.overhang_head", SHELF, "Head height ahead, 3 metres"),
    ("warn.overhang_head", FAR_LEFT_SHELF, "Head height ahead left, 3 metres"),
    ("warn.overhang_head", NEAR, "Head height ahead, close"),
    ("warn.overhang_head", a_thing(sigma_m=2.0), "Head height ahead"),
    ("warn.overhang_chest", SHELF, "Chest height ahead, 3 metres"),
    ("warn.overhang_chest", NEAR, "Chest height ahead, close"),
    ("warn.overhang_chest", a_thing(sigma_m=2.0), "Chest height ahead"),
    ("warn.overhang_waist", SHELF, "Waist height ahead, 3 metres"),
    ("warn.overhang_waist", NEAR, "Waist height ahead, close"),
    ("warn.overhang_waist", a_thing(sigma_m=2.0), "Waist height ahead"),
    ("warn.drop", SHELF, "Drop, 3 metres"),
    ("warn.drop", NEAR, "Drop, close"),
    ("warn.drop", a_thing(sigma_m=2.0), "Drop"),
    ("warn.stairs_down", SHELF, "Stairs down, 3 metres"),
    ("warn.stairs_down", NEAR, "Stairs down, close"),
    ("warn.stairs_down", a_thing(sigma_m=2.0), "Stairs down"),
    ("warn.stairs_up", SHELF, "Stairs up, 3 metres"),
    ("warn.stairs_up", NEAR, "Stairs up, close"),
    ("warn.stairs_up", a_thing(sigma_m=2.0), "Stairs up"),
    ("warn.glass", GLASS, "Possible glass, 3 metres"),
    ("warn.glass", NEAR, "Possible glass, close"),
    ("warn.glass", a_thing(sigma_m=2.0), "Possible glass"),
    ("warn.floor_unclear", FLOOR, "Floor unclear, 3 metres"),
    ("warn.floor_unclear", NEAR, "Floor unclear, close"),
    ("warn.floor_unclear", a_thing(sigma_m=2.0), "Floor unclear"),
    ("warn.gap", GAP, "Narrow gap, 3 metres"),
    ("warn.gap", NEAR, "Narrow gap, close"),
    ("warn.gap", a_thing(sigma_m=2.0), "Narrow gap"),
    ("warn.approaching", PERSON, "Person approaching, 3 metres"),
    ("warn.approaching", NEAR, "Person approaching, close"),
    ("warn.approaching", a_thing(sigma_m=2.0), "Person approaching"),
    ("warn.several", CHAIR, "Chair ahead and more"),
    ("warn.several", LEFT_CHAIR, "Chair ahead left and more"),
    ("warn.crowd", PERSON, "Several people ahead"),
    ("warn.tone", CHAIR, ""),
    ("stop.tone", CHAIR, ""),
    ("clear.tone", None, ""),
    ("inform.object", a_thing(Zone.INFORM, 4.4), "Chair ahead, 4 metres"),
    ("inform.overhang_head", SHELF, "Head height ahead, 3 metres"),
    ("inform.overhang_chest", SHELF, "Chest height ahead, 3 metres"),
    ("inform.overhang_waist", SHELF, "Waist height ahead, 3 metres"),
    ("inform.drop", SHELF, "Drop, 3 metres"),
    ("inform.stairs_down", SHELF, "Stairs down, 3 metres"),
    ("inform.stairs_up", SHELF, "Stairs up, 3 metres"),
    ("inform.glass", GLASS, "Possible glass, 3 metres"),
    ("inform.floor_unclear", FLOOR, "Floor unclear, 3 metres"),
    ("inform.gap", GAP, "Narrow gap, 3 metres"),
    ("inform.approaching", PERSON, "Person approaching, 3 metres"),
    ("inform.crowd", PERSON, "Several people ahead"),
    ("brief.object", LEFT_CHAIR, "Chair ahead left"),
    ("brief.overhang", FAR_LEFT_SHELF, "Overhang ahead left"),
    ("brief.drop", CHAIR, "Drop"),
    ("brief.stairs_down", CHAIR, "Stairs down"),
    ("brief.stairs_up", CHAIR, "Stairs up"),
    ("brief.glass", GLASS, "Possible glass"),
    ("brief.floor_unclear", FLOOR, "Floor unclear"),
    ("brief.gap", GAP, "Narrow gap"),
    ("clear.words", None, "Nothing seen ahead"),
    ("health.vision_lost", None, "Vision lost"),
    ("health.vision_back", None, "Vision back"),
    ("health.too_dark", None, "Too dark"),
    ("health.view_blocked", None, "View blocked"),
    ("health.no_distance", None, "Cannot judge distance"),
    ("health.view_limited", None, "View limited"),
    ("health.distances_uncertain", None, "Distances uncertain"),
    ("reply.gone", None, "Gone"),
    ("reply.hushed", None, "Hushed"),
    ("reply.hushed_thirty", None, "Hushed thirty seconds"),
    ("reply.ready", None, "Ready. Keep using your cane"),
]


@pytest.mark.parametrize(("key", "thing", "text"), GOLDEN)
def test_wording(key: str, thing: Obstacle | None, text: str) -> None:
    assert words(key, thing) == text
    assert len(text.split()) <= 6


def test_the_table_of_wordings_has_every_phrase_of_the_catalogue() -> None:
    told = {key for key, _, _ in GOLDEN if not key.endswith(".tone")}
    no_phrase = ("type.", "dir.", "unit.", "language", "decimal")
    names = read_catalogue(CATALOGUE).texts
    assert told == {".".join(n.split(".")[:2]) for n in names if not n.startswith(no_phrase)}


@pytest.mark.parametrize("label", TYPES)
def test_each_type_of_the_closed_set_has_its_name(label: str) -> None:
    assert words("brief.object", a_thing(label=label)) == f"{label.capitalize()} ahead"


@pytest.mark.parametrize("label", ["", "vase", "trash can", "refrigerator", "Person's bag"])
def test_every_other_label_is_an_obstacle(label: str) -> None:
    assert words("brief.object", a_thing(label=label)) == "Obstacle ahead"


def test_a_person_is_a_person_whatever_the_label_says() -> None:
    assert words("brief.object", a_thing(kind=Kind.PERSON, label="")) == "Person ahead"


@pytest.mark.parametrize(
    ("side", "text"),
    [
        (Side.AHEAD, "Chair ahead"),
        (Side.AHEAD_LEFT, "Chair ahead left"),
        (Side.AHEAD_RIGHT, "Chair ahead right"),
        (Side.LEFT, "Chair left"),
        (Side.RIGHT, "Chair right"),
    ],
)
def test_sides_are_not_swapped(side: Side, text: str) -> None:
    assert words("brief.object", a_thing(side=side)) == text


@pytest.mark.parametrize(
    ("distance_m", "s", "text"),
    [
        (0.3, METRES, "close"),
        (0.99, METRES, "close"),
        (1.0, METRES, "1 metre"),
        (1.24, METRES, "1 metre"),
        (1.26, METRES, "1.5 metres"),
        (1.75, METRES, "2 metres"),
        (2.4, METRES, "2.5 metres"),
        (2.8, METRES, "3 metres"),
        (3.0, METRES, "3 metres"),
        (3.4, METRES, "3 metres"),
        (3.6, METRES, "4 metres"),
        (6.9, METRES, "7 metres"),
        (0.9, STEPS, "close"),
        (1.0, STEPS, "1 step"),
        (1.29, STEPS, "1 step"),
        (1.31, STEPS, "2 steps"),
        (3.2, STEPS, "4 steps"),
        (1.0, PhraseSettings(distance_unit="step", step_m=1.2), "1 step"),
        (1.0, FEET, "3 feet"),
        (1.9, FEET, "6 feet"),
        (0.5, FEET, "close"),
    ],
)
def test_distance_in_words(distance_m: float, s: PhraseSettings, text: str) -> None:
    thing = a_thing(Zone.WARN, distance_m, sigma_m=0.05)
    assert words("warn.object", thing, s) == f"Chair ahead, {text}"


def test_one_foot_is_singular() -> None:
    assert spoken_number(0.3, FEET) == 1


@pytest.mark.parametrize(
    ("distance_m", "sigma_m", "known", "text"),
    [
        (2.0, 0.1, False, "Chair ahead"),
        (0.5, 0.1, False, "Chair ahead"),
        (2.0, 0.5, True, "Chair ahead, 2 metres"),
        (2.0, 0.51, True, "Chair ahead"),
        (2.0, math.nan, True, "Chair ahead"),
        (2.0, math.inf, True, "Chair ahead"),
        (math.nan, 0.1, True, "Chair ahead"),
        (math.inf, 0.1, True, "Chair ahead"),
        (0.5, 0.4, True, "Chair ahead, close"),
    ],
)
def test_no_number_is_spoken_that_is_not_known(
    distance_m: float, sigma_m: float, known: bool, text: str
) -> None:
    thing = a_thing(Zone.WARN, distance_m, sigma_m=sigma_m, closing_mps=0.0)
    assert words("warn.object", thing, known=known) == text


@pytest.mark.parametrize(
    ("key", "tone"),
    [
        ("stop.object", "stop"),
        ("stop.overhang_head", "stop"),
        ("stop.drop", "drop"),
        ("stop.stairs_down", "drop"),
        ("stop.tone", "stop"),
        ("warn.object", ""),
        ("warn.tone", "warn"),
        ("clear.tone", "clear"),
        ("clear.words", ""),
        ("health.vision_lost", "lost"),
        ("health.too_dark", "lost"),
        ("health.view_blocked", "lost"),
        ("health.no_distance", "lost"),
        ("health.vision_back", ""),
        ("health.view_limited", ""),
        ("reply.ready", ""),
    ],
)
def test_tone_before_the_words(key: str, tone: str) -> None:
    assert ENGLISH.utterance(an_intent(key, CHAIR), METRES, True).tone == tone


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(PhraseError, match=r"'stop.objekt' is unknown; did you mean 'stop.object'"):
        words("stop.objekt", CHAIR)


def test_a_phrase_about_a_thing_needs_one() -> None:
    with pytest.raises(PhraseError, match="needs an obstacle"):
        words("stop.object", None)


def test_a_language_is_found_by_its_name() -> None:
    assert Phrases.load("en").language == "en"
    assert Phrases.load(str(CATALOGUE)).language == "en"


@pytest.mark.parametrize("language", ["xx", "", "../phrases.en", "en/../en", "e n"])
def test_an_unknown_language_names_those_there_are(language: str) -> None:
    with pytest.raises(PhraseError, match=r"has no catalogue, give one of .*en"):
        Phrases.load(language)
