"""A stand-in for the library miniaudio: a device that is plugged in as long as its file exists."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_LIBRARY = """
import enum, pathlib, threading, time

PLUG = pathlib.Path({plug!r})


class MiniaudioError(Exception):
    pass


class Backend(enum.Enum):
    ALSA = 1
    NULL = 2


class Devices:
    def __init__(self, backends):
        pass

    def get_playbacks(self):
        return [{{"name": "Ear"}}] if PLUG.exists() else []


class PlaybackDevice:
    def __init__(self, **how):
        pass

    def start(self, feed):
        threading.Thread(target=self.play, args=(feed,), daemon=True).start()

    def play(self, feed):
        while True:
            if PLUG.exists():
                feed.send(220)
            time.sleep(0.01)

    def close(self):
        pass
"""


def device_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let processes that are started from now on play on the stand-in; return its plug."""
    plug = folder / "plug"
    plug.touch()
    library = folder / "devices" / "miniaudio"
    library.mkdir(parents=True)
    (library / "__init__.py").write_text(_LIBRARY.format(plug=str(plug)))
    path = os.pathsep.join([str(library.parent), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    return plug
