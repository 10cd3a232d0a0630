"""Nodes of the straightforward chain: FollowMe's rules once all results came, and a voice."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from followme.benchmark.plain_nodes import QUEUE, PlainNode
from followme.geometry.metric_depth import MetricDepth
from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.ros.pairing import StampRing
from followme.settings import DepthEstimatorSettings, ObstacleFusionSettings, VoiceSettings
from followme.stages.obstacles import ObstacleStage
from followme.values.depth_map import DepthMap, ImageHealth, MonocularDepth
from followme.values.frame import Frame
from followme.values.intent import Announcement, Intent, Outcome, Priority, Utterance
from followme.values.label_map import LabelMap
from followme.values.obstacle import Obstacle, Obstacles, Zone
from followme.voices.device import Device
from followme.voices.engine import shared_engine
from followme.voices.pcm import SAMPLE_RATE_HZ

_DEPTH = ("camera/camera_info", "camera/depth/image_raw", "depth/image", "depth/sigma")
_LABELS = ("segmentation/labels", "segmentation/confidence")
_SAID_AGAIN_S = 2.0


class PlainFusion(PlainNode):
    """Waits until all results of an image came, then makes obstacles of them.

    Parameters
    ----------
    tasks : sequence of str
        Of the networks that run.
    label_names : tuple of str
        Classes of the segmentation network.
    """

    def __init__(self, tasks: Sequence[str], label_names: tuple[str, ...]) -> None:
        super().__init__("obstacle_fusion")
        s = DepthEstimatorSettings()
        self._metric = MetricDepth(s.depth, s.floor, s.walker, s.fusion)
        self._stage = ObstacleStage(ObstacleFusionSettings())
        self._label_names = label_names
        topics = [*_DEPTH[:2], *(_DEPTH[2:] if "depth" in tasks else ())]
        topics += [*(_LABELS if "segmentation" in tasks else ())]
        topics += [t for t, task in (("faces", "face"), ("objects", "objects")) if task in tasks]
        self._ring = StampRing(tuple(topics), QUEUE)
        self._status = self.gives("depth/status")
        self._give = self.gives("obstacles")
        for topic in topics:
            self.takes(topic, partial(self._came, topic))

    def _came(self, topic: str, value: Any) -> None:
        parts = self._ring.put(value.stamp_ns, topic, value)
        if parts is None:
            return
        for topic_, who in (("faces", FACES), ("objects", OBJECTS)):
            if topic_ in parts:
                self._stage.named(who, parts[topic_])
        if _LABELS[0] in parts:
            labels, confidence = (parts[t].pixels for t in _LABELS)
            self._stage.named(
                LABELS, LabelMap(value.stamp_ns, labels, confidence, self._label_names)
            )
        result = self._metric.estimate(_frame(parts), _guess(parts), ImageHealth())
        self._status(result.status if isinstance(result, DepthMap) else result)
        self._give(self._stage.see(result, self.get_clock().now().nanoseconds))


class PlainSpeech(PlainNode):
    """Says STOP or a warning about the nearest thing in the way, and waits until it was said."""

    def __init__(self) -> None:
        super().__init__("speech")
        self._voice = VoiceSettings()
        self._said: dict[tuple[int, Zone], float] = {}
        self._give = self.gives("announcements")
        self.takes("obstacles", self._came)

    def _came(self, seen: Obstacles) -> None:
        urgent = [x for x in seen.obstacles if x.in_corridor and x.zone in (Zone.STOP, Zone.WARN)]
        if not urgent:
            return
        nearest = min(urgent, key=lambda x: x.distance_m)
        key = (nearest.track_id, nearest.zone)
        now_s = time.monotonic()
        if now_s - self._said.get(key, -math.inf) < _SAID_AGAIN_S:
            return
        self._say(nearest, seen.stamp_ns)
        self._said[key] = time.monotonic()

    def _say(self, thing: Obstacle, stamp_ns: int) -> None:
        stop = thing.zone is Zone.STOP
        text = f"{'Stop. ' if stop else ''}{thing.label or 'Obstacle'} ahead"
        sound = shared_engine().render(text, self._voice.words_per_minute, "en")
        now_ns = self.get_clock().now().nanoseconds
        what = Intent(
            "stop.object" if stop else "warn.object",
            Priority.STOP if stop else Priority.WARN,
            stamp_ns,
            now_ns * 1e-9,
            math.inf,
            thing,
        )
        # as for FollowMe, what a sound device is ahead is added by who watches
        latency_s = (now_ns - stamp_ns) * 1e-9
        self._give(Announcement.of(Utterance(what, text), Outcome.STARTED, 0.0, latency_s))
        time.sleep(len(sound) / SAMPLE_RATE_HZ + Device.LATENCY_S)


def _frame(parts: Mapping[str, Any]) -> Frame:
    info, sensor = parts["camera/camera_info"], parts["camera/depth/image_raw"]
    # the rules of depth look at the size of the image only
    black = np.broadcast_to(np.uint8(0), (info.camera.height, info.camera.width, 3))
    return Frame(info.stamp_ns, black, info.camera, sensor.depth_m)


def _guess(parts: Mapping[str, Any]) -> MonocularDepth | None:
    if "depth/image" not in parts:
        return None
    metres, spread = parts["depth/image"], parts["depth/sigma"]
    return MonocularDepth(metres.stamp_ns, metres.depth_m, spread.depth_m, focal_known=True)
