"""Which voice: by the settings and by what this machine can play."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from followme.settings import VoiceSettings
from followme.voices.espeak import EspeakVoice
from followme.voices.silent import SilentVoice
from followme.voices.sink_options import SinkOptions
from followme.voices.voice import Voice

_TRACK_NAME = "followme_speech.wav"


def make_voice(s: VoiceSettings, now_ns: Callable[[], int], language: str = "en") -> Voice:
    """Return the voice that ``s.engine`` names; ``about`` of it says where sound goes.

    ``auto`` plays on the sound device if there is one and else writes the track; ``espeak``
    insists on a device and on espeak-ng; ``pyttsx3`` is as ``auto`` with the words of the user's
    own engine; ``wav`` writes the track only. Where a track is written, a log of all that sounded
    stands beside it (TRACK.jsonl).

    Parameters
    ----------
    s : VoiceSettings
        Engine, track, rate, volume.
    now_ns : callable
        The clock of the image stamps.
    language : str
        Of the words.

    Raises
    ------
    VoiceError
        When that voice cannot be had here.
    """
    if s.engine == "silent":
        return SilentVoice(s, now_ns)
    track = Path(s.track) if s.track else log_folder() / _TRACK_NAME
    wanted = bool(s.track) or s.engine != "espeak"
    options = SinkOptions(
        device="none" if s.engine == "wav" else "auto",
        strict=s.engine == "espeak",
        track=str(track) if wanted else "",
        track_always=bool(s.track),
        log=f"{track}.jsonl" if wanted else "",
        language=language,
        engine="pyttsx3" if s.engine == "pyttsx3" else "espeak",
        driver=s.pyttsx3_driver,
        voice=s.pyttsx3_voice,
    )
    return EspeakVoice(s, now_ns, options)


def log_folder() -> Path:
    """Return the folder of logs by the convention of ROS 2 (ROS_LOG_DIR, ROS_HOME, ~/.ros/log)."""
    given = os.environ.get("ROS_LOG_DIR")
    if given:
        return Path(given)
    home = os.environ.get("ROS_HOME")
    return Path(home) / "log" if home else Path.home() / ".ros" / "log"
