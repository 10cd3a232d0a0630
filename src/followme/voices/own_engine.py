"""The user's own engine as the sound process sees it: asked, watched, started again, replaced."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from followme.voices.child_process import ChildProcess
from followme.voices.engine import EspeakEngine
from followme.voices.foreign_wav import read_foreign_wav
from followme.voices.framing import Message, MessageError
from followme.voices.pcm import Pcm, trimmed
from followme.voices.sink_options import SinkOptions
from followme.voices.voice import VoiceError

#: Words are waited for this long, since they are about what is seen now; then the substitute
#: says them. An engine that has not answered after the longer time hangs.
PATIENCE_S = 0.5
HUNG_S = 2.0
_STARTING_S = 10.0
_FIRST_BACK_OFF_S = 0.25
_MOST_BACK_OFF_S = 10.0
# a process that lived this long did not die of its start
_STABLE_S = 10.0
_CACHED_PHRASES = 256
# rendered first: it shows that the driver writes files
_TRIAL = ("Ready", 180)
_MEND = "set voice.engine to auto"

_Key = tuple[str, int]


class _Asked(NamedTuple):
    key: _Key
    at_s: float


class OwnEngine:
    """Words by pyttsx3, rendered in its own process; nothing here waits for it.

    A phrase is asked for by :meth:`prepare` and kept by its text. Where it does not come, the
    substitute says it and :attr:`fault` says why.

    Parameters
    ----------
    options : SinkOptions
        Driver, voice, language.
    substitute : EspeakEngine or None
        Speaks while the own engine cannot.
    """

    def __init__(self, options: SinkOptions, substitute: EspeakEngine | None) -> None:
        self._options = options
        self._substitute = substitute
        self._phrases: dict[_Key, Pcm] = {}
        self._asked: dict[int, _Asked] = {}
        self._count = 0
        self._process: ChildProcess | None = None
        self._folder: Path | None = None
        self._working = False
        self._said_error = self._trouble = self._fault = ""
        self._back_off_s = _FIRST_BACK_OFF_S
        self._retry_s = 0.0
        self._restarts = -1
        self._start(time.monotonic())

    @property
    def fault(self) -> str:
        """What is wrong with the own engine, one sentence; empty when nothing is."""
        return self._fault

    @property
    def speaks(self) -> bool:
        """Whether words can be said at all, by whichever engine."""
        return self._working or self._substitute is not None

    @property
    def restarts(self) -> int:
        """How often its process had to be started again."""
        return self._restarts

    @property
    def pid(self) -> int | None:
        """Process id; None while there is none."""
        return None if self._process is None else self._process.pid

    def await_ready(self) -> None:
        """Wait until it has rendered its first phrase.

        Raises
        ------
        VoiceError
            When it cannot.
        """
        while not self._working:
            if self._process is not None:
                self._process.wait(0.1)
            self.watch(time.monotonic())
            if self._trouble:
                self.close()
                mend = "" if _MEND in self._trouble else f": {_MEND}"
                raise VoiceError(f"{self._trouble}{mend}")

    def prepare(self, text: str, words_per_minute: int) -> bool:
        """Ask for a phrase unless it is known; return whether it is worth waiting for."""
        key, now_s = (text, words_per_minute), time.monotonic()
        late = any(now_s - asked.at_s > PATIENCE_S for asked in self._asked.values())
        if key in self._phrases or not self._working or late:
            return False
        self._trouble = ""
        return self.waiting(text, words_per_minute) or self._ask(key, now_s)

    def waiting(self, text: str, words_per_minute: int) -> bool:
        """Return whether a phrase was asked for and may still come."""
        return any(asked.key == (text, words_per_minute) for asked in self._asked.values())

    def render(self, text: str, words_per_minute: int, language: str) -> Pcm:
        """Return a phrase that has come, else the substitute's, (N,) int16.

        Raises
        ------
        VoiceError
            When neither can say it.
        """
        key = (text, words_per_minute)
        if key in self._phrases:
            self._fault = ""
            return self._phrases[key]
        late = f"pyttsx3 did not render {text!r} in time"
        self._say_fault(self._trouble or (late if self._working else "pyttsx3 is starting"))
        if self._substitute is None:
            raise VoiceError(self._fault)
        return self._substitute.render(text, words_per_minute, language)

    def watch(self, now_s: float) -> None:
        """Take what came; start the process again when it died or hangs."""
        if self._process is None:
            if now_s >= self._retry_s:
                self._start(now_s)
            return
        for message in self._process.receive():
            self._hear(message)
        oldest_s = min((asked.at_s for asked in self._asked.values()), default=now_s)
        trouble = self._process.trouble()
        if not trouble and now_s - oldest_s > (HUNG_S if self._working else _STARTING_S):
            trouble = f"pyttsx3 does not answer{self._process.complaint}"
        if trouble:
            self._lose(trouble, now_s)

    def close(self) -> None:
        """Kill the process and remove its files."""
        if self._process is not None:
            self._process.kill()
        self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None
        self._working = False
        self._asked.clear()

    def _start(self, now_s: float) -> None:
        o = self._options
        self._restarts += 1
        self._said_error = ""
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="followme-voice-"))
            words = {"folder": self._folder, "driver": o.driver, "voice": o.voice}
            self._process = ChildProcess(
                "pyttsx3",
                "followme.voices.pyttsx3_renderer",
                [f"--{k}={v}" for k, v in words.items()] + [f"--language={o.language}"],
            )
        except OSError as error:  # no memory, no disk, too many processes: may pass
            self._lose(f"pyttsx3 cannot be started ({error.strerror})", now_s)
            return
        self._ask(_TRIAL, now_s)

    def _ask(self, key: _Key, now_s: float) -> bool:
        self._count += 1
        text, words_per_minute = key
        message = {"op": "render", "id": self._count, "text": text}
        try:
            assert self._process is not None
            taken = self._process.send({**message, "words_per_minute": words_per_minute})
        except MessageError:  # too long for a pipe: the substitute has no such limit
            taken = False
        if taken:
            self._asked[self._count] = _Asked(key, now_s)
        return taken

    def _hear(self, message: Message) -> None:
        if message["op"] == "error":
            self._said_error = message["text"]
            return
        asked = self._asked.pop(message.get("id", 0), None)
        if asked is None or self._folder is None:
            return
        try:
            if message["op"] != "done":
                raise VoiceError(message["text"])
            self._keep(asked.key, self._folder / message["file"])
        except VoiceError as error:
            self._trouble = str(error)
        else:
            if not self._working:
                self._fault = ""
            self._working, self._trouble = True, ""

    def _keep(self, key: _Key, file: Path) -> None:
        try:
            sound = trimmed(read_foreign_wav(file))
        except VoiceError as error:
            raise VoiceError(f"pyttsx3 gave no sound for {key[0]!r} ({error})") from error
        finally:
            file.unlink(missing_ok=True)
        if not sound.size:
            raise VoiceError(f"pyttsx3 gave no sound for {key[0]!r}")
        sound.setflags(write=False)
        while len(self._phrases) >= _CACHED_PHRASES:
            del self._phrases[next(iter(self._phrases))]
        self._phrases[key] = sound

    def _lose(self, trouble: str, now_s: float) -> None:
        process = self._process
        stable = process is not None and now_s - process.started_s > _STABLE_S
        self.close()
        self._trouble = self._said_error or trouble
        self._say_fault(self._trouble)
        self._retry_s = now_s + (_FIRST_BACK_OFF_S if stable else self._back_off_s)
        self._back_off_s = (
            2 * _FIRST_BACK_OFF_S if stable else min(2 * self._back_off_s, _MOST_BACK_OFF_S)
        )

    def _say_fault(self, why: str) -> None:
        instead = "espeak-ng speaks instead" if self._substitute else "espeak-ng is missing too"
        self._fault = f"{why}; {instead}"
