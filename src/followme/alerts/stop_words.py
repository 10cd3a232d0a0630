"""Which words of STOP were heard lately, so that a burst alone can say them again (B7, B9)."""

from __future__ import annotations

from followme.settings import SchedulerSettings

#: The burst before the words of STOP: four pulses at 8 Hz (B9), and the pause after it.
BURST_S = 0.5


class StopWords:
    """Words of STOP and when they were last heard."""

    def __init__(self) -> None:
        self._heard_s: dict[str, float] = {}

    def heard(self, words: str, now_s: float) -> None:
        """Note that these words began to sound."""
        self._heard_s[words] = now_s

    def lately(self, words: str, now_s: float, s: SchedulerSettings) -> bool:
        """Whether the same words were heard within the window of the duty."""
        return now_s - self._heard_s.get(words, -float("inf")) < s.duty_window_s
