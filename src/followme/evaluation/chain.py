"""The chain from image to ear as a walk has it: simulated clock, sound track in memory."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import replace

from followme.evaluation.hearing import CHAIN_S, SOUND_S
from followme.pipeline import Pipeline, PipelineSettings
from followme.stages.names import Names
from followme.values.frame import Frame
from followme.values.intent import Announcement, Outcome
from followme.voices.memory_track import MemoryTrack
from followme.voices.wav import WavVoice

Look = Callable[[Frame], Names]


class Chain:
    """A pipeline and the track of what it says.

    Parameters
    ----------
    settings : PipelineSettings
        Of the stages.
    look : callable or None
        Says what each frame shows; None: the networks do, where they are.
    """

    def __init__(self, settings: PipelineSettings, look: Look | None = None) -> None:
        self.settings = settings
        self.track = MemoryTrack()
        language = settings.speech.phrases.language
        self.pipeline = Pipeline(
            settings,
            # when something is heard is the same with one channel
            lambda s, clock: WavVoice(replace(s, mono=True), clock, self.track, language),
            lag_s=CHAIN_S,
            look=look,
        )

    def branch(self) -> Chain:
        """Return one that knows the same by now, and goes on from here by itself."""
        return copy.deepcopy(self)


def onsets(news: Iterable[Announcement]) -> list[tuple[float, Announcement]]:
    """Return what began to sound, each with the second at which it was heard."""
    return [
        (a.stamp_ns * 1e-9 + a.latency_s + SOUND_S, a) for a in news if a.outcome is Outcome.STARTED
    ]
