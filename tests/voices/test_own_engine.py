"""The user's own engine, by a stand-in for its library."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from followme.voices.own_engine import HUNG_S, PATIENCE_S, OwnEngine
from followme.voices.pcm import Pcm
from followme.voices.sink_options import SinkOptions
from followme.voices.voice import VoiceError
from tests.voices.listening import eventually, has_gone
from tests.voices.stand_in import PITCH_HZ, finished, put_on_path, take_off_path


class Substitute:
    """Stands for espeak-ng: says nothing, and notes what it was given."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def render(self, text: str, words_per_minute: int, language: str) -> Pcm:
        self.said.append(text)
        return np.full(100, 5, np.int16)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which engines keep their files, with the stand-in on the path."""
    put_on_path(tmp_path / "path", monkeypatch)
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    return own


def an_engine(substitute: Any = None, **options: Any) -> OwnEngine:
    return OwnEngine(SinkOptions(engine="pyttsx3", **options), substitute)


@pytest.fixture
def substitute() -> Substitute:
    return Substitute()


@pytest.fixture
def own(folder: Path, substitute: Substitute) -> Iterator[OwnEngine]:
    made = an_engine(substitute)
    made.await_ready()
    yield made
    made.close()


def back(own: OwnEngine) -> None:
    """Watch until a process that was lost has been replaced and works."""

    def working() -> bool:
        own.watch(time.monotonic())
        return own._working

    eventually(working, "a new process")


def refused(**options: Any) -> str:
    own = an_engine(**options)
    with pytest.raises(VoiceError) as caught:
        own.await_ready()
    assert own.pid is None
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_the_library_the_error_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_off_path(tmp_path, monkeypatch)
    assert refused().startswith("pyttsx3 is missing: install it (pip install pyttsx3), or set")


def test_a_driver_that_is_not_there_is_named(folder: Path) -> None:
    told = refused(driver="absent")
    assert told.startswith("pyttsx3 cannot start its driver 'absent' (no such engine here)")
    assert list(folder.iterdir()) == []


def test_a_driver_that_cannot_write_files_is_named_with_the_mend(folder: Path) -> None:
    told = refused(driver="no_files")
    assert told.startswith("the driver 'no_files' of pyttsx3 cannot write sound to a file (")
    assert told.endswith("choose another with voice.pyttsx3_driver, or set voice.engine to auto")


def test_an_unknown_voice_is_told_its_neighbour(folder: Path) -> None:
    told = refused(voice="Othr")
    assert "voice.pyttsx3_voice: 'Othr' is no voice of pyttsx3; did you mean 'other'?" in told


def test_a_language_without_a_voice_is_named(folder: Path) -> None:
    assert "pyttsx3 has no voice for language 'xx'" in refused(language="xx")


def test_a_phrase_is_the_engine_s_own_and_rendered_once(
    own: OwnEngine, substitute: Substitute, folder: Path
) -> None:
    assert own.prepare("Chair ahead", 180)
    assert own.waiting("Chair ahead", 180)
    assert own.prepare("Chair ahead", 180), "it is not asked for twice"
    finished(own, "Chair ahead")
    assert not own.prepare("Chair ahead", 180), "there is nothing to wait for"
    sound = own.render("Chair ahead", 180, "en")
    assert own.render("Chair ahead", 180, "en") is sound
    assert np.abs(np.fft.rfft(sound)).argmax() * 22050 / len(sound) == pytest.approx(PITCH_HZ, 0.02)
    assert (own.fault, substitute.said, own.restarts) == ("", [], 0)
    assert [p for d in folder.iterdir() for p in d.iterdir()] == [], "no file is left"


def test_the_rate_is_the_one_asked_for(own: OwnEngine) -> None:
    lengths = []
    for words_per_minute in (180, 360):
        own.prepare("Chair", words_per_minute)

        def came(rate: int = words_per_minute) -> bool:
            own.watch(time.monotonic())
            return not own.waiting("Chair", rate)

        eventually(came, "the phrase")
        lengths.append(len(own.render("Chair", words_per_minute, "en")))
    assert lengths[1] == pytest.approx(0.5 * lengths[0], rel=0.05)


def test_a_driver_that_does_not_say_when_it_has_finished_is_known_by_its_file(
    own: OwnEngine, substitute: Substitute
) -> None:
    assert own.prepare("silent driver", 180)
    finished(own, "silent driver")
    own.render("silent driver", 180, "en")
    assert (own.fault, substitute.said) == ("", [])


def test_words_that_came_without_a_sound_are_asked_for_once_more(
    own: OwnEngine, substitute: Substitute
) -> None:
    assert own.prepare("second breath", 180)
    finished(own, "second breath")
    assert len(own.render("second breath", 180, "en")) > 1000
    assert (own.fault, substitute.said) == ("", [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("fail", "the driver of pyttsx3 failed at 'fail' (no breath)"),
        ("mute", "pyttsx3 gave no sound for 'mute' ("),
        ("broken", "pyttsx3 gave no sound for 'broken' ("),
    ],
)
def test_what_it_cannot_say_is_said_by_the_substitute_and_why(
    own: OwnEngine, substitute: Substitute, text: str, why: str
) -> None:
    assert own.prepare(text, 180)
    finished(own, text)
    assert len(own.render(text, 180, "en")) == 100
    assert why in own.fault and own.fault.endswith("; espeak-ng speaks instead")
    assert substitute.said == [text]
    assert own.prepare("Chair", 180), "it goes on"
    finished(own, "Chair")
    own.render("Chair", 180, "en")
    assert (own.fault, own.restarts) == ("", 0)


def test_words_that_are_late_are_said_by_the_substitute(
    own: OwnEngine, substitute: Substitute
) -> None:
    assert own.prepare("slow", 180)
    assert len(own.render("slow", 180, "en")) == 100
    assert own.fault == "pyttsx3 did not render 'slow' in time; espeak-ng speaks instead"
    finished(own, "slow")
    assert len(own.render("slow", 180, "en")) > 1000, "next time they are its own"
    assert own.fault == ""


def test_an_engine_that_hangs_is_replaced_and_spoken_for_meanwhile(
    own: OwnEngine, substitute: Substitute
) -> None:
    hung = own.pid
    assert hung is not None
    asked_s = time.monotonic()
    assert own.prepare("hang", 180)
    own.watch(asked_s + HUNG_S - 0.1)
    assert own.pid == hung
    own.watch(time.monotonic() + HUNG_S + 0.1)
    assert has_gone(hung) and own.pid is None
    assert own.fault == "pyttsx3 does not answer; espeak-ng speaks instead"
    assert not own.waiting("hang", 180)
    assert not own.prepare("Chair", 180), "nobody waits for what is not there"
    own.render("Chair", 180, "en")
    assert substitute.said == ["Chair"] and "does not answer" in own.fault
    back(own)
    assert own.restarts == 1 and own.fault == ""
    assert own.prepare("Table", 180)


def test_behind_one_that_is_late_nobody_queues(
    own: OwnEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own.prepare("hang", 180)
    assert own.prepare("Chair", 180)
    later_s = time.monotonic() + PATIENCE_S + 0.1
    monkeypatch.setattr(time, "monotonic", lambda: later_s)
    assert not own.prepare("Table", 180)


def test_an_engine_that_dies_is_started_again_with_growing_pauses(
    own: OwnEngine, substitute: Substitute
) -> None:
    pauses = []
    for _ in range(3):
        own.prepare("die", 180)
        eventually(lambda: own.watch(time.monotonic()) or own.pid is None, "its end")
        assert "pyttsx3 ended" in own.fault
        pauses.append(own._retry_s - time.monotonic())
        back(own)
    assert own.restarts == 3
    assert pauses[0] < pauses[1] < pauses[2]


def test_an_engine_that_dies_at_its_start_is_refused_with_a_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_path(tmp_path, monkeypatch, "import os\nos._exit(3)\n")
    assert refused() == "pyttsx3 ended: set voice.engine to auto"


def test_while_it_starts_the_substitute_speaks(folder: Path, substitute: Substitute) -> None:
    own = an_engine(substitute)
    assert not own.prepare("Chair", 180)
    own.render("Chair", 180, "en")
    assert own.fault == "pyttsx3 is starting; espeak-ng speaks instead"
    own.await_ready()
    assert own.fault == ""
    own.close()


def test_without_a_substitute_the_words_are_missing_and_said_to_be(folder: Path) -> None:
    own = an_engine(None)
    assert not own.speaks
    own.await_ready()
    assert own.speaks
    own.prepare("fail", 180)
    finished(own, "fail")
    with pytest.raises(VoiceError, match=r"no breath.*; espeak-ng is missing too"):
        own.render("fail", 180, "en")
    own.close()


def test_closing_leaves_neither_process_nor_file(own: OwnEngine, folder: Path) -> None:
    own.prepare("hang", 180)
    pid = own.pid
    assert pid is not None and len(list(folder.iterdir())) == 1
    own.close()
    own.close()
    assert has_gone(pid) and list(folder.iterdir()) == []


def test_words_too_long_for_a_message_are_the_substitute_s(
    own: OwnEngine, substitute: Substitute
) -> None:
    assert not own.prepare("very " * 2000, 180)
    own.render("very " * 2000, 180, "en")
    assert len(substitute.said) == 1
