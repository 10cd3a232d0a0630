"""A stand-in for the library pyttsx3, put before it on the path: words are commands to it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from followme.voices.own_engine import OwnEngine
from tests.voices.listening import eventually

PITCH_HZ = 1000.0

_LIBRARY = f"""
import math, os, struct, time, types, wave

PITCH_HZ, RATE_HZ = {PITCH_HZ}, 44100


def init(driver=None):
    if driver == "absent":
        raise RuntimeError("no such engine here")
    return NoFiles() if driver == "no_files" else Engine()


class NoFiles:
    def __init__(self):
        self.heard, self.begun = {{}}, set()
        self.properties = {{"voice": "own", "rate": 0}}

    def connect(self, topic, call):
        self.heard[topic] = call

    def getProperty(self, name):
        voice = types.SimpleNamespace
        voices = [
            voice(id="own", name="Own", languages=["en-GB"]),
            voice(id="other", name="Other", languages=["de_DE"]),
        ]
        return voices if name == "voices" else self.properties[name]

    def setProperty(self, name, value):
        self.properties[name] = value

    def runAndWait(self):
        print("what a driver prints must not come between the messages")


class Engine(NoFiles):
    def save_to_file(self, text, file):
        if "hang" in text:
            time.sleep(3600)
        if "slow" in text:
            time.sleep(0.8)
        if "die" in text:
            os._exit(3)
        if "fail" in text:
            self.heard["error"](name=None, exception=ValueError("no breath"))
            return
        if "broken" in text:
            with open(file, "w") as f:
                f.write("no sound")
        elif "second breath" in text and text not in self.begun:
            self.begun.add(text)
            self.write(file, 0.0)
        elif "mute" not in text:
            self.write(file, 0.3 * 180 / self.properties["rate"])
        if "silent driver" not in text:
            self.heard["finished-utterance"](name=None, completed=True)

    def write(self, file, seconds):
        turns = 2 * math.pi * PITCH_HZ / RATE_HZ
        samples = [round(20000 * math.sin(turns * i)) for i in range(round(seconds * RATE_HZ))]
        with wave.open(file, "wb") as f:
            f.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
            f.writeframes(b"".join(struct.pack("<hh", s, s) for s in samples))
"""


def put_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, library: str = _LIBRARY) -> None:
    """Let processes that are started from now on import the stand-in."""
    package = folder / "pyttsx3"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(library)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)


def take_off_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes that are started from now on find no pyttsx3."""
    put_on_path(folder, monkeypatch, "raise ImportError('absent')\n")


def finished(own: OwnEngine, text: str) -> None:
    """Watch until a phrase is no longer waited for."""

    def done() -> bool:
        own.watch(time.monotonic())
        return not own.waiting(text, 180)

    eventually(done, f"the answer about {text!r}")
