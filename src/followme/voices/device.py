"""The sound device, fed in small blocks (miniaudio: ALSA, PulseAudio, JACK, CoreAudio, WASAPI)."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

from followme.voices.pcm import SAMPLE_BYTES, SAMPLE_RATE_HZ, samples_in
from followme.voices.voice import VoiceError

_PERIOD_MS = 10
_PERIODS = 2
# kept ahead of the device, so that a late block is not heard as a click
_AHEAD_S = 0.020
# ALSA lists a device that throws everything away
_NOT_HEARD = "Discard all samples"


class Device:
    """Play blocks in order; silence where none has come in time.

    Parameters
    ----------
    name : {"auto", "null"}
        ``null`` plays to nowhere at the pace of a device, for checks.
    channels : int
        1 or 2.

    Raises
    ------
    VoiceError
        When there is no device that can be heard.
    """

    def __init__(self, name: str, channels: int = 1) -> None:
        self._frame_bytes = SAMPLE_BYTES * channels
        try:
            import miniaudio
        except ImportError as error:
            raise VoiceError("no sound device (the wheel miniaudio is missing)") from error
        null = miniaudio.Backend.NULL
        backends = [null] if name == "null" else [b for b in miniaudio.Backend if b is not null]
        try:
            self.name = _first_heard(miniaudio.Devices(backends).get_playbacks())
            self._device = miniaudio.PlaybackDevice(
                nchannels=channels,
                sample_rate=SAMPLE_RATE_HZ,
                buffersize_msec=_PERIOD_MS,
                callback_periods=_PERIODS,
                backends=backends,
                app_name="FollowMe",
            )
            self._waiting = bytearray()
            self._lock = threading.Lock()
            self._taken = 0
            feed = self._feed()
            next(feed)
            self._device.start(feed)
        except miniaudio.MiniaudioError as error:
            raise VoiceError(f"no sound device ({error})") from error

    #: From :meth:`play` to the ear, about.
    LATENCY_S = _AHEAD_S + _PERIODS * _PERIOD_MS * 1e-3

    @property
    def taken(self) -> int:
        """How many samples the device has asked for; stands still when it is gone."""
        return self._taken

    def play(self, block: bytes, silent: bool) -> None:
        """Append a block; a silent one is left out when too much waits (clocks differ)."""
        with self._lock:
            ahead = len(self._waiting) // self._frame_bytes
            if not silent or ahead <= samples_in(_AHEAD_S):
                self._waiting += block

    def close(self) -> None:
        """Stop playing."""
        self._device.close()

    def _feed(self) -> Generator[bytes, int, None]:
        count = yield b""
        while True:
            with self._lock:
                data = bytes(self._waiting[: count * self._frame_bytes])
                del self._waiting[: len(data)]
            self._taken += count
            count = yield data.ljust(count * self._frame_bytes, b"\0")


def _first_heard(devices: list[dict[str, Any]]) -> str:
    for device in devices:
        name: str = device["name"]
        if not name.startswith(_NOT_HEARD):
            return name
    raise VoiceError("no sound device")
