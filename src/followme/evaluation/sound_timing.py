"""How long the real sound process takes from a decision to the loudspeaker (C3).

``python -m followme.evaluation.sound_timing`` says phrases through the sound process, new ones and
known ones, and finds on its track when each began. A walk on the simulated clock adds
:data:`followme.evaluation.hearing.SOUND_S` to each onset; this shows whether that is enough.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from followme.alerts.catalogue import TYPES
from followme.evaluation.hearing import SOUND_S, first_audible
from followme.outputs.files import write_bytes
from followme.settings import VoiceSettings
from followme.values.intent import Intent, Priority, Utterance
from followme.voices.device import Device
from followme.voices.espeak import EspeakVoice
from followme.voices.pcm import read_wav
from followme.voices.sink_options import SinkOptions
from followme.voices.voice import VoiceError

#: What is asked for: a tone before words, words alone, a tone alone; by the names in the table.
KINDS = ("tone and words, new", "words, new", "words, known", "tone alone")
_SIDES = ("ahead", "ahead left", "ahead right")
_HEARD_S = 5.0
# decisions fall anywhere into a block of 10 ms: the golden section never repeats
_SPREAD_S, _SECTION = 0.010, 0.618034
_PAUSE_S = 0.060


@dataclass(frozen=True)
class Timing:
    """Delays of one kind of utterance.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    delays_s : tuple of float
        From the decision to the first audible sample, what is kept ahead of a device included.
    """

    kind: str
    delays_s: tuple[float, ...]

    def ms(self, percent: float) -> float:
        """Return a percentile, in milliseconds."""
        return 1e3 * float(np.percentile(self.delays_s, percent))


def measure(device: str, count: int) -> list[Timing]:
    """Say ``count`` utterances of each kind and return how long each took to be heard.

    Parameters
    ----------
    device : {"auto", "null", "none"}
        ``null`` takes sound at the pace of a device; ``none``: the track alone.
    count : int
        Of each kind.

    Raises
    ------
    VoiceError
        When the sound process cannot start or does not speak.
    """
    with tempfile.TemporaryDirectory(prefix="followme_sound_") as folder:
        path = Path(folder) / "track.wav"
        options = SinkOptions(device=device, track=str(path), track_always=True)
        voice = EspeakVoice(VoiceSettings(tick=False), time.monotonic_ns, options)
        try:
            asked = [(kind, _onset(voice, kind, i)) for kind in KINDS for i in range(count)]
            start_s = voice.track_start_ns * 1e-9
        finally:
            voice.close()
        track = read_wav(path)
    ahead_s = 0.0 if device == "none" else Device.LATENCY_S
    delays: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for kind, (asked_s, at_s) in asked:
        heard_s = start_s + first_audible(track, at_s) + ahead_s
        delays[kind].append(heard_s - asked_s)
    return [Timing(kind, tuple(found)) for kind, found in delays.items()]


def _onset(voice: EspeakVoice, kind: str, number: int) -> tuple[float, float]:
    """Say an utterance; return when it was asked for, and where on the track it began."""
    time.sleep(_PAUSE_S + _SPREAD_S * (number * _SECTION % 1.0))
    said = _utterance(kind, number)
    asked_s = time.monotonic()
    voice.start(said)
    while time.monotonic() < asked_s + _HEARD_S:
        time.sleep(0.002)
        voice.heartbeat()
        for event in voice.poll():
            if event.kind == "onset" and event.utterance is said:
                voice.cut()
                return asked_s, event.at_s
            if event.kind == "failed":
                raise VoiceError(f"{said.text!r} was not heard: {voice.fault}")
    raise VoiceError(f"{said.text!r} was not heard within {_HEARD_S:g} s: run followme doctor")


def _utterance(kind: str, number: int) -> Utterance:
    intent = Intent("stop.object", Priority.STOP, 0, 0.0, 0.5)
    thing = TYPES[number % len(TYPES)].capitalize()
    side = _SIDES[number // len(TYPES) % len(_SIDES)]
    if kind == "tone alone":
        return Utterance(intent, "", "warn")
    if kind == "words, known":
        return Utterance(intent, "Vision back")
    if kind == "words, new":
        return Utterance(intent, f"{thing} {side}, {number + 2} metres")
    return Utterance(intent, f"Stop. {thing} {side}, {number}", "stop")


def table_of(timings: Sequence[Timing]) -> str:
    """Return the figures as a table of Markdown, milliseconds."""
    lines = [
        "| from decision to sound | n | p50 | p99 | longest |",
        "| --- | --- | --- | --- | --- |",
    ]
    for t in timings:
        figures = " | ".join(f"{ms:.1f}" for ms in (t.ms(50), t.ms(99), t.ms(100)))
        lines.append(f"| {t.kind} | {len(t.delays_s)} | {figures} |")
    return "\n".join(lines)


def _figures(timings: Sequence[Timing]) -> dict[str, dict[str, float]]:
    return {
        t.kind.replace(",", "").replace(" ", "_"): {
            "n": len(t.delays_s),
            "p50_ms": t.ms(50),
            "p99_ms": t.ms(99),
            "max_ms": t.ms(100),
        }
        for t in timings
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table; return 0 when p50 of each kind is within what walks take it for."""
    parser = argparse.ArgumentParser(
        prog="python -m followme.evaluation.sound_timing", description=__doc__
    )
    parser.add_argument(
        "--device",
        choices=("null", "auto", "none"),
        default="null",
        help="null: a device at the pace of a real one that nobody hears; auto: the one of this "
        "machine; none: the track alone",
    )
    parser.add_argument("--count", type=int, default=50, help="utterances of each kind")
    parser.add_argument("--json", type=Path, help="file for the figures")
    given = parser.parse_args(arguments)
    if given.count < 1:
        parser.error(f"--count: {given.count} measures nothing, give 1 or more")
    timings = measure(given.device, given.count)
    print(table_of(timings))
    slowest_ms = max(t.ms(50) for t in timings)
    enough = slowest_ms <= 1e3 * SOUND_S
    print(
        f"walks take {1e3 * SOUND_S:.0f} ms for it: "
        f"{'enough' if enough else 'too little'} for the slowest p50 ({slowest_ms:.1f} ms)"
    )
    if given.json is not None:
        write_bytes(given.json, json.dumps(_figures(timings), indent=1).encode() + b"\n")
    return 0 if enough else 1


if __name__ == "__main__":
    raise SystemExit(main())
