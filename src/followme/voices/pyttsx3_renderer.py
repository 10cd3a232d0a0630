"""The user's own engine (pyttsx3) in a process of its own: words in, a WAV file out.

``python -m followme.voices.pyttsx3_renderer --folder DIR``. Takes ``render`` (id, text,
words_per_minute) on standard input; answers ``done`` (id, file) or ``failed`` (id, text), or
``error`` (text) and its end where the engine cannot be had. pyttsx3 blocks, wants one thread for
all its calls and is known to hang: the owner kills this process when it does not answer.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import queue
import shutil
import signal
import sys
import threading
import time
import wave
from pathlib import Path
from typing import Any

from followme.settings import did_you_mean
from followme.voices.framing import Decoder, Message, encode
from followme.voices.languages import names_of
from followme.voices.voice import VoiceError

EXIT_CANNOT_START = 2
_STDIN, _STDOUT = 0, 1
_CHUNK_BYTES = 65536
# espeak-ng on a busy machine at times ends a text with no sound, and says the same text right after
_ATTEMPTS = 2
# after its loop has ended an engine may still write
_FINISHING_S = 1.5
_TURN_S = 0.005
_HEADER_BYTES = 44


class Pyttsx3Engine:
    """Write words to files; all calls from one thread.

    Parameters
    ----------
    driver : str
        Name of a driver of pyttsx3; empty for the one of this system.
    voice : str
        Id or name of a voice; empty for the engine's own in the language.
    language : str
        Of the words, such as "en".

    Raises
    ------
    VoiceError
        When pyttsx3, its driver or the voice cannot be had.
    """

    def __init__(self, driver: str, voice: str, language: str) -> None:
        _offer_espeak()
        try:
            import pyttsx3
        except ImportError as error:
            raise VoiceError(
                "pyttsx3 is missing: install it (pip install pyttsx3), or set voice.engine to auto"
            ) from error
        self._name = f"driver {driver!r}" if driver else "driver"
        try:
            self._engine = pyttsx3.init(driver or None)
            chosen = _chosen(self._engine, voice, language)
            if chosen is not None:
                self._engine.setProperty("voice", chosen)
        except VoiceError:
            raise
        except Exception as error:  # drivers raise whatever their system does
            raise VoiceError(
                f"pyttsx3 cannot start its {self._name} ({error}): install that engine, or set "
                "voice.engine to auto"
            ) from error
        self._finished = False
        self._error: object = None
        self._engine.connect("finished-utterance", self._note_end)
        self._engine.connect("error", self._note_error)

    def save(self, text: str, words_per_minute: int, file: Path) -> None:
        """Write words to a WAV file.

        Raises
        ------
        VoiceError
            When the driver cannot write files, or did not.
        """
        text = text.encode(errors="replace").decode()  # half a letter would end the engine
        for _attempt in range(_ATTEMPTS):
            self._save(text, words_per_minute, file)
            if _is_whole(file):
                return

    def _save(self, text: str, words_per_minute: int, file: Path) -> None:
        self._finished, self._error = False, None
        try:
            self._engine.setProperty("rate", words_per_minute)
            self._engine.save_to_file(text, str(file))
            self._engine.runAndWait()
        except (AttributeError, NotImplementedError) as error:
            raise VoiceError(
                f"the {self._name} of pyttsx3 cannot write sound to a file ({error}): choose "
                "another with voice.pyttsx3_driver, or set voice.engine to auto"
            ) from error
        deadline_s = time.monotonic() + _FINISHING_S
        while not (self._finished or self._error or _is_whole(file)):
            if time.monotonic() > deadline_s:
                raise VoiceError(f"the {self._name} of pyttsx3 wrote no sound for {text!r}")
            time.sleep(_TURN_S)
        if self._error:
            raise VoiceError(f"the {self._name} of pyttsx3 failed at {text!r} ({self._error})")

    def _note_end(self, **_facts: Any) -> None:
        self._finished = True

    def _note_error(self, exception: object = "unknown", **_facts: Any) -> None:
        self._error = exception


def _offer_espeak() -> None:
    """Let pyttsx3 find the espeak-ng of a wheel where the system has none."""
    if not sys.platform.startswith("linux"):
        return
    try:
        ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        try:
            import espeakng_loader
        except ImportError:
            return  # the driver says what is missing
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        # its driver opens it by the name that is then known to the linker
        ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)


def _chosen(engine: Any, wanted: str, language: str) -> str | None:
    """Return the id of the voice to use; None for the engine's own.

    Raises
    ------
    VoiceError
        When there is no such voice.
    """
    voices = {str(v.id): v for v in engine.getProperty("voices") or []}
    if wanted:
        names = {str(v.name).casefold(): key for key, v in voices.items()}
        names |= {key.casefold(): key for key in voices}
        if wanted.casefold() not in names:
            raise VoiceError(
                f"voice.pyttsx3_voice: {wanted!r} is no voice of pyttsx3"
                f"{did_you_mean(wanted.casefold(), names)}; it has {len(voices)}, "
                "or leave it empty"
            )
        return names[wanted.casefold()]
    own = str(engine.getProperty("voice"))
    if not voices:
        return None
    # a country that no voice is of is better than no words
    for spoken in (language, names_of(language)[1]):
        fitting = [key for key, v in voices.items() if _speaks(v, spoken)]
        if own in fitting:
            return own
        if fitting:
            break
    if not fitting:
        raise VoiceError(f"pyttsx3 has no voice for language {language!r}: install one")
    # "gmw/en" before "gmw/en-029"
    return min(fitting, key=lambda key: (key.rpartition("/")[2] != spoken, len(key)))


def _speaks(voice: Any, language: str) -> bool:
    known = [str(name).replace("_", "-").casefold() for name in voice.languages or []]
    wanted = language.replace("_", "-").casefold()
    return any(name == wanted or name.startswith(f"{wanted}-") for name in known)


def _is_whole(file: Path) -> bool:
    """Return whether a WAV file is complete: its header is brought up to date at the end."""
    try:
        with wave.open(str(file), "rb") as sound:
            expected = sound.getnframes() * sound.getnchannels() * sound.getsampwidth()
        return 0 < expected <= file.stat().st_size - _HEADER_BYTES
    except (OSError, EOFError, wave.Error):
        return False


def main() -> int:
    """Render until standard input ends; return the exit code where the engine cannot be had."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parser = argparse.ArgumentParser(prog="python -m followme.voices.pyttsx3_renderer")
    parser.add_argument("--folder", type=Path, required=True, help="for its files; removed at last")
    for name, value in (("driver", ""), ("voice", ""), ("language", "en")):
        parser.add_argument(f"--{name}", default=value)
    given = parser.parse_args()
    answers = _own_stdout()
    asked: queue.Queue[Message] = queue.Queue()
    threading.Thread(target=_listen, args=(asked, given.folder), daemon=True).start()
    try:
        engine = Pyttsx3Engine(given.driver, given.voice, given.language)
    except VoiceError as error:
        os.write(answers, encode({"op": "error", "text": str(error)}))
        return EXIT_CANNOT_START
    try:
        while True:
            os.write(answers, encode(_answer(engine, asked.get(), given.folder)))
    except BrokenPipeError:  # the owner is gone
        shutil.rmtree(given.folder, ignore_errors=True)
        return 0


def _answer(engine: Pyttsx3Engine, message: Message, folder: Path) -> Message:
    file = folder / f"{message['id']}.wav"
    try:
        engine.save(message["text"], message["words_per_minute"], file)
    except VoiceError as error:
        return {"op": "failed", "id": message["id"], "text": str(error)}
    return {"op": "done", "id": message["id"], "file": file.name}


def _listen(asked: queue.Queue[Message], folder: Path) -> None:
    """Take requests; when the owner is gone, leave nothing behind, whatever the engine does."""
    decoder = Decoder()
    while data := os.read(_STDIN, _CHUNK_BYTES):
        for message in decoder.feed(data):
            if message["op"] == "render":
                asked.put(message)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _own_stdout() -> int:
    """Return a copy of standard output; what drivers print there goes nowhere."""
    own = os.dup(_STDOUT)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDOUT)
    os.close(nowhere)
    return own


if __name__ == "__main__":
    sys.exit(main())
