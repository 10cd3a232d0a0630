"""The loop that speaks hangs: how long until the sound process says by itself that vision is lost.

Once on a simulated clock, with the rule and the sound of the sound process, always with the same
result; once with the real process.
"""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

from followme.evaluation.fault_drills import DRILLS, ENGINE_HANG, DrillResult
from followme.evaluation.hearing import SOUND_S, first_audible
from followme.settings import VoiceSettings
from followme.voices.device import Device
from followme.voices.espeak import EspeakVoice
from followme.voices.guard import Guard
from followme.voices.pcm import read_wav
from followme.voices.repertoire import GUARD_TONE, Repertoire
from followme.voices.sink_loop import BLOCK_S
from followme.voices.sink_options import SinkOptions

# As node and pipeline send heartbeats.
_BEAT_S = 0.02
_LIVES_S = 1.0
_PATIENCE_S = 10.0
(_DRILL,) = (d for d in DRILLS if d.name == ENGINE_HANG)


def simulated_hang() -> DrillResult:
    """Return what comes of a hang on a simulated clock."""
    guard = Guard(VoiceSettings().heartbeat_timeout_s)
    guard.beat(0.0)
    blocks = 1
    while not guard.must_speak(blocks * BLOCK_S):
        blocks += 1
    repertoire = Repertoire("en", engine=None)
    begins_s = first_audible(repertoire.guard_sound().samples, 0.0)
    return DrillResult(_DRILL, 0.0, blocks * BLOCK_S + begins_s + SOUND_S, repertoire.guard_text)


def real_hang(track: Path) -> DrillResult:
    """Return what comes of a hang with the sound process of this machine, which nobody hears.

    Parameters
    ----------
    track : Path
        WAV file to be written; its log is written beside it.

    Raises
    ------
    VoiceError
        When the sound process does not start.
    """
    log = track.with_name(f"{track.name}.jsonl")
    options = SinkOptions(device="none", track=str(track), log=str(log), track_always=True)
    voice = EspeakVoice(VoiceSettings(tick=False, mono=True), time.monotonic_ns, options)
    try:
        hangs_s = _beats_for(voice, _LIVES_S)
        while not voice.alarms and time.monotonic() < hangs_s + _PATIENCE_S:
            time.sleep(_BEAT_S)
            voice.poll()
        start_s = voice.track_start_ns * 1e-9
    finally:
        voice.close()
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    # without an engine the sound process has another tone, which tells of that
    onsets = (r for r in rows if r["event"] == "onset" and r.get("tone") == GUARD_TONE)
    said = next((r for r in onsets if r["monotonic_s"] >= hangs_s), None)
    if said is None:
        return DrillResult(_DRILL, 0.0, math.nan, "")
    heard_s = start_s + first_audible(read_wav(track), said["at_s"]) + Device.LATENCY_S
    return DrillResult(_DRILL, 0.0, heard_s - hangs_s, said["text"])


def _beats_for(voice: EspeakVoice, seconds: float) -> float:
    """Send heartbeats for a while; return when the last one went out, on the monotonic clock."""
    until_s = time.monotonic() + seconds
    beat_s = time.monotonic()
    while beat_s < until_s:
        voice.heartbeat()
        beat_s = time.monotonic()
        voice.poll()
        time.sleep(_BEAT_S)
    return beat_s
