"""The loop of the sound process: mix, play, watch the heartbeat, report, each 10 ms."""

from __future__ import annotations

import os
import time
from collections import deque
from typing import NamedTuple

from followme.voices.cue import Cue
from followme.voices.framing import Message
from followme.voices.guard import Guard
from followme.voices.mixer import FADE_S, Mixer, MixerEvent, least_gain
from followme.voices.output import Output, SoundLog
from followme.voices.own_engine import PATIENCE_S, OwnEngine
from followme.voices.pauses import PAUSE, Beeps, Pauses
from followme.voices.pcm import SAMPLE_RATE_HZ, Pcm, as_channels, samples_in
from followme.voices.pipes import Pipes
from followme.voices.repertoire import GUARD_TONE, Repertoire, Sound
from followme.voices.sink_options import SinkOptions
from followme.voices.tones import tone
from followme.voices.voice import VoiceError

BLOCK_S = 0.010
ALIVE_EVERY_S = 0.2
# a process that was stopped or a machine that slept does not say later what it missed
_MOST_BEHIND_S = 0.5
_FAULT_EVERY_S = 10.0


class _Late(NamedTuple):
    """Words that the own engine is still rendering, after their tone."""

    name: int
    text: str
    words_per_minute: int
    until_s: float


class Sink:
    """Serve one voice, in one thread.

    Messages it takes: ``beat`` (ns), ``say`` (id, tone, text, band, bearing_rad, guards), ``cut``,
    ``aim`` (band, bearing_rad, guards, period_s; 0: no more beeps), ``set`` (volume,
    words_per_minute, tick), ``bye``. What ``guards`` a walker is heard whatever the volume.
    Messages it sends: ``ready`` (about, fault, start_ns, device), ``error`` (text) instead when it
    cannot start, ``alive``, ``onset`` ``ended`` ``cut`` ``failed`` (id, ns, at_s), ``guard`` (ns,
    at_s), ``fault`` (text). ``ns`` is the monotonic clock.

    Parameters
    ----------
    options : SinkOptions
    pipes : Pipes
        To the voice.
    repertoire : Repertoire
        What can be said.
    output : Output
        Where it goes.
    log : SoundLog or None
        Record of what sounded.
    fault : str
        What was wrong from the start.
    own : OwnEngine or None
        The user's own engine, when the words of the repertoire are its.
    """

    def __init__(
        self,
        options: SinkOptions,
        pipes: Pipes,
        repertoire: Repertoire,
        output: Output,
        log: SoundLog | None,
        fault: str,
        own: OwnEngine | None = None,
    ) -> None:
        self._pipes = pipes
        self._repertoire = repertoire
        self._output = output
        self._log = log
        self._parent = options.parent
        self._words_per_minute = options.words_per_minute
        self._guard = Guard(options.heartbeat_timeout_s)
        self.start_ns = options.start_ns or time.monotonic_ns()
        self._channels = options.channels
        self._mixer = Mixer(options.volume, self._sample_at(time.monotonic_ns()), options.channels)
        self._pauses = Pauses(self._mixer, options.channels)
        self._tick = options.tick
        self._said: dict[int, tuple[str, str]] = {}
        # names of sounds that no voice asked for count down, a voice counts up from 1
        self._unasked = 0
        self._incomplete: set[int] = set()
        self._unsent: deque[Message] = deque()
        self._alive_s = 0.0
        self._fault_s = 0.0
        self._lasting_fault = self._told_fault = fault
        self._missing = ""
        self._own = own
        self._late: _Late | None = None
        self._done = False

    def stop(self) -> None:
        """End with the next turn."""
        self._done = True

    def send(self, message: Message) -> None:
        """Report; what the reader has no room for yet waits."""
        self._unsent.append(message)
        while self._unsent and self._pipes.send(self._unsent[0]):
            self._unsent.popleft()

    def run(self) -> bool:
        """Serve until the goodbye; return False when the device has gone."""
        next_s = time.monotonic()
        while not self._done:
            self._pipes.wait(next_s - time.monotonic())
            for message in self._pipes.receive():
                self._advance()
                self._obey(message)
            now_s = time.monotonic()
            self._watch(now_s)
            if now_s >= next_s:
                self._advance()
                next_s = max(next_s + BLOCK_S, now_s)
                if self._output.device_gone(now_s):
                    return False
                self._tell_fault()
                self._tell_alive(now_s)
            if self._guard.finished and self._mixer.silent:
                self._done = True
        self._mixer.cut()
        self._put(samples_in(FADE_S))
        return True

    def _obey(self, message: Message) -> None:
        op = message["op"]
        if op == "beat":
            self._guard.beat(message["ns"] * 1e-9)
        elif op == "say":
            gain = least_gain(message["guards"])
            self._say(message["id"], message["tone"], message["text"], _cue(message), gain)
        elif op == "cut":
            # a voice cuts what it began, never the guard
            if (self._mixer.playing or 0) > 0:
                self._mixer.cut()
        elif op == "aim":
            beeps = Beeps(_cue(message), message["period_s"], message["guards"])
            self._pauses.aim(beeps if beeps.period_s > 0.0 else None)
        elif op == "set":
            self._tick = message["tick"]
            self._mixer.gain = message["volume"]
            self._words_per_minute = message["words_per_minute"]
        elif op == "bye":
            self._done = True

    def _say(self, name: int, tone_name: str, text: str, cue: Cue, gain: float) -> None:
        self._said[name] = (text, tone_name)
        self._late = None
        may_be_late = self._own is not None and text
        if may_be_late and self._begin_late(name, tone_name, text, cue, gain):
            return
        sound = self._repertoire.sound(tone_name, text, self._words_per_minute, cue)
        self._note_faults(name, sound)
        if sound.samples.size:
            # rendering took some milliseconds that nothing must be placed in
            self._advance()
            self._mixer.play(name, sound.samples, gain)
        else:
            self._mixer.cut()
            self._report(MixerEvent("failed", name, self._mixer.at))

    def _begin_late(self, name: int, tone_name: str, text: str, cue: Cue, gain: float) -> bool:
        """Play the tone now and the words when they come; False when there is none to wait for."""
        assert self._own is not None
        opening = self._repertoire.opening(tone_name, cue)
        if opening.missing or not self._own.prepare(text, self._words_per_minute):
            return False
        self._advance()
        self._mixer.play(name, opening.samples, gain, more=True)
        until_s = time.monotonic() + PATIENCE_S
        self._late = _Late(name, text, self._words_per_minute, until_s)
        return True

    def _watch_own(self, own: OwnEngine, now_s: float) -> None:
        own.watch(now_s)
        late = self._late
        if late is not None and self._mixer.playing != late.name:
            self._late = None  # it was cut
        elif late is not None and (
            now_s >= late.until_s or not own.waiting(late.text, late.words_per_minute)
        ):
            self._late = None
            words = self._repertoire.sound("", late.text, late.words_per_minute)
            self._advance()
            self._mixer.complete(words.samples)
            self._note_faults(late.name, words)
        self._tell_fault()

    def _note_faults(self, name: int, sound: Sound) -> None:
        self._missing = sound.missing or sound.fault
        if sound.missing:
            self._incomplete.add(name)
        self._tell_fault()

    def _watch(self, now_s: float) -> None:
        if self._own is not None:
            self._watch_own(self._own, now_s)
        if self._pipes.ended or (self._parent and os.getppid() != self._parent):
            self._guard.orphan()
        content = self._guard.content(now_s)
        self._pauses.ticks = self._tick and content
        if self._guard.armed and not content:
            self._pauses.aim(None)
        if self._guard.must_speak(now_s):
            words = self._repertoire.guard_text
            self._say_unasked(words, GUARD_TONE, self._repertoire.guard_sound().samples)
        speaks = self._repertoire.speaks if self._own is None else self._own.speaks
        needs_fault_tone = self._guard.armed and not speaks
        if needs_fault_tone and self._mixer.silent and now_s - self._fault_s >= _FAULT_EVERY_S:
            self._fault_s = now_s
            self._say_unasked("", "fault", as_channels(tone("fault"), self._channels))

    def _say_unasked(self, text: str, tone_name: str, samples: Pcm) -> None:
        self._unasked -= 1
        self._said[self._unasked] = (text, tone_name)
        self._advance()
        self._mixer.play(self._unasked, samples, least_gain(guards=True))

    def _advance(self) -> None:
        behind = self._sample_at(time.monotonic_ns()) - self._mixer.at
        if behind > samples_in(_MOST_BEHIND_S):
            missed = behind - samples_in(BLOCK_S)
            self._mixer.skip(missed)
            behind -= missed
        self._put(behind)

    def _put(self, count: int) -> None:
        while count > 0:
            piece, at = self._pauses.piece(count), self._mixer.at
            count -= piece
            try:
                self._output.put(at, piece, self._mixer.render(piece))
            except VoiceError as error:
                self._lasting_fault = str(error)
                self._tell_fault()
            for event in self._mixer.take_events():
                if event.name != PAUSE:
                    self._report(event)

    def _report(self, event: MixerEvent) -> None:
        name, kind = event.name, event.kind
        if kind == "ended" and name in self._incomplete:
            kind = "failed"
        at_s = event.at / SAMPLE_RATE_HZ
        ns = self.start_ns + round(1e9 * (at_s + self._output.latency_s))
        text, tone_name = self._said[name]
        if kind != "onset":
            del self._said[name]
            self._incomplete.discard(name)
        self._note(kind, ns * 1e-9, at_s, text, tone_name)
        if name > 0:
            self.send({"op": kind, "id": name, "ns": ns, "at_s": at_s})
        elif tone_name == GUARD_TONE and kind == "onset":
            self.send({"op": "guard", "ns": ns, "at_s": at_s})

    def _note(self, kind: str, monotonic_s: float, at_s: float, text: str, tone_name: str) -> None:
        if self._log is None:
            return
        try:
            self._log.note(kind, monotonic_s, at_s, text, tone_name)
        except VoiceError as error:
            self._log = None
            self._lasting_fault = str(error)
            self._tell_fault()

    def _tell_alive(self, now_s: float) -> None:
        if now_s - self._alive_s >= ALIVE_EVERY_S and not self._unsent:
            self._alive_s = now_s
            self.send({"op": "alive"})

    def _tell_fault(self) -> None:
        own = "" if self._own is None else self._own.fault
        unheard = self._output.fault(time.monotonic())
        text = unheard or self._missing or own or self._lasting_fault
        if text != self._told_fault:
            self._told_fault = text
            self.send({"op": "fault", "text": text})

    def _sample_at(self, monotonic_ns: int) -> int:
        return (monotonic_ns - self.start_ns) * SAMPLE_RATE_HZ // 1_000_000_000


def _cue(message: Message) -> Cue:
    return Cue(message["band"], message["bearing_rad"])
