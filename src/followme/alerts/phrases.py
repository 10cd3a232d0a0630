"""Intents in words: hazard, direction, distance (assistive specification B8 and D)."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

from followme.alerts.catalogue import Catalogue, PhraseError, read_catalogue
from followme.alerts.spoken_type import spoken_type
from followme.settings import PhraseSettings, did_you_mean
from followme.share import share_path
from followme.values.intent import Intent, Utterance
from followme.values.obstacle import Obstacle

__all__ = ["PhraseError", "Phrases", "english_words", "spoken_number"]

#: Language that lends words to the others.
ENGLISH = "en"
_FOOT_M = 0.3048
_CLOSE_M = 1.0
# Beyond this, halves of a metre are more than a walker can use.
_HALVES_TO_M = 3.0
_TONE_ALONE = {"stop.tone": "stop", "warn.tone": "warn", "clear.tone": "clear"}
_TONE_BEFORE = {
    "stop.drop": "drop",
    "stop.stairs_down": "drop",
    "health.vision_lost": "lost",
    "health.too_dark": "lost",
    "health.view_blocked": "lost",
    "health.no_distance": "lost",
}


class Phrases:
    """The words of one language.

    Parameters
    ----------
    catalogue : Catalogue
        Checked words.

    Attributes
    ----------
    language : str
        Of the words.
    borrowed : tuple of str
        Entries that another language lends.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._texts = catalogue.texts
        self.language = catalogue.language
        self.borrowed = catalogue.borrowed

    @classmethod
    def load(cls, source: Path | str) -> Phrases:
        """Read a catalogue.

        Parameters
        ----------
        source : Path or str
            A path, whose file must have every entry, or a language whose file is
            ``config/phrases.LANGUAGE.yaml``: English lends what that lacks (D).

        Raises
        ------
        PhraseError
            When there is no such file or it cannot be used.
        """
        is_path = isinstance(source, Path) or Path(source).suffix in (".yaml", ".yml")
        if is_path or source == ENGLISH:
            return cls(read_catalogue(Path(source) if is_path else _path_of(ENGLISH)))
        return cls(read_catalogue(_path_of(str(source)), read_catalogue(_path_of(ENGLISH))))

    def utterance(self, intent: Intent, s: PhraseSettings, distances_known: bool) -> Utterance:
        """Return an intent in words, with the tone that precedes them.

        Parameters
        ----------
        intent : Intent
            Its key names the phrase, its obstacle fills the slots.
        s : PhraseSettings
            Unit of distances.
        distances_known : bool
            False: no distance is spoken (B12).

        Raises
        ------
        PhraseError
            When the catalogue has no such key.
        """
        if intent.key in _TONE_ALONE:
            return Utterance(intent, "", _TONE_ALONE[intent.key])
        slots = {} if intent.obstacle is None else self._named(intent.obstacle)
        form = ""
        if f"{intent.key}.bare" in self._texts:
            form = _form(intent.obstacle, s, distances_known)
            if form == ".number" and intent.obstacle is not None:
                slots |= self._measured(intent.obstacle.distance_m, s)
        key = f"{intent.key}{form}"
        if key not in self._texts:
            raise PhraseError(
                f"phrase {intent.key!r} is unknown{did_you_mean(intent.key, self._texts)}"
            )
        tone = _TONE_BEFORE.get(intent.key, "stop" if intent.key.startswith("stop.") else "")
        try:
            return Utterance(intent, self._texts[key].format_map(slots), tone)
        except KeyError as error:
            raise PhraseError(
                f"phrase {intent.key!r} needs an obstacle for its slot {error}, give one"
            ) from error

    def _named(self, thing: Obstacle) -> dict[str, str]:
        return {
            "type": self._texts[f"type.{spoken_type(thing)}"],
            "dir": self._texts[f"dir.{thing.side.name.lower()}"],
        }

    def _measured(self, distance_m: float, s: PhraseSettings) -> dict[str, str]:
        number = spoken_number(distance_m, s)
        plural = "one" if number == 1 else "other"
        return {
            "n": f"{number:g}".replace(".", self._texts["decimal"]),
            "unit": self._texts[f"unit.{s.distance_unit}.{plural}"],
        }


def english_words(intent: Intent, distances_known: bool) -> str:
    """Return an intent in English words and metres, for who has no catalogue at hand."""
    return _english().utterance(intent, PhraseSettings(), distances_known).text


@cache
def _english() -> Phrases:
    return Phrases.load(ENGLISH)


def spoken_number(distance_m: float, s: PhraseSettings) -> float:
    """Return a distance of 1 metre or more as it is spoken, in the unit of the settings.

    Metres to the half up to 3, then whole; feet whole; steps rounded down (B8).
    """
    if s.distance_unit == "step":
        return max(1.0, math.floor(distance_m / s.step_m))
    if s.distance_unit == "foot":
        return math.floor(distance_m / _FOOT_M + 0.5)
    grain = 0.5 if distance_m <= _HALVES_TO_M else 1.0
    return math.floor(distance_m / grain + 0.5) * grain


def _form(thing: Obstacle | None, s: PhraseSettings, distances_known: bool) -> str:
    """Say how much may be told of a distance (B2, B8)."""
    if thing is None or not distances_known or not math.isfinite(thing.distance_m):
        return ".bare"
    if thing.distance_m < _CLOSE_M:
        return ".close"
    sure = thing.distance_std_m <= s.unsure_share * thing.distance_m  # NaN is unsure
    return ".number" if sure else ".bare"


def _path_of(language: str) -> Path:
    known = []
    try:
        known = [p.name.split(".")[1] for p in share_path("config").glob("phrases.*.yaml")]
        # a language is a name, never a way into other folders
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", language):
            return share_path("config", f"phrases.{language}.yaml")
    except FileNotFoundError as error:
        if not known:
            raise PhraseError(f"language {language!r}: {error}") from error
    raise PhraseError(
        f"language {language!r} has no catalogue, give one of {', '.join(sorted(known))}"
        f"{did_you_mean(language, known)}"
    )
