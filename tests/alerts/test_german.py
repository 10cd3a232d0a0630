"""The second language: every German wording, by the same table of things (B8, D)."""

from __future__ import annotations

import pytest

from followme.alerts.catalogue import TYPES
from followme.alerts.phrases import Phrases
from followme.settings import PhraseSettings
from followme.values.intent import Intent, Priority
from followme.values.obstacle import Obstacle, Side
from tests.alerts.test_phrases import (
    CHAIR,
    CUPBOARD,
    FAR_LEFT_SHELF,
    FEET,
    LEFT_CHAIR,
    METRES,
    NEAR,
    PERSON,
    SHELF,
    STEPS,
)
from tests.alerts.test_phrases import GOLDEN as ENGLISH_TABLE
from tests.alerts.world import CATALOGUE, a_thing

GERMAN = Phrases.load(CATALOGUE.with_name("phrases.de.yaml"))

GOLDEN = [
    ("stop.object", CHAIR, "Stopp. Stuhl voraus"),
    ("stop.object", CUPBOARD, "Stopp. Schrank vorne rechts"),
    ("stop.object", a_thing(side=Side.LEFT, label="vase"), "Stopp. Hindernis links"),
    ("stop.overhang_head", SHELF, "Stopp. Kopfhöhe"),
    ("stop.overhang_chest", SHELF, "Stopp. Brusthöhe"),
    ("stop.overhang_waist", SHELF, "Stopp. Hüfthöhe"),
    ("stop.drop", CHAIR, "Stopp. Absturzkante"),
    ("stop.stairs_down", CHAIR, "Stopp. Treppe abwärts"),
    ("stop.stairs_up", CHAIR, "Stopp. Treppe aufwärts"),
    ("stop.glass", CHAIR, "Stopp. Vielleicht Glas"),
    ("stop.floor_unclear", CHAIR, "Stopp. Boden unklar"),
    ("warn.object", LEFT_CHAIR, "Stuhl vorne links, 2 Meter"),
    ("warn.object", NEAR, "Hindernis voraus, nah"),
    ("warn.object", a_thing(sigma_m=2.0), "Stuhl voraus"),
    ("warn.overhang_head", FAR_LEFT_SHELF, "Kopfhöhe vorne links, 3 Meter"),
    ("warn.overhang_chest", SHELF, "Brusthöhe voraus, 3 Meter"),
    ("warn.overhang_waist", NEAR, "Hüfthöhe voraus, nah"),
    ("warn.drop", SHELF, "Absturzkante, 3 Meter"),
    ("warn.stairs_down", SHELF, "Treppe abwärts, 3 Meter"),
    ("warn.stairs_up", NEAR, "Treppe aufwärts, nah"),
    ("warn.glass", SHELF, "Vielleicht Glas, 3 Meter"),
    ("warn.floor_unclear", SHELF, "Boden unklar, 3 Meter"),
    ("warn.gap", SHELF, "Engstelle, 3 Meter"),
    ("warn.approaching", PERSON, "Person nähert sich, 3 Meter"),
    ("warn.several", LEFT_CHAIR, "Stuhl vorne links und mehr"),
    ("warn.crowd", PERSON, "Mehrere Personen voraus"),
    ("brief.overhang", FAR_LEFT_SHELF, "Überhang vorne links"),
    ("clear.words", None, "Nichts voraus gesehen"),
    ("health.vision_lost", None, "Sicht verloren"),
    ("health.vision_back", None, "Sicht wieder da"),
    ("health.too_dark", None, "Zu dunkel"),
    ("health.view_blocked", None, "Sicht verdeckt"),
    ("health.no_distance", None, "Entfernung nicht messbar"),
    ("health.view_limited", None, "Sicht eingeschränkt"),
    ("health.distances_uncertain", None, "Entfernungen unsicher"),
    ("reply.gone", None, "Nicht mehr da"),
    ("reply.hushed", None, "Stumm"),
    ("reply.hushed_thirty", None, "Dreißig Sekunden stumm"),
    ("reply.ready", None, "Bereit. Bitte Stock weiter benutzen"),
]


def words(key: str, thing: Obstacle | None = None, s: PhraseSettings = METRES) -> str:
    intent = Intent(key, Priority.WARN, 1, 0.0, 1.0, thing)
    return GERMAN.utterance(intent, s, distances_known=True).text


@pytest.mark.parametrize(("key", "thing", "text"), GOLDEN)
def test_wording(key: str, thing: Obstacle | None, text: str) -> None:
    assert words(key, thing) == text


@pytest.mark.parametrize(("key", "thing", "english"), ENGLISH_TABLE)
def test_nothing_is_left_in_english_nor_too_long(
    key: str, thing: Obstacle | None, english: str
) -> None:
    said = words(key, thing)
    assert len(said.split()) <= 6
    assert not english or said != english


@pytest.mark.parametrize("label", TYPES)
def test_each_type_has_a_noun(label: str) -> None:
    noun = words("brief.object", a_thing(label=label)).removesuffix(" voraus")
    assert noun.isalpha()
    assert noun[0].isupper()


@pytest.mark.parametrize(
    ("distance_m", "s", "text"),
    [
        (1.0, METRES, "1 Meter"),
        (1.5, METRES, "1,5 Meter"),
        (4.0, METRES, "4 Meter"),
        (1.0, STEPS, "1 Schritt"),
        (2.0, STEPS, "3 Schritte"),
        (1.0, FEET, "3 Fuß"),
        (0.5, METRES, "nah"),
    ],
)
def test_distances(distance_m: float, s: PhraseSettings, text: str) -> None:
    assert words("warn.object", a_thing(distance_m=distance_m), s) == f"Stuhl voraus, {text}"


def test_sides_are_not_swapped() -> None:
    assert words("brief.object", a_thing(side=Side.AHEAD_LEFT)) == "Stuhl vorne links"
    assert words("brief.object", a_thing(side=Side.AHEAD_RIGHT)) == "Stuhl vorne rechts"


def test_a_language_is_found_by_its_name() -> None:
    assert Phrases.load("de").language == "de"
