"""Who watches a graph from another process: when each result comes, and what nodes say."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rclpy.qos import QoSProfile

from followme.benchmark.statistics import latency_summary
from followme.outputs.latency import LatencyRow
from followme.ros.qos import profile
from followme.ros.stamps import stamp_ns
from followme.ros.wire import WIRES
from followme.values.intent import Outcome, Priority
from followme.voices.repertoire import GAP_S
from followme.voices.tones import EARCONS

#: Small topics only: a picture that nobody else takes would cost what it is to measure.
RESULTS = {
    "camera/camera_info": "IMAGE",
    "depth/status": "RESULT",
    "faces": "RESULT",
    "objects": "RESULT",
    "obstacles": "RESULT",
}
_AS_STAGES = {
    "camera/camera_info": "capture",
    "depth/status": "depth",
    "faces": "faces",
    "objects": "objects",
    "obstacles": "obstacles",
}
_QUEUE = 100
_STOPS = (int(Priority.STOP_DROP), int(Priority.STOP))
#: Of a node's own figures, those that a table shows.
OWN_FIGURES = ("work_p50_ms", "work_p95_ms", "age_p50_ms", "age_p95_ms")


@dataclass(frozen=True)
class Sounded:
    """A message that began to sound.

    Parameters
    ----------
    at_s : float
        When this was told, on the monotonic clock.
    urgent : bool
        Whether it is a STOP.
    words : bool
        Whether it has words.
    latency_s : float
        From the stamp of its evidence to its first sample.
    """

    at_s: float
    urgent: bool
    words: bool
    latency_s: float


def patient(quality: str) -> QoSProfile:
    """Return a quality of service whose queue holds what comes while this process waits."""
    asked = profile(quality)
    asked.depth = _QUEUE
    return asked


class Watch(Node):
    """Notes what comes, in the executor's thread; any thread may read.

    Parameters
    ----------
    tone_first : bool
        Whether the words of a STOP come after its tone, as FollowMe says it.
    ahead_s : float
        What a sound device adds to each onset, where the graph only writes a track.
    """

    def __init__(self, *, tone_first: bool = True, ahead_s: float = 0.0) -> None:
        super().__init__("followme_bench", start_parameter_services=False, enable_rosout=False)
        self._ahead_s = ahead_s
        self._words_after_s = EARCONS["stop"].seconds + GAP_S if tone_first else 0.0
        self._lock = threading.Lock()
        self._ages_ms: dict[str, dict[int, tuple[float, float]]] = {t: {} for t in RESULTS}
        self._sounded: list[Sounded] = []
        self._nodes: dict[str, dict[str, str]] = {}
        self.first_obstacles_s: float | None = None
        for topic, quality in RESULTS.items():
            self._follow(topic, quality)
        self.create_subscription(
            WIRES["announcements"].type, "announcements", self._said, patient("RESULT")
        )
        self.create_subscription(DiagnosticArray, "/diagnostics", self._told, _QUEUE)

    def count(self, topic: str) -> int:
        """Return how many images a topic had a first result for."""
        return len(self._ages_ms[topic])

    def ages_ms(self, topic: str, begin_s: float, end_s: float) -> list[tuple[float, float]]:
        """Return (moment, age) of the first results of images that came between two moments."""
        with self._lock:
            all_ = list(self._ages_ms[topic].values())
        return [(at_s, ms) for at_s, ms in all_ if begin_s <= at_s < end_s]

    def images(self, begin_s: float, end_s: float) -> list[tuple[float, bool]]:
        """Return when each image came between two moments, and whether it has obstacles by now."""
        with self._lock:
            came = list(self._ages_ms["camera/camera_info"].items())
            seen = set(self._ages_ms["obstacles"])
        return [(at_s, stamp in seen) for stamp, (at_s, _) in came if begin_s <= at_s < end_s]

    def stages(self, begin_s: float, end_s: float) -> dict[str, LatencyRow]:
        """Return the age of results when they came here, and of sounds when they began."""
        rows = {
            f"stamp_to_{stage}": latency_summary(
                [ms for _, ms in self.ages_ms(topic, begin_s, end_s)]
            )
            for topic, stage in _AS_STAGES.items()
        }
        return rows | self._sounds(begin_s, end_s)

    def nodes(self) -> dict[str, dict[str, Any]]:
        """Return what each node said of itself last: milliseconds, rates, drops."""
        with self._lock:
            told = {name: dict(facts) for name, facts in self._nodes.items()}
        rows: dict[str, dict[str, Any]] = {}
        for name, facts in sorted(told.items()):
            row: dict[str, Any] = {key: float(facts[key]) for key in OWN_FIGURES if key in facts}
            row["dropped"] = int(facts.get("dropped", 0))
            row["model_sha256"] = facts.get("model_sha256", "")
            rows[name.lstrip("/")] = row
        return rows

    def _sounds(self, begin_s: float, end_s: float) -> dict[str, LatencyRow]:
        with self._lock:
            heard = [s for s in self._sounded if begin_s <= s.at_s < end_s]
        stops = [s for s in heard if s.urgent]
        others = [s for s in heard if not s.urgent]
        after_s = self._words_after_s
        kinds = {
            "stop_sound": [s.latency_s for s in stops],
            "stop_word": [s.latency_s + after_s for s in stops if s.words],
            "other_word": [s.latency_s for s in others if s.words],
            "other_tone": [s.latency_s for s in others if not s.words],
        }
        return {
            f"stamp_to_{kind}": latency_summary([s * 1e3 for s in latencies_s])
            for kind, latencies_s in kinds.items()
        }

    def _follow(self, topic: str, quality: str) -> None:
        def came(message: Any) -> None:
            now_ns, now_s = time.time_ns(), time.monotonic()
            stamp = stamp_ns(message.header)
            with self._lock:
                # fusion repeats a stamp while no new depth comes: only the first one is news
                self._ages_ms[topic].setdefault(stamp, (now_s, (now_ns - stamp) * 1e-6))
            if topic == "obstacles" and message.obstacles and self.first_obstacles_s is None:
                self.first_obstacles_s = now_s

        self.create_subscription(WIRES[topic].type, topic, came, patient(quality))

    def _said(self, message: Any) -> None:
        if message.outcome != Outcome.STARTED.value or math.isnan(message.latency_s):
            return
        said = Sounded(
            at_s=time.monotonic(),
            urgent=message.priority in _STOPS,
            words=bool(message.text),
            latency_s=message.latency_s + self._ahead_s,
        )
        with self._lock:
            self._sounded.append(said)

    def _told(self, array: Any) -> None:
        with self._lock:
            for status in array.status:
                self._nodes[status.hardware_id] = {v.key: v.value for v in status.values}
