"""The loop that speaks hangs: how long until the sound process says by itself that vision is lost.

Once on a simulated clock, with the rule and the sound of the sound process, always with the same
result; once with the real process.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from followme.evaluation.fault_drills import DRILLS, ENGINE_HANG, DrillResult
from followme.evaluation.hearing import SOUND_S, first_audible
from followme.settings import VoiceSettings
from followme.voices.device import Device
from followme.voices.espeak import EspeakVoice
from followme.voices.guard import Guard
from followme.voices.pcm import read_wav
from followme.voices.repertoire import Repertoire
from followme.voices.sink_loop import BLOCK_S
from followme.voices.sink_options import SinkOptions
from followme.voices.voice import VoiceError

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


def real_hang() -> DrillResult:
    """Return what comes of a hang with the sound process of this machine, which nobody hears.

    Raises
    ------
    VoiceError
        When the sound process does not start, or does not say anything.
    """
    with tempfile.TemporaryDirectory(prefix="followme_hang_") as folder:
        track, log = Path(folder, "track.wav"), Path(folder, "log.jsonl")
        options = SinkOptions(device="none", track=str(track), log=str(log), track_always=True)
        voice = EspeakVoice(VoiceSettings(tick=False, mono=True), time.monotonic_ns, options)
        try:
            hangs_s = _beats_for(voice, _LIVES_S)
            while not voice.alarms:
                if time.monotonic() > hangs_s + _PATIENCE_S:
                    raise VoiceError("the sound process said nothing: run followme doctor")
                time.sleep(_BEAT_S)
                voice.poll()
            start_s = voice.track_start_ns * 1e-9
        finally:
            voice.close()
        rows = [json.loads(line) for line in log.read_text().splitlines()]
        said = next(r for r in rows if r["event"] == "onset" and r["monotonic_s"] >= hangs_s)
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
