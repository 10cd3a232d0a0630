"""Words to sound by espeak-ng, called in its own library: 1 to 4 ms a phrase."""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from followme.voices.languages import names_of
from followme.voices.pcm import SAMPLE_RATE_HZ, Pcm, trimmed
from followme.voices.voice import VoiceError

# From speak_lib.h of espeak-ng.
_SYNCHRONOUS = 2
_DO_NOT_EXIT = 0x8000  # without it a wrong data path ends the whole process
_UTF8 = 1
_RATE = 1
_AT_CHARACTER = 1

_CACHED_PHRASES = 256

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)
# The library keeps one state for the whole process.
_in_library = threading.Lock()


class EspeakLibrary(NamedTuple):
    """Where a libespeak-ng and its voices lie; ``data`` is None for where the library knows."""

    path: str
    data: str | None


def espeak_libraries() -> list[EspeakLibrary]:
    """Return the libraries of this machine: of the wheel espeakng_loader, then of the system."""
    found = []
    try:
        import espeakng_loader
    except ImportError:
        pass  # then the system's, and without that the caller says what to install
    else:
        found.append(
            EspeakLibrary(espeakng_loader.get_library_path(), espeakng_loader.get_data_path())
        )
    system = ctypes.util.find_library("espeak-ng")
    if system:
        found.append(EspeakLibrary(system, None))
    return found


class EspeakEngine:
    """Render phrases; one object a process is enough, see :func:`shared_engine`.

    Parameters
    ----------
    libraries : sequence of EspeakLibrary
        The first one that loads is used.

    Raises
    ------
    VoiceError
        When none loads.
    """

    def __init__(self, libraries: Sequence[EspeakLibrary]) -> None:
        self._library = _load(libraries)
        self._chunks: list[Pcm] = []
        self._callback = _Callback(self._take)  # must live as long as the library may call it
        self._phrases: dict[tuple[str, int, str], Pcm] = {}

    def __deepcopy__(self, memo: object) -> EspeakEngine:
        """Return itself: a process has one library, and copies of a chain share its phrases."""
        return self

    def render(self, text: str, words_per_minute: int, language: str) -> Pcm:
        """Return the sound of ``text``, (N,) int16, from first to last audible sample.

        Parameters
        ----------
        text : str
            What to say.
        words_per_minute : int
            80 to 450.
        language : str
            Name of a voice of espeak-ng, such as "en" or "de"; of one with a country that it does
            not know ("de_AT") the language alone.

        Raises
        ------
        VoiceError
            When the language is unknown or nothing audible comes out.
        """
        key = (text, words_per_minute, language)
        if key not in self._phrases:
            sound = trimmed(self._synthesise(*key))
            if not sound.size:
                raise VoiceError(f"text {text!r} has no sound: give words to say")
            sound.setflags(write=False)
            while len(self._phrases) >= _CACHED_PHRASES:
                del self._phrases[next(iter(self._phrases))]
            self._phrases[key] = sound
        return self._phrases[key]

    def _synthesise(self, text: str, words_per_minute: int, language: str) -> Pcm:
        data = text.encode(errors="replace") + b"\0"
        with _in_library:
            self._chunks.clear()
            self._library.espeak_SetSynthCallback(self._callback)
            if not any(self._takes(name) for name in names_of(language)):
                raise VoiceError(
                    f"language {language!r}: espeak-ng has no such voice, give one such as en or de"
                )
            self._library.espeak_SetParameter(_RATE, words_per_minute, 0)
            size = ctypes.c_size_t(len(data))
            status = self._library.espeak_Synth(data, size, 0, _AT_CHARACTER, 0, _UTF8, None, None)
            if status != 0 or self._library.espeak_Synchronize() != 0:
                raise VoiceError(f"text {text!r}: espeak-ng could not render it (status {status})")
            return np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int16)

    def _takes(self, name: str) -> bool:
        return bool(self._library.espeak_SetVoiceByName(name.encode()) == 0)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0


@cache
def shared_engine() -> EspeakEngine:
    """Return the engine of this process.

    Raises
    ------
    VoiceError
        When espeak-ng is missing.
    """
    return EspeakEngine(espeak_libraries())


def _load(libraries: Sequence[EspeakLibrary]) -> ctypes.CDLL:
    reasons = []
    for candidate in libraries:
        try:
            library = ctypes.CDLL(candidate.path)
        except OSError as error:
            reasons.append(str(error))
            continue
        data = None if candidate.data is None else candidate.data.encode()
        initialize: Callable[..., int] = library.espeak_Initialize
        rate_hz = initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
        if rate_hz == SAMPLE_RATE_HZ:
            return library
        reasons.append(f"{candidate.path} starts with {rate_hz} instead of {SAMPLE_RATE_HZ} Hz")
    because = f" ({'; '.join(reasons)})" if reasons else ""
    raise VoiceError(
        f"espeak-ng is missing{because}: install the package espeak-ng or "
        "the wheel espeakng-loader to hear words"
    )
