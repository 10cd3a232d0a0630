from __future__ import annotations

from pathlib import Path

import pytest

from followme.voices import recordings
from followme.voices.recordings import FOLDER, recorded, recorded_phrase
from followme.voices.voice import VoiceError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder in place of the one that is shipped."""
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    recordings._listed.cache_clear()
    yield tmp_path
    recordings._listed.cache_clear()


def test_without_any_recording_the_mend_is_named(folder: Path) -> None:
    with pytest.raises(VoiceError, match="has no recording: install FollowMe again"):
        recorded_phrase("health.vision_lost", "en")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"phrases": 3}', '{"phrases": ["a"]}'])
def test_a_damaged_list_is_named(folder: Path, content: str) -> None:
    (folder / "en").mkdir()
    (folder / "en" / "phrases.json").write_text(content)
    with pytest.raises(VoiceError, match=r"phrases\.json cannot be used"):
        recorded("Vision lost", "en")


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "en").mkdir()
    (folder / "en" / "phrases.json").write_text('{"phrases": {"health.gone": "Gone"}}')
    with pytest.raises(VoiceError, match=r"health\.gone\.wav cannot be read"):
        recorded("Gone", "en")


@pytest.mark.parametrize("text", ["", "Vision", "vision lost", "../../../etc/passwd"])
def test_other_words_have_no_recording(text: str) -> None:
    with pytest.raises(VoiceError, match="has no recording"):
        recorded(text, "en")


@pytest.mark.parametrize("language", ["xx", "", "en-GB", "en_US", "../en"])
def test_a_language_without_recordings_falls_back_to_english(language: str) -> None:
    text, sound = recorded_phrase("health.vision_lost", language)
    assert text == "Vision lost" and sound is recorded("Vision lost", "en")


def test_recordings_cannot_be_overwritten_by_who_plays_them() -> None:
    with pytest.raises(ValueError, match="read-only"):
        recorded("Vision lost", "en")[0] = 1


def test_all_recordings_together_take_less_than_3_mb() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*.wav")) < 3e6
