"""Where the sound process puts sound: a device, a track, or both; and the log of what sounded."""

from __future__ import annotations

import json
from pathlib import Path

from followme.voices.device import Device
from followme.voices.part_file import PartFile
from followme.voices.pcm import SAMPLE_BYTES, Pcm
from followme.voices.track import TrackWriter
from followme.voices.voice import VoiceError

# a device that asks for nothing for so long is told as a fault: meanwhile nothing is heard ...
_DEVICE_LATE_S = 0.5
# ... and after this long it is unplugged or hangs
_DEVICE_GONE_S = 2.0


class Output:
    """Take every block of the sound process.

    Parameters
    ----------
    device : Device or None
        Plays it.
    track : TrackWriter or None
        Keeps it.
    channels : int
        Of every block.
    """

    def __init__(self, device: Device | None, track: TrackWriter | None, channels: int = 1) -> None:
        self._frame_bytes = SAMPLE_BYTES * channels
        self._device = device
        self._track = track
        self._taken = -1
        self._taken_s = 0.0

    @property
    def has_device(self) -> bool:
        """Whether it is heard, and not only written."""
        return self._device is not None

    @property
    def latency_s(self) -> float:
        """From a sample's time to the ear, about; 0 where only a track listens."""
        return 0.0 if self._device is None else self._device.LATENCY_S

    def put(self, at: int, count: int, sound: Pcm | None) -> None:
        """Take the samples from ``at`` on; None for silence.

        Raises
        ------
        VoiceError
            When the track cannot be written any more; sound goes on without it.
        """
        if self._device is not None:
            block = b"" if sound is None else sound.tobytes()
            self._device.play(block.ljust(self._frame_bytes * count, b"\0"), sound is None)
        if self._track is None:
            return
        try:
            if sound is None:
                self._track.reach(at + count)
            else:
                self._track.write(at, sound)
        except OSError as error:
            self._track = None
            raise VoiceError(
                f"sound track cannot be written any more ({error.strerror}): free its disk"
            ) from error

    def device_gone(self, now_s: float) -> bool:
        """Return whether the device has stopped asking for sound."""
        return self._device_quiet_s(now_s) > _DEVICE_GONE_S

    def fault(self, now_s: float) -> str:
        """Return why nothing is heard right now, one sentence; empty while all is well."""
        late = self._device_quiet_s(now_s) > _DEVICE_LATE_S
        return "the sound device takes no sound, so that nothing is heard" if late else ""

    def _device_quiet_s(self, now_s: float) -> float:
        if self._device is None:
            return 0.0
        if self._device.taken != self._taken:
            self._taken, self._taken_s = self._device.taken, now_s
        return now_s - self._taken_s

    def close(self) -> None:
        """Complete the track and stop the device."""
        if self._track is not None:
            self._track.close()
        if self._device is not None:
            self._device.close()


class SoundLog:
    """Keep what sounded when, one JSON object a line: the guard's words too.

    Parameters
    ----------
    path : Path
        Called NAME.part while it grows.
    resume : bool
        Go on with the log of a process that died.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._file = PartFile(path, resume=resume)

    def note(self, event: str, monotonic_s: float, at_s: float, text: str, tone: str) -> None:
        """Add a line: event, seconds of the monotonic clock, second of the track, words, tone.

        Raises
        ------
        VoiceError
            When the log cannot be written any more; sound goes on without it.
        """
        line = {"event": event, "monotonic_s": monotonic_s, "at_s": at_s, "text": text}
        try:
            self._file.append(json.dumps({**line, "tone": tone}).encode() + b"\n")
        except OSError as error:
            raise VoiceError(
                f"sound log cannot be written any more ({error.strerror}): free its disk"
            ) from error

    def close(self) -> None:
        """Complete the file."""
        self._file.finish()
