"""The voice of a walk: a client of the sound process, which renders, plays and guards."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import replace

from followme.settings import VoiceSettings
from followme.values.intent import Utterance
from followme.values.obstacle import Obstacle
from followme.voices.cue import Cue, cue_of
from followme.voices.framing import Message, MessageError
from followme.voices.pauses import Beeps, beeps_of
from followme.voices.sink_options import SinkOptions
from followme.voices.sink_process import SinkProcess
from followme.voices.voice import EventKind, VoiceError, VoiceEvent

_START_S = 15.0
_GOODBYE_S = 2.0
_FIRST_BACK_OFF_S = 0.25
_MOST_BACK_OFF_S = 10.0
# a process that lived this long did not die of its start
_STABLE_S = 10.0
_QUIET = "the sound process does not answer, so that nothing is heard"


class EspeakVoice:
    """Speak through a sound process of its own; restart it when it dies.

    A restarted process goes on with the unfinished track at the place that time has reached, so
    second t of the track stays what was heard t seconds after its start. Where a device has played
    it is waited for: a track in its place would be heard by nobody.

    Parameters
    ----------
    s : VoiceSettings
        Rate, volume, heartbeat.
    now_ns : callable
        The clock of the image stamps.
    options : SinkOptions
        Device, track, log and language; the rest is taken from ``s``.

    Raises
    ------
    VoiceError
        When the sound process cannot start.
    """

    def __init__(
        self, s: VoiceSettings, now_ns: Callable[[], int], options: SinkOptions | None = None
    ) -> None:
        self._now_ns = now_ns
        self._options = replace(
            options or SinkOptions(),
            parent=os.getpid(),
            heartbeat_timeout_s=s.heartbeat_timeout_s,
            words_per_minute=s.words_per_minute,
            volume=s.volume,
            channels=1 if s.mono else 2,
            tick=s.tick,
        )
        self.about = self._sink_fault = self._own_fault = ""
        self._playing: int | None = None
        self._aimed: Beeps | None = None
        self._said: dict[int, Utterance] = {}
        self._count = 0
        self._events: list[VoiceEvent] = []
        self._back_off_s = _FIRST_BACK_OFF_S
        self._retry_s = 0.0
        self._restarts = 0
        self._alarms = 0
        self._closed = False
        self._sink: SinkProcess | None = SinkProcess(self._options)
        self._await_ready(self._sink)

    @property
    def playing(self) -> Utterance | None:
        return None if self._playing is None else self._said[self._playing]

    @property
    def fault(self) -> str:
        quiet = self._sink is not None and self._sink.quiet
        return self._own_fault or (_QUIET if quiet else self._sink_fault)

    @property
    def restarts(self) -> int:
        return self._restarts

    @property
    def alarms(self) -> int:
        return self._alarms

    @property
    def sink_pid(self) -> int | None:
        """Process id of the sound process; None while there is none."""
        return None if self._sink is None else self._sink.pid

    @property
    def track_start_ns(self) -> int:
        """Second 0 of the track, on the monotonic clock."""
        return self._options.start_ns

    def start(self, u: Utterance) -> None:
        self._count += 1
        self._said[self._count] = u
        message = {"op": "say", "id": self._count, "tone": u.tone, "text": u.text}
        message |= {**_told(cue_of(u.intent.obstacle)), "guards": u.intent.guards}
        self._playing = None
        try:
            taken = self._sink is not None and self._sink.ready and self._send(message)
        except MessageError as error:
            taken, self._sink_fault = False, str(error)
        if taken:
            self._playing = self._count
        else:
            self._note("failed", self._count, math.nan, self._now_ns())

    def cut(self) -> None:
        if self._playing is not None:
            self._playing = None
            self._send({"op": "cut"})

    def aim(self, thing: Obstacle | None) -> None:
        beeps = beeps_of(thing)
        if beeps != self._aimed:
            told = _told(Cue() if beeps is None else beeps.cue)
            told["period_s"] = 0.0 if beeps is None else beeps.period_s
            if self._send({"op": "aim", "guards": beeps is not None and beeps.guards, **told}):
                self._aimed = beeps

    def poll(self) -> list[VoiceEvent]:
        if self._sink is not None:
            for message in self._sink.receive():
                self._hear(message)
        if not self._closed:
            self._mend()
        events, self._events = self._events, []
        return events

    def heartbeat(self) -> None:
        self._send({"op": "beat", "ns": time.monotonic_ns()})

    def change(self, s: VoiceSettings) -> None:
        changed: Message = {
            "volume": s.volume,
            "words_per_minute": s.words_per_minute,
            "tick": s.tick,
        }
        self._options = replace(self._options, **changed)
        self._send({"op": "set", **changed})

    def close(self) -> None:
        """Say goodbye, wait up to 2 s for the track to be completed; then it is killed."""
        if self._closed:
            return
        self._closed = True
        if self._sink is not None:
            for message in self._sink.end(_GOODBYE_S):
                self._hear(message)
        self._sink = None
        self._fail_all()

    def _send(self, message: Message) -> bool:
        return self._sink is not None and self._sink.send(message)

    def _hear(self, message: Message) -> None:
        op = message["op"]
        if op in ("onset", "ended", "cut", "failed"):
            # from the monotonic clock, which both processes share, to the clock of the stamps
            age_ns = time.monotonic_ns() - message["ns"]
            self._note(op, message["id"], message["at_s"], self._now_ns() - age_ns)
        elif op == "fault":
            self._sink_fault = message["text"]
        elif op == "guard":
            self._alarms += 1
            self._aimed = None  # the guard has ended the beeps
        elif op == "ready":
            self.about, self._sink_fault = message["about"], message["fault"]
            self._own_fault = ""
            self._aimed = None  # a new process knows of no beeps
            self._options = replace(
                self._options,
                start_ns=message["start_ns"],
                resume=True,
                resounds=self._options.resounds or message["device"],
            )

    def _note(self, kind: EventKind, name: int, at_s: float, wall_ns: int) -> None:
        if kind == "onset":
            said = self._said[name]
        else:
            said = self._said.pop(name)
            if self._playing == name:
                self._playing = None
        self._events.append(VoiceEvent(kind, said, at_s, wall_ns))

    def _fail_all(self) -> None:
        for name in list(self._said):
            self._note("failed", name, math.nan, self._now_ns())

    def _mend(self) -> None:
        now_s = time.monotonic()
        if self._sink is None:
            if now_s >= self._retry_s:
                self._restart(now_s)
            return
        trouble = self._sink.trouble()
        if trouble:
            self._own_fault = f"{trouble}: it is started again"
            self._lose(now_s - self._sink.started_s > _STABLE_S, now_s)

    def _restart(self, now_s: float) -> None:
        self._restarts += 1
        try:
            self._sink = SinkProcess(self._options)
        except OSError as error:  # no memory, too many processes: may pass
            self._own_fault = f"the sound process cannot be started ({error.strerror})"
            self._lose(was_stable=False, now_s=now_s)

    def _lose(self, was_stable: bool, now_s: float) -> None:
        if self._sink is not None:
            self._sink.kill()
        self._sink = None
        self._fail_all()
        self._retry_s = now_s + (_FIRST_BACK_OFF_S if was_stable else self._back_off_s)
        self._back_off_s = (
            2 * _FIRST_BACK_OFF_S if was_stable else min(2 * self._back_off_s, _MOST_BACK_OFF_S)
        )

    def _await_ready(self, sink: SinkProcess) -> None:
        deadline_s = time.monotonic() + _START_S
        while not sink.ready:
            sink.wait(deadline_s - time.monotonic())
            for message in sink.receive():
                if message["op"] == "error":
                    sink.kill()
                    raise VoiceError(message["text"])
                self._hear(message)
            trouble = sink.trouble()
            if trouble and not sink.ready:
                sink.kill()
                raise VoiceError(f"{trouble}: run python -m followme.voices.sink to see why")


def _told(cue: Cue) -> Message:
    return {"band": cue.band, "bearing_rad": cue.bearing_rad}
