"""How much sound a listener is given: gap, duty, messages a minute (assistive B7)."""

from __future__ import annotations

import math
from collections import deque

from followme.settings import SchedulerSettings
from followme.values.intent import Priority

_MINUTE_S = 60.0
_TELLING_S = 1.0
_ROUNDING_S = 1e-6


class SoundBudget:
    """What was heard lately; tones alone are not counted."""

    def __init__(self) -> None:
        self._heard: deque[tuple[float, float]] = deque()
        self._slowness = 1.0
        self._silent_since_s = -math.inf
        self._given: dict[bool, deque[float]] = {True: deque(), False: deque()}

    def give(self, priority: Priority, now_s: float) -> None:
        """Note that a message in words goes to the voice."""
        if priority in _CAPPED:
            self._given[priority is Priority.INFORM].append(now_s)

    def add(self, begun_s: float, ended_s: float, expected_s: float) -> None:
        """Note that words were heard that take from the duty, and how long they were to take."""
        self._heard.append((begun_s, ended_s))
        # the pauses around a word or two would tell a wrong rate
        if expected_s >= _TELLING_S:
            self._slowness *= max(1.0, (ended_s - begun_s) / expected_s)

    def seconds_of(self, text: str, s: SchedulerSettings) -> float:
        """Return how long words are expected to sound."""
        return self._slowness * len(text.split()) * _MINUTE_S / s.words_per_minute

    def silence(self, now_s: float) -> None:
        """Note that nothing sounds from now on."""
        self._silent_since_s = now_s

    def gap_is_kept(self, now_s: float, s: SchedulerSettings) -> bool:
        """Whether it has been silent long enough for a message below STOP."""
        return now_s - self._silent_since_s >= s.gap_s

    def has_room(self, message_s: float, now_s: float, s: SchedulerSettings) -> bool:
        """Whether one more message of this length keeps the duty in every window."""
        # the fullest window is the one that ends with the message
        begin_s = now_s + message_s - s.duty_window_s
        while self._heard and self._heard[0][1] <= now_s - s.duty_window_s:
            self._heard.popleft()
        filled_s = sum(max(0.0, end - max(start, begin_s)) for start, end in self._heard)
        return filled_s + message_s <= s.duty * s.duty_window_s + _ROUNDING_S

    def is_capped(self, priority: Priority, now_s: float, s: SchedulerSettings) -> bool:
        """Whether a minute has had its share of such messages."""
        if priority not in _CAPPED:
            return False
        informs = priority is Priority.INFORM
        given = self._given[informs]
        while given and given[0] <= now_s - _MINUTE_S:
            given.popleft()
        return len(given) >= (s.inform_per_minute if informs else s.warn_per_minute)


_CAPPED = (Priority.WARN_HAZARD, Priority.WARN, Priority.INFORM)
