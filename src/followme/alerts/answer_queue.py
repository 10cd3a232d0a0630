"""Answers on their way to the voice."""

from __future__ import annotations

from collections import deque

from followme.alerts.questions import Reply, Scene, reply_intent
from followme.alerts.waiting import Dropped
from followme.alerts.want import Source, Want
from followme.settings import SchedulerSettings
from followme.values.intent import Intent, Outcome, Priority


class AnswerQueue:
    """The messages of the newest answer, in order; a new question replaces them."""

    def __init__(self) -> None:
        # questions come from another thread than decisions
        self._asked: deque[list[Reply]] = deque()
        self._replies: list[Reply] = []

    def put(self, replies: list[Reply]) -> None:
        """Take an answer; may be called from any thread."""
        self._asked.append(replies)

    def next(self, scene: Scene, now_s: float, s: SchedulerSettings) -> list[Want]:
        """Return the message whose turn it is, as it would be said now, or an empty list."""
        for reply in self._replies[:1]:
            intent = reply_intent(reply, scene, s)
            if intent is not None and now_s - intent.born_s <= intent.lifetime_s:
                return [Want(intent, Source.USER)]
        return []

    def drop(self, scene: Scene, now_s: float, s: SchedulerSettings) -> list[Dropped]:
        """Throw away what is too late, no longer holds, or was replaced by a newer question."""
        dropped: list[Dropped] = []
        while self._asked:
            dropped += [(_record(r, scene, s), Outcome.DROPPED_STALE) for r in self._replies]
            self._replies = self._asked.popleft()
        kept = []
        for reply in self._replies:
            if now_s - reply.asked_s > s.reply_lifetime_s:
                dropped.append((_record(reply, scene, s), Outcome.DROPPED_STALE))
            elif reply_intent(reply, scene, s) is None:
                dropped.append((_record(reply, scene, s), Outcome.DROPPED_GONE))
            else:
                kept.append(reply)
        self._replies = kept
        return dropped

    def pop(self) -> None:
        """Note that the message whose turn it was goes to the voice."""
        self._replies = self._replies[1:]


def _record(reply: Reply, scene: Scene, s: SchedulerSettings) -> Intent:
    """Return an intent that stands in the log for a reply that will not be said."""
    intent = reply_intent(reply, scene, s)
    if intent is not None:
        return intent
    stamp_ns = 0 if scene.obstacles is None else scene.obstacles.stamp_ns
    return Intent("reply.gone", Priority.REPLY, stamp_ns, reply.asked_s, s.reply_lifetime_s)
