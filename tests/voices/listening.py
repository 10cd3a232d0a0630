"""What the tests of the voices share: utterances, tracks, and waiting for what must come."""

from __future__ import annotations

import json
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from followme.values.intent import Intent, Priority, Utterance
from followme.values.obstacle import Kind, Obstacle, Zone
from followme.voices.pcm import SAMPLE_RATE_HZ
from followme.voices.voice import Voice, VoiceEvent

T = TypeVar("T")

AUDIBLE = 300
DEADLINE_S = 10.0


def an_utterance(
    text: str = "Stop. Chair ahead.",
    tone: str = "",
    thing: Obstacle | None = None,
    priority: Priority = Priority.STOP,
) -> Utterance:
    return Utterance(Intent("stop.object", priority, 0, 0.0, 0.5, thing), text, tone)


def a_thing(**facts: Any) -> Obstacle:
    """Return a box in the way, in STOP unless told otherwise."""
    known: dict[str, Any] = {
        "track_id": 1,
        "kind": Kind.OBJECT,
        "label": "box",
        "confidence": 0.9,
        "nearest_m": (0.9, 0.0, 0.2),
        "distance_m": 0.9,
        "distance_std_m": 0.05,
        "bearing_rad": 0.0,
        "angular_width_rad": 0.4,
        "bottom_m": 0.0,
        "top_m": 0.4,
        "y_min_m": -0.2,
        "y_max_m": 0.2,
        "time_to_contact_s": 1.0,
        "zone": Zone.STOP,
        "in_corridor": True,
    }
    return Obstacle(**{**known, **facts})


def read_track(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def onset_s(track: NDArray[np.int16], from_s: float = 0.0) -> float:
    """Return when the track is first audible after ``from_s``; NaN when it never is."""
    begin = max(0, round(from_s * SAMPLE_RATE_HZ))
    loud = np.flatnonzero(np.abs(track[begin:].astype(int)) >= AUDIBLE)
    return float((begin + loud[0]) / SAMPLE_RATE_HZ) if loud.size else float("nan")


def span(track: NDArray[np.int16], begin_s: float, end_s: float) -> NDArray[np.int16]:
    return track[max(0, round(begin_s * SAMPLE_RATE_HZ)) : max(0, round(end_s * SAMPLE_RATE_HZ))]


def eventually(what: Callable[[], T | None], why: str) -> T:
    """Return the first result of ``what`` that is neither None nor False nor empty."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        result = what()
        if result:
            return result
        time.sleep(0.005)
    raise AssertionError(f"{why} did not happen within {DEADLINE_S:g} s")


def until(voice: Voice, *kinds: str) -> list[VoiceEvent]:
    """Poll, with heartbeats, until events of these kinds have come; return all that came."""
    came: list[VoiceEvent] = []

    def all_came() -> bool:
        voice.heartbeat()
        came.extend(voice.poll())
        return all(kind in [e.kind for e in came] for kind in kinds)

    eventually(all_came, f"{' and '.join(kinds)} (came: {[e.kind for e in came]})")
    return came


def read_log(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a sound log, whether it is finished or not."""
    for name in (path, path.with_name(f"{path.name}.part")):
        if name.exists():
            return [json.loads(line) for line in name.read_text().splitlines()]
    return []


def has_gone(pid: int) -> bool:
    """Whether a process has ended (or waits to be collected by a parent that is not ours)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"
