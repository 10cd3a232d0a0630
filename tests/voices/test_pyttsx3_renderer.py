"""Which voice of pyttsx3 is used; what its process does is in test_own_engine.py."""

from __future__ import annotations

from typing import Any

import pytest

from followme.voices.pyttsx3_renderer import _chosen


class Voices:
    """What an engine knows about voices."""

    def __init__(self, own: str, *voices: tuple[str, str, list[str] | None]) -> None:
        self._own = own
        self._voices = [
            type("V", (), dict(zip(("id", "name", "languages"), v, strict=True))) for v in voices
        ]

    def getProperty(self, name: str) -> Any:
        return self._voices if name == "voices" else self._own


ESPEAK = [
    ("gmw/de", "German", ["de"]),
    ("gmw/en-029", "English (Caribbean)", ["en-029"]),
    ("gmw/en", "English (Great Britain)", ["en-gb"]),
    ("gmw/en-us", "English (America)", ["en-us"]),
    ("none", "Unnamed", None),
]


@pytest.mark.parametrize(
    ("own", "wanted", "language", "chosen"),
    [
        ("gmw/de", "", "en", "gmw/en"),
        ("gmw/en-us", "", "en", "gmw/en-us"),
        ("gmw/en", "", "de", "gmw/de"),
        ("unlisted", "", "en", "gmw/en"),
        ("gmw/en", "", "en_US", "gmw/en-us"),
        ("gmw/en", "", "de_AT", "gmw/de"),
        ("gmw/de", "", "de-CH", "gmw/de"),
        ("gmw/en", "German", "en", "gmw/de"),
        ("gmw/en", "GMW/EN-US", "de", "gmw/en-us"),
        ("gmw/en", "none", "en", "none"),
    ],
)
def test_the_voice_is_the_wanted_one_else_one_of_the_language(
    own: str, wanted: str, language: str, chosen: str
) -> None:
    assert _chosen(Voices(own, *ESPEAK), wanted, language) == chosen


def test_an_engine_without_a_list_keeps_its_voice() -> None:
    assert _chosen(Voices("x"), "", "en") is None
