"""What is recorded is what the catalogues say, and all that must be heard without an engine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from followme.alerts.catalogue import PhraseError
from followme.cli.write_phrase_wavs import phrases_to_record, record, wav_bytes
from followme.share import share_path
from followme.voices.engine import espeak_libraries, shared_engine
from followme.voices.foreign_wav import read_foreign_wav
from followme.voices.pcm import SAMPLE_RATE_HZ
from followme.voices.recordings import FOLDER, LIST_NAME, recorded

CATALOGUES = sorted(share_path("config").glob("phrases.*.yaml"))


def language_of(catalogue: Path) -> str:
    return catalogue.name.split(".")[1]


def test_a_catalogue_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PhraseError, match="cannot be read"):
        phrases_to_record(tmp_path / "phrases.xx.yaml")


def test_every_stop_and_all_of_sight_is_recorded_and_nothing_else() -> None:
    phrases = phrases_to_record(share_path("config", "phrases.en.yaml"))
    assert phrases["stop.object.chair.ahead_left"] == "Stop. Chair ahead left"
    assert phrases["health.vision_lost"] == "Vision lost"
    assert phrases["stop.drop"] == "Stop. Drop"
    assert {key.split(".")[0] for key in phrases} == {"stop", "health"}
    assert not any("{" in text for text in phrases.values())


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=language_of)
def test_recordings_say_what_the_catalogue_says(catalogue: Path) -> None:
    """After a change of a catalogue run python -m followme.cli.write_phrase_wavs."""
    folder = FOLDER / language_of(catalogue)
    listed = json.loads((folder / LIST_NAME).read_text())
    assert listed["phrases"] == phrases_to_record(catalogue)
    assert {path.stem for path in folder.glob("*.wav")} == set(listed["phrases"])


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=language_of)
def test_recordings_last_as_long_as_the_words_of_the_engine(catalogue: Path) -> None:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    language = language_of(catalogue)
    for text in phrases_to_record(catalogue).values():
        count = len(shared_engine().render(text, 180, language))
        assert len(recorded(text, language)) == pytest.approx(count, rel=0.1)


def test_there_are_no_recordings_without_a_catalogue() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {language_of(c) for c in CATALOGUES}


def test_a_recording_keeps_pitch_and_loudness(tmp_path: Path) -> None:
    at = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    tone = np.rint(12000 * np.sin(2 * np.pi * 1000 * at)).astype(np.int16)
    (tmp_path / "t.wav").write_bytes(wav_bytes(tone))
    again = read_foreign_wav(tmp_path / "t.wav").astype(float)
    spectrum = np.abs(np.fft.rfft(again))
    assert np.argmax(spectrum) == 1000
    assert np.abs(again).max() == pytest.approx(12000, rel=0.05)


def test_a_folder_is_made_anew(tmp_path: Path) -> None:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    catalogue = share_path("config", "phrases.en.yaml")
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "old.wav").write_text("")
    size = record(catalogue, tmp_path / "en")
    names = {path.name for path in (tmp_path / "en").iterdir()}
    assert "old.wav" not in names and LIST_NAME in names
    assert len(names) == len(phrases_to_record(catalogue)) + 1 and size > 100_000


def test_a_recording_whose_words_did_not_change_is_taken_over(tmp_path: Path) -> None:
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    phrases = phrases_to_record(CATALOGUES[0])
    drop, dark = "stop.drop", "health.too_dark"
    said = {**phrases, drop: "Other words"}
    (earlier / LIST_NAME).write_text(json.dumps({"words_per_minute": 180, "phrases": said}))
    for key in phrases:
        (earlier / f"{key}.wav").write_bytes(key.encode())
    record(CATALOGUES[0], tmp_path / "new", earlier)
    assert (tmp_path / "new" / f"{dark}.wav").read_bytes() == dark.encode()
    assert (tmp_path / "new" / f"{drop}.wav").read_bytes()[:4] == b"RIFF"
