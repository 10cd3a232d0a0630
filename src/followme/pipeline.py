"""The chain from image to ear without ROS: one thread, one frame at a time, a simulated clock.

It wires the same stages as the nodes do, so that a walk can be replayed faster than real time,
and always with the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from followme.alerts.phrases import Phrases
from followme.settings import (
    DepthEstimatorSettings,
    FaceDetectorSettings,
    ObjectDetectorSettings,
    ObstacleFusionSettings,
    SegmenterSettings,
    SpeechSettings,
    VoiceSettings,
)
from followme.stages.depth import DepthStage
from followme.stages.names import Names, NameStage
from followme.stages.obstacles import ObstacleStage
from followme.stages.speech import SpeechStage
from followme.values.depth_map import DepthMap, DepthStatus
from followme.values.frame import ColourImage, Frame
from followme.values.intent import Announcement
from followme.values.obstacle import Obstacles
from followme.voices.voice import Voice

#: Nodes of the graph that the stages here stand for, in the order of the way of an image.
STAGES = (
    "face_detector",
    "object_detector",
    "segmenter",
    "depth_estimator",
    "obstacle_fusion",
    "speech",
)

#: Makes a voice from its settings and a clock in nanoseconds.
VoiceMaker = Callable[[VoiceSettings, Callable[[], int]], Voice]

# As the node has it: the clock of obstacles speaks after this many silent periods.
_SILENT_PERIODS = 1.5


@dataclass(frozen=True)
class Step:
    """What one frame led to.

    Parameters
    ----------
    depth : DepthMap or DepthStatus
        Metres, or the word that there are none.
    obstacles : Obstacles
        What stands in the way.
    announcements : tuple of Announcement
        What became known about announcements since the frame before.
    names : Names
        What the networks saw that are there; it names obstacles from the next frame on.
    """

    depth: DepthMap | DepthStatus
    obstacles: Obstacles
    announcements: tuple[Announcement, ...]
    names: Names = field(default_factory=Names)


@dataclass(frozen=True)
class PipelineSettings:
    """Settings of the stages."""

    faces: FaceDetectorSettings = field(default_factory=FaceDetectorSettings)
    objects: ObjectDetectorSettings = field(default_factory=ObjectDetectorSettings)
    labels: SegmenterSettings = field(default_factory=SegmenterSettings)
    depth: DepthEstimatorSettings = field(default_factory=DepthEstimatorSettings)
    obstacles: ObstacleFusionSettings = field(default_factory=ObstacleFusionSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)


class Pipeline:
    """The chain, driven by the stamps of its frames.

    Parameters
    ----------
    s : PipelineSettings
        Of the stages.
    make_voice : VoiceMaker
        The voice lives on the simulated clock.
    tick_s : float or None
        How often time passes between frames; None: once, just before the next frame.
    lag_s : float
        How long after its stamp a frame has been worked through; on this clock computing takes
        no time of its own.
    look : callable or None
        Says what each frame shows; None: the networks do.
    """

    def __init__(
        self,
        s: PipelineSettings,
        make_voice: VoiceMaker,
        tick_s: float | None = 0.02,
        lag_s: float = 0.0,
        look: Callable[[Frame], Names] | None = None,
    ) -> None:
        self._s = s
        self._lag_ns = round(lag_s * 1e9)
        self._tick_ns = None if tick_s is None else round(tick_s * 1e9)
        self._now_ns: int | None = None
        self._published_ns = 0
        self._names = NameStage(s.faces, s.objects, s.labels) if look is None else None
        self._given_look = look
        self._depth = DepthStage(s.depth)
        self._obstacles = ObstacleStage(s.obstacles)
        voice = make_voice(s.speech.voice, self._clock_ns)
        self._speech = SpeechStage(s.speech, Phrases.load(s.speech.phrases.language), voice)

    def step(self, frame: Frame) -> Step:
        """Take one frame to the ear; its stamp, and what work on it takes, becomes now.

        Raises
        ------
        ValueError
            When its stamp is not after that of the frame before.
        """
        now_ns = frame.stamp_ns + self._lag_ns
        news = self.wait_until(now_ns)
        depth = self._depth.estimate(frame)
        if frame.motion is not None:
            self._obstacles.moved(frame.motion)
        if frame.motion is None or not self._s.obstacles.tracking.use_source_motion:
            estimated = self._depth.motion(frame, depth)
            if estimated is not None:
                self._obstacles.estimated(estimated)
        obstacles = self._obstacles.see(depth, now_ns)
        self._published_ns = now_ns
        news += self._speech.observe(obstacles, now_ns * 1e-9)
        names = self._look(frame)
        for who, seen in names.all():
            self._obstacles.named(who, seen)
        return Step(depth, obstacles, tuple(news), names)

    def wait_until(self, stamp_ns: int) -> list[Announcement]:
        """Let time pass although no frame comes; return what became known meanwhile.

        Raises
        ------
        ValueError
            When that instant is not in the future.
        """
        if self._now_ns is not None and stamp_ns <= self._now_ns:
            raise ValueError(
                f"stamp {stamp_ns} ns does not follow {self._now_ns} ns; give frames in their order"
            )
        news: list[Announcement] = []
        begin_ns = self._now_ns
        for now_ns in self._instants(begin_ns, stamp_ns):
            self._now_ns = now_ns
            news += self._tick(now_ns)
        self._now_ns = stamp_ns
        return news

    def close(self) -> None:
        """Free the networks and the voice."""
        if self._names is not None:
            self._names.close()
        self._depth.close()
        self._speech.close()

    # a method and no lambda: a copy of the chain must go by its own clock
    def _clock_ns(self) -> int:
        return self._now_ns or 0

    def _look(self, frame: Frame) -> Names:
        if self._given_look is not None:
            return self._given_look(frame)
        assert self._names is not None
        return self._names.look(ColourImage(frame.stamp_ns, frame.bgr))

    def _instants(self, begin_ns: int | None, end_ns: int) -> Iterable[int]:
        """Return the instants after ``begin_ns`` at which time is let pass."""
        if begin_ns is None:
            return ()
        if self._tick_ns is None:
            return (end_ns,)
        return range(begin_ns + self._tick_ns, end_ns, self._tick_ns)

    def _tick(self, now_ns: int) -> list[Announcement]:
        silent_s = (now_ns - self._published_ns) * 1e-9
        if silent_s < _SILENT_PERIODS / self._s.obstacles.clock_hz:
            return self._speech.tick(now_ns * 1e-9)
        self._published_ns = now_ns
        return self._speech.observe(self._obstacles.carry(now_ns), now_ns * 1e-9)
