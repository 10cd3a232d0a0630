"""A voice on a simulated clock: what would be heard goes to a track, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from followme.settings import VoiceSettings
from followme.values.intent import Utterance
from followme.values.obstacle import Obstacle
from followme.voices.cue import cue_of
from followme.voices.engine import shared_engine
from followme.voices.memory_track import MemoryTrack
from followme.voices.mixer import FADE_S, Mixer, MixerEvent, least_gain
from followme.voices.pauses import PAUSE, Pauses, beeps_of
from followme.voices.pcm import SAMPLE_RATE_HZ, samples_in
from followme.voices.repertoire import Repertoire
from followme.voices.track import TrackWriter
from followme.voices.voice import VoiceError, VoiceEvent


class WavVoice:
    """Speak on the clock given, faster or slower than real time.

    Without an engine tones and recorded words go on, ``fault`` says so, and an utterance whose
    words are left out ends as ``failed``.

    Parameters
    ----------
    s : VoiceSettings
        Rate, volume, one channel or two.
    now_ns : callable
        The simulated clock; second 0 of the track is its value at the first call, because before
        the first frame nobody knows the time of a recording.
    track : Path or MemoryTrack
        WAV file, or samples that are kept for one channel.
    language : str
        Of the words.

    Raises
    ------
    VoiceError
        When the track cannot be written.
    """

    #: There is no sound process here, and no guard.
    restarts = alarms = 0

    def __init__(
        self,
        s: VoiceSettings,
        now_ns: Callable[[], int],
        track: Path | MemoryTrack,
        language: str = "en",
    ) -> None:
        self._s = s
        self._now_ns = now_ns
        self.about = f"speech is written to {track if isinstance(track, Path) else 'memory'}"
        self.fault = ""
        try:
            engine = shared_engine()
        except VoiceError as error:
            engine, self.fault = None, str(error)
        channels = 1 if s.mono else 2
        self._repertoire = Repertoire(language, engine, channels)
        self._track: TrackWriter | MemoryTrack | None = (
            TrackWriter(track, channels=channels) if isinstance(track, Path) else track
        )
        self._mixer = Mixer(s.volume, channels=channels)
        self._pauses = Pauses(self._mixer, channels)
        self._last_ns: int | None = None
        self._start_ns = 0
        self._said: dict[int, Utterance] = {}
        self._incomplete: set[int] = set()
        self._count = 0
        self._events: list[VoiceEvent] = []

    @property
    def playing(self) -> Utterance | None:
        name = self._mixer.playing
        return self._said[name] if name else None

    def start(self, u: Utterance) -> None:
        self.cut()
        cue = cue_of(u.intent.obstacle)
        sound = self._repertoire.sound(u.tone, u.text, self._s.words_per_minute, cue)
        self.fault = sound.missing or sound.fault
        self._count += 1
        self._said[self._count] = u
        if sound.missing:
            self._incomplete.add(self._count)
        if self._track is None or not sound.samples.size:
            self._note(MixerEvent("failed", self._count, self._mixer.at))
        else:
            self._mixer.play(self._count, sound.samples, least_gain(u.intent.guards))

    def cut(self) -> None:
        self._advance()
        self._mixer.cut()
        self._note_all()

    def aim(self, thing: Obstacle | None) -> None:
        self._advance()
        self._pauses.aim(beeps_of(thing))
        self._note_all()

    def poll(self) -> list[VoiceEvent]:
        self._advance()
        events, self._events = self._events, []
        return events

    def heartbeat(self) -> None:
        """Nothing guards simulated time, so that nothing ticks either."""

    def change(self, s: VoiceSettings) -> None:
        self._advance()
        self._s = s
        self._mixer.gain = s.volume

    def close(self) -> None:
        """Cut what plays and complete the track."""
        if self._track is None:
            return
        self.cut()
        self._pauses.aim(None)
        self._write(self._track, samples_in(FADE_S))
        self._track.close()
        self._track = None

    def _advance(self) -> None:
        if self._track is None:
            return
        now_ns = self._now_ns()
        if self._last_ns is None:
            self._last_ns = self._start_ns = now_ns
        # a clock that jumped back (a recording begins anew) goes on at this place of the track
        self._start_ns -= max(0, self._last_ns - now_ns)
        self._last_ns = now_ns
        due = (now_ns - self._start_ns) * SAMPLE_RATE_HZ // 1_000_000_000
        self._write(self._track, due - self._mixer.at)
        self._note_all()

    def _write(self, track: TrackWriter | MemoryTrack, count: int) -> None:
        while count > 0:
            piece = self._pauses.piece(count)
            at = self._mixer.at
            sound = self._mixer.render(piece)
            if sound is None:
                track.reach(at + piece)
            else:
                track.write(at, sound)
            count -= piece

    def _note_all(self) -> None:
        for event in self._mixer.take_events():
            if event.name != PAUSE:
                self._note(event)

    def _note(self, event: MixerEvent) -> None:
        kind = event.kind
        if kind == "ended" and event.name in self._incomplete:
            kind = "failed"
        wall_ns = self._start_ns + event.at * 1_000_000_000 // SAMPLE_RATE_HZ
        said = self._said[event.name]
        if kind != "onset":
            del self._said[event.name]
            self._incomplete.discard(event.name)
        self._events.append(VoiceEvent(kind, said, event.at / SAMPLE_RATE_HZ, wall_ns))
