"""From obstacles to sound: what is worth saying, in which words, and when it was heard."""

from __future__ import annotations

import math

from followme.alerts.by_identity import ByIdentity
from followme.alerts.phrases import Phrases
from followme.alerts.radar import beeping
from followme.alerts.scheduler import Scheduler
from followme.settings import SpeechSettings
from followme.values.intent import Announcement, Intent, Outcome, Utterance
from followme.values.obstacle import Obstacle, Obstacles, Zone
from followme.voices.voice import Voice, VoiceEvent


class SpeechStage:
    """The loop that observes, decides and speaks.

    Parameters
    ----------
    s : SpeechSettings
        When, which words, how loud.
    phrases : Phrases
        The catalogue.
    voice : Voice
        How it is heard.
    """

    def __init__(self, s: SpeechSettings, phrases: Phrases, voice: Voice) -> None:
        self._s = s
        self._phrases = phrases
        self._voice = voice
        self._scheduler = Scheduler(s.scheduler, self._text)
        self._distances_known = False
        self._obstacles: Obstacles | None = None
        self._arrived_s = -math.inf
        self._onsets: ByIdentity[Utterance, tuple[float, float]] = ByIdentity()

    def change(self, s: SpeechSettings) -> None:
        """Take over settings that changed while running."""
        self._s = s
        self._scheduler.change(s.scheduler)
        self._voice.change(s.voice)

    @property
    def about(self) -> str:
        """One sentence about the voice, for a person."""
        return self._voice.about

    @property
    def fault(self) -> str:
        """What is wrong with the voice right now, one sentence; empty when nothing is."""
        return self._voice.fault

    @property
    def restarts(self) -> int:
        """How often the sound process had to be started again."""
        return self._voice.restarts

    @property
    def alarms(self) -> int:
        """How often the guard has said by itself that vision is lost."""
        return self._voice.alarms

    def observe(self, obstacles: Obstacles, now_s: float) -> list[Announcement]:
        """Take new evidence and act on it; return what became known about announcements."""
        self._distances_known = obstacles.distances_known
        self._obstacles, self._arrived_s = obstacles, now_s
        self._scheduler.observe(obstacles, now_s)
        return self.tick(now_s)

    def tick(self, now_s: float) -> list[Announcement]:
        """Let time pass: hear what the voice did, decide, speak."""
        self._voice.heartbeat()
        news = self.hear(now_s)
        playing = self._voice.playing
        decision = self._scheduler.decide(now_s, None if playing is None else playing.intent)
        news += [Announcement.of(self._words(i), outcome) for i, outcome in decision.dropped]
        if decision.cut:
            self._voice.cut()
            news += self.hear(now_s)
        if decision.say is not None:
            self._voice.start(self._words(decision.say))
            news += self.hear(now_s)
        self._voice.aim(self._beeping(now_s))
        return news

    def arm(self) -> None:
        """Give the guard a first sign of life: from now on it misses the next."""
        self._voice.heartbeat()

    def hear(self, now_s: float) -> list[Announcement]:
        """Hear what the voice did, and let it mend itself, without a sign of life for the guard."""
        return [self._note(event, now_s) for event in self._voice.poll()]

    def ask(self, question: str, now_s: float) -> str:
        """Answer a question of the user ("repeat", "describe", "hush", "status")."""
        return self._scheduler.ask(question, now_s)

    def reset(self) -> None:
        """Forget what was seen and said: time jumped. What is being said is cut."""
        self._scheduler.reset()
        self._obstacles = None
        self._voice.aim(None)
        if self._voice.playing is not None:
            self._voice.cut()

    def close(self) -> None:
        """Say goodbye to the voice."""
        self._voice.close()

    def _beeping(self, now_s: float) -> Obstacle | None:
        """Return what to beep about; evidence too old for STOP makes no beep either."""
        scheduler = self._s.scheduler
        if self._obstacles is None or now_s - self._arrived_s > scheduler.stop_lifetime_s:
            return None
        quiet = scheduler.verbosity == "quiet" or self._scheduler.hushed(now_s)
        warnings = self._s.voice.radar and not quiet
        return beeping(self._obstacles, Zone.WARN if warnings else Zone.STOP)

    # a method and no lambda: a copy of the stage must use its own words
    def _text(self, intent: Intent) -> str:
        return self._words(intent).text

    def _words(self, intent: Intent) -> Utterance:
        return self._phrases.utterance(intent, self._s.phrases, self._distances_known)

    def _note(self, event: VoiceEvent, now_s: float) -> Announcement:
        said = event.utterance
        if event.kind == "onset":
            self._scheduler.started(said.intent, now_s)
            onset = (event.at_s, (event.wall_ns - said.intent.stamp_ns) * 1e-9)
            self._onsets[said] = onset
            return Announcement.of(said, Outcome.STARTED, *onset)
        self._scheduler.ended(said.intent, now_s, completed=event.kind == "ended")
        onset = self._onsets.pop(said) or (math.nan, math.nan)
        return Announcement.of(said, _OUTCOME_OF[event.kind], *onset)


_OUTCOME_OF = {"ended": Outcome.SPOKEN, "cut": Outcome.CUT, "failed": Outcome.FAILED}
