"""The command line of the sound process: written by a voice, read by the sink."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class SinkOptions:
    """How the sound process starts.

    Parameters
    ----------
    device : {"auto", "none", "null"}
        Play on the device of this machine if there is one, on none, or to nowhere.
    strict : bool
        Refuse to start without a device or without espeak-ng.
    track, log : str
        WAV file and JSON lines file, empty for none.
    track_always : bool
        Also write the track where a device plays.
    resume : bool
        Go on with the unfinished track and log of a process that died.
    start_ns : int
        Second 0 of the track on the monotonic clock; 0 for now.
    parent : int
        Process id whose end counts as a broken pipe; 0 for none.
    language : str
        Of the words.
    words_per_minute : int
        80 to 450.
    volume : float
        0 to 1.
    heartbeat_timeout_s : float
        Without a heartbeat for this long, vision is lost.
    engine : {"espeak", "pyttsx3"}
        Who says the words.
    driver, voice : str
        Of pyttsx3; empty for its own choice.
    channels : int
        1, or 2 to tell the side of a thing by the place of its tone.
    tick : bool
        Say in long silence that all is alive.
    resounds : bool
        Refuse to start without a device: there was one, and whoever hears nothing now is not
        helped by a track.
    """

    device: str = "auto"
    strict: bool = False
    track: str = ""
    log: str = ""
    track_always: bool = False
    resume: bool = False
    start_ns: int = 0
    parent: int = 0
    language: str = "en"
    words_per_minute: int = 180
    volume: float = 0.8
    heartbeat_timeout_s: float = 0.5
    engine: str = "espeak"
    driver: str = ""
    voice: str = ""
    channels: int = 1
    tick: bool = False
    resounds: bool = False

    def arguments(self) -> list[str]:
        """Return the command line that says the same."""
        words: list[str] = []
        for f in fields(self):
            value = getattr(self, f.name)
            if value is True:
                words.append(_flag(f.name))
            elif value is not False:
                words.append(f"{_flag(f.name)}={value}")
        return words

    @classmethod
    def read(cls, arguments: Sequence[str]) -> SinkOptions:
        """Read a command line."""
        parser = argparse.ArgumentParser(
            prog="python -m followme.voices.sink",
            description="The sound process: says what its standard input asks for, and says by "
            "itself that vision is lost when the heartbeats there end.",
        )
        for f in fields(cls):
            if isinstance(f.default, bool):
                parser.add_argument(_flag(f.name), action="store_true")
            else:
                parser.add_argument(_flag(f.name), type=type(f.default), default=f.default)
        return cls(**vars(parser.parse_args(arguments)))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
