"""What of the world is worth saying, and when (assistive specification B4 to B7).

Nothing waits in words: each decision asks the newest evidence anew what is worth saying.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from followme.alerts.answer_queue import AnswerQueue
from followme.alerts.by_identity import ByIdentity
from followme.alerts.clearing import Clearing
from followme.alerts.hazards import due_hazards, merged, while_recovering
from followme.alerts.memory import Before, Memory
from followme.alerts.phrases import english_words
from followme.alerts.questions import Scene, answer, reply_intent
from followme.alerts.sight_watch import UNCERTAIN, SightWatch
from followme.alerts.sorts import by_track, capped
from followme.alerts.sound_budget import SoundBudget
from followme.alerts.stop_words import BURST_S, StopWords
from followme.alerts.turn import Fit, fit, may_cut
from followme.alerts.unranged import UnrangedNews, as_obstacle
from followme.alerts.waiting import Dropped, Waiting
from followme.alerts.want import Source, Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Outcome, Priority
from followme.values.obstacle import Obstacle, Obstacles, Sight

_GREETING = "reply.ready"
#: Said whatever the verbosity and during hush: without them silence would be misread.
_BACK = "health.vision_back"
_ALWAYS = (_BACK, _GREETING)


@dataclass(frozen=True)
class Decision:
    """What to do now.

    Parameters
    ----------
    dropped : tuple of (Intent, Outcome)
        What will not be said, and why.
    cut : bool
        Whether what plays must end now.
    say : Intent or None
        What to begin now.
    """

    dropped: tuple[Dropped, ...] = ()
    cut: bool = False
    say: Intent | None = None


@dataclass
class _Handed:
    """A message in the hands of the voice."""

    want: Want
    before: Before = field(default_factory=dict)
    heard_s: float | None = None
    cut: bool = False


class Scheduler:
    """Decide what is said, one thing at a time.

    Parameters
    ----------
    s : SchedulerSettings
        Lifetimes, gaps, caps.
    words : callable, optional
        Turns an intent into words, to answer :meth:`ask` and to know how long they sound;
        English metres when left out.
    """

    def __init__(self, s: SchedulerSettings, words: Callable[[Intent], str] | None = None) -> None:
        self._s = s
        self._words = words or self._english
        self._sight = SightWatch()
        self.reset()

    def change(self, s: SchedulerSettings) -> None:
        """Take over settings that changed while running."""
        self._s = s

    def reset(self) -> None:
        """Forget what was seen and said: time jumped."""
        self._sight.reset()
        self._memory = Memory()
        self._unranged = UnrangedNews()
        self._clearing = Clearing()
        self._budget = SoundBudget()
        self._stop_words = StopWords()
        self._hush_until_s = -math.inf
        self._obstacles: Obstacles | None = None
        self._by_id: dict[int, Obstacle] = {}
        self._arrived_s = -math.inf
        self._waiting = Waiting()
        self._answers = AnswerQueue()
        self._handed: ByIdentity[Intent, _Handed] = ByIdentity()
        self._last: Intent | None = None
        self._dropped: list[Dropped] = []

    def observe(self, obstacles: Obstacles, now_s: float) -> None:
        """Take new evidence; lifetimes count from here."""
        obstacles = replace(obstacles, obstacles=tuple(capped(t) for t in obstacles.obstacles))
        self._obstacles = obstacles
        self._arrived_s = now_s
        things = (*obstacles.obstacles, *map(as_obstacle, obstacles.unranged))
        self._by_id = by_track(things)
        self._sight.look(
            obstacles.sight, obstacles.reason, obstacles.distances_known, now_s, self._s
        )
        self._memory.observe(replace(obstacles, obstacles=things), now_s, self._s)
        self._clearing.observe(obstacles, now_s, self._s)

    def decide(self, now_s: float, playing: Intent | None) -> Decision:
        """Say what to do now.

        Parameters
        ----------
        now_s : float
            Seconds of the clock that drives everything here.
        playing : Intent or None
            What is being said.
        """
        self._watch_silence(now_s)
        wants = self._about_tracks(now_s)
        wants += self._about_sight(now_s)
        wants += self._about_questions(now_s)
        wants += self._about_freedom(now_s)
        cut, want = self._choose(sorted(wants, key=Want.urgency), playing, now_s)
        if cut:
            self._note_cut(playing, now_s)
        if want is not None:
            self._hand_over(want, now_s)
        dropped, self._dropped = tuple(self._dropped), []
        return Decision(dropped, cut, None if want is None else want.intent)

    def started(self, intent: Intent, now_s: float) -> None:
        """Note that the first sound of an intent was heard."""
        handed = self._handed.get(intent)
        if handed is None:
            return
        handed.heard_s = now_s
        want = handed.want
        self._memory.heard(handed.before, intent, now_s)
        self._unranged.heard(intent, now_s)
        if want.source is Source.TRACK and want.priority <= Priority.STOP and not want.is_tone:
            self._stop_words.heard(self._words(intent), now_s)
        if want.source is not Source.USER:
            self._last = intent
        if want.source is Source.TRACK and want.priority <= Priority.WARN:
            self._clearing.armed = True

    def ended(self, intent: Intent, now_s: float, completed: bool) -> None:
        """Note that an intent is no longer heard, or will never be."""
        handed = self._handed.pop(intent)
        if handed is None:
            return
        if handed.heard_s is not None:
            self._owe_silence(intent, now_s)
            if not handed.want.is_tone:
                self._budget.add(handed.heard_s, now_s, self._expected_s(intent))
        # a voice that failed is given time: only what was cut is due again at once
        if completed or not handed.cut:
            return
        if handed.want.source is Source.SIGHT:
            self._sight.untell(intent.key)
        else:
            self._memory.untell(handed.before, intent, self._s)

    def ask(self, question: str, now_s: float) -> str:
        """Answer a question of the user, in words and soon by voice; may come from any thread.

        Parameters
        ----------
        question : str
            "repeat", "describe", "hush" or "status".

        Raises
        ------
        ValueError
            For another question.
        """
        scene = self._scene()
        replies = answer(question, scene, self._last, now_s, self._s)
        if question == "hush":
            self._hush_until_s = now_s + self._s.hush_s
        self._answers.put(replies)
        intents = [reply_intent(reply, scene, self._s) for reply in replies]
        return ". ".join(self._words(intent) for intent in intents if intent is not None)

    def hushed(self, now_s: float) -> bool:
        """Return whether the user asked for silence that still lasts."""
        return now_s < self._hush_until_s

    def _watch_silence(self, now_s: float) -> None:
        """Take silence of the obstacles for lost sight, whatever was seen last."""
        if self._obstacles is None:
            self._sight.look(Sight.BLIND, "no_image", False, now_s, self._s)
        elif now_s - self._arrived_s > self._s.obstacles_stale_s:
            self._sight.look(Sight.BLIND, "stale", False, now_s, self._s)
        if self._sight.blind:
            self._clearing.lose_sight()

    def _about_tracks(self, now_s: float) -> list[Want]:
        if self._obstacles is None:
            return []
        due: list[Want] = []
        if not self._sight.blind:
            due = due_hazards(self._obstacles, self._arrived_s, self._memory, now_s, self._s)
        elif self._sight.without_metres:
            due = self._unranged.wants(
                self._obstacles, self._arrived_s, self._memory, now_s, self._s
            )
        audible = []
        for want in due:
            if self._is_audible(want, now_s):
                audible.append(want)
                continue
            self._waiting.remove(want)
            if self._memory.mute(want):
                self._dropped.append((want.intent, Outcome.DROPPED_MUTED))
        self._dropped += self._waiting.renew(audible, self._arrived_s, now_s)
        wants = merged(audible, self._obstacles, self._memory, now_s, self._s)
        return while_recovering(wants) if self._sight.recovering else wants

    def _about_sight(self, now_s: float) -> list[Want]:
        wants = self._sight.wants(self._stamp_ns(), self._arrived_s, now_s, self._s)
        if self._obstacles is not None and self._obstacles.walker_speed_mps <= self._s.moving_mps:
            # who stands before a wall sees little, and needs no more
            wants = [want for want in wants if want.intent.key != "health.view_limited"]
        return [want for want in wants if self._is_audible(want, now_s)]

    def _about_questions(self, now_s: float) -> list[Want]:
        scene = self._scene()
        self._dropped += self._answers.drop(scene, now_s, self._s)
        wants = self._answers.next(scene, now_s, self._s)
        return [self._memory.steadied(want, now_s, self._s) for want in wants]

    def _about_freedom(self, now_s: float) -> list[Want]:
        if not self._sight.settled:
            return []
        wants = self._clearing.wants(self._stamp_ns(), self._arrived_s, now_s, self._s)
        audible = [want for want in wants if self._is_audible(want, now_s)]
        if len(audible) < len(wants):
            self._clearing.armed = False
            self._dropped += [(want.intent, Outcome.DROPPED_MUTED) for want in wants]
        return audible

    def _is_audible(self, want: Want, now_s: float) -> bool:
        if want.priority <= Priority.STOP or want.intent.key in _ALWAYS:
            return True
        return self._s.verbosity != "quiet" and not self.hushed(now_s)

    def _choose(
        self, wants: list[Want], playing: Intent | None, now_s: float
    ) -> tuple[bool, Want | None]:
        """Return whether to cut what plays, and what to say; ``wants`` most urgent first."""
        untrue = playing is not None and self._clearing.contradicts(playing)
        for want in wants:
            if playing is not None and not may_cut(want, playing, self._by_id):
                break
            if want.priority <= Priority.STOP:
                return playing is not None, self._shortened(want, now_s)
            # metres that are wrong have just been said: that they are wrong follows at once
            at_once = want.at_once or (want.first and want.intent.key == UNCERTAIN)
            if playing is None and not at_once and not self._budget.gap_is_kept(now_s, self._s):
                return False, None
            message_s = self._budget.seconds_of(self._words(want.intent), self._s)
            fits = fit(want, message_s, self._budget, now_s, self._s)
            if fits is Fit.NEVER:
                self._give_up(want, now_s)
            elif fits is not Fit.LATER:
                # a gap is owed to what was cut as well, so most words come a little later
                if playing is not None:
                    return True, None
                return False, want.as_tone() if fits is Fit.TONE else want
        return untrue, None

    def _shortened(self, want: Want, now_s: float) -> Want:
        """Return a STOP that tells nothing new as its tone where words would fill too much time.

        Nothing new is a repeat, and another thing that the same words told a moment ago.
        """
        if want.source is not Source.TRACK:
            return want
        words = self._words(want.intent)
        if want.first and not self._stop_words.lately(words, now_s, self._s):
            return want
        message_s = BURST_S + self._budget.seconds_of(words, self._s)
        return want if self._budget.has_room(message_s, now_s, self._s) else want.as_tone()

    def _expected_s(self, intent: Intent) -> float:
        """Return how long words are expected to sound; 0 where a tone precedes them."""
        if intent.priority <= Priority.STOP:
            return 0.0
        return self._budget.seconds_of(self._words(intent), self._s)

    def _give_up(self, want: Want, now_s: float) -> None:
        self._dropped.append((want.intent, Outcome.DROPPED_CAPPED))
        self._memory.postpone(want, now_s, self._s)
        self._waiting.remove(want)

    def _owe_silence(self, before: Intent | None, now_s: float) -> None:
        """Let what follows wait a little; nothing waits for a greeting, or for sight once back.

        A box that stood there in the blind seconds would be warned of a metre later.
        """
        if before is None or before.key not in _ALWAYS:
            self._budget.silence(now_s)

    def _note_cut(self, playing: Intent | None, now_s: float) -> None:
        self._owe_silence(playing, now_s)
        handed = self._handed.get(playing)
        if handed is not None:
            handed.cut = True

    def _hand_over(self, want: Want, now_s: float) -> None:
        handed = self._handed[want.intent] = _Handed(want)
        if want.source is Source.TRACK:
            handed.before = self._memory.tell(want, now_s)
            self._waiting.remove(want)
            if not want.is_tone:
                self._budget.give(want.priority, now_s)
        elif want.source is Source.SIGHT:
            self._sight.tell(want.intent.key, now_s)
        elif want.source is Source.CLEAR:
            self._clearing.armed = False
        else:
            self._answers.pop()
            self._memory.voiced(want.intent, now_s)
        if want.intent.key == _BACK:
            self._memory.forget_tones()
        if want.priority in (Priority.LOST, Priority.CLEAR):
            self._memory.forget_warnings()

    def _scene(self) -> Scene:
        return Scene(self._obstacles, self._by_id, self._sight.blind, self._sight.state_key)

    def _stamp_ns(self) -> int:
        return 0 if self._obstacles is None else self._obstacles.stamp_ns

    def _english(self, intent: Intent) -> str:
        known = self._obstacles is not None and self._obstacles.distances_known
        return english_words(intent, known)
