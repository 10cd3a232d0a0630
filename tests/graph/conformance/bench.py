"""What stands around a node under test: sends to it, hears it, asks it, measures it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rosgraph_msgs.msg import Clock

from followme.ros.message_types import message_class
from followme.ros.stamps import from_time, stamp_ns, to_time
from tests.real_ros import await_that

from .subject import Messages, Size, Subject

FRAME = "camera_optical_frame"
SIZE: Size = (64, 48)
WITHIN_S = 20.0
# what every node of ROS has, and what says how it is rather than what it sees
_OF_ROS = ("/rosout", "/parameter_events", "/diagnostics", "/clock", "/tf", "/tf_static")
_PEER = QoSProfile(depth=10)
_TICK_S = 0.02
_MEET_S = 0.25
# Two times that are so near each other are of one run of the clock.
_NEAR_NS = 100_000_000_000


class NotConformingError(AssertionError):
    """What a node does that it should not; one sentence."""


class NotShownError(Exception):
    """Why a check says nothing about this node; one sentence."""


def hold_that(kept: object, sentence: str) -> None:
    """Hold that something is kept.

    Raises
    ------
    NotConformingError
        With the sentence.
    """
    if not kept:
        raise NotConformingError(sentence)


class Ticking:
    """Time on /clock, as fast as that of the day.

    Parameters
    ----------
    driver : Node
        Who publishes it.
    """

    def __init__(self, driver: Any) -> None:
        self._publisher = driver.create_publisher(Clock, "/clock", _PEER)
        self._begin_ns = self._since_ns = 0
        self._timer = driver.create_timer(_TICK_S, self._tick)

    def begin(self, now_ns: int) -> None:
        """Say that it is a time now."""
        self._begin_ns, self._since_ns = now_ns, time.monotonic_ns()

    def end(self) -> None:
        """Be silent."""
        self._begin_ns = 0

    def now_ns(self) -> int:
        """Return the time; 0 while it is silent."""
        return self._begin_ns and self._begin_ns + time.monotonic_ns() - self._since_ns

    def _tick(self) -> None:
        if self._begin_ns:
            self._publisher.publish(Clock(clock=to_time(self.now_ns())))


class Bench:
    """A node under test among what it needs.

    Parameters
    ----------
    driver : Node
        Spinning in another thread.
    call : callable
        Runs something in that thread.
    subject : Subject
        Discovered already, and active.
    """

    def __init__(
        self, driver: Any, call: Callable[[Callable[[], Any]], None], subject: Subject
    ) -> None:
        self.driver, self.call, self.subject = driver, call, subject
        self.reports: list[tuple[int, DiagnosticStatus]] = []
        self._ticking = Ticking(driver)
        self._last_ns = 0
        self._other: Bench | None = None
        self._publishers: dict[str, Any] = {}
        self._clients: dict[str, Any] = {}
        driver.create_subscription(DiagnosticArray, "/diagnostics", self._report_came, 50)
        self.got: dict[str, list[Any]] = {}
        for topic in subject.answers:
            self.listen(topic)
        if subject.instant is not None:
            self._meet()

    @property
    def other(self) -> Bench:
        """The bench of the second instance."""
        if self._other is None:
            s = self.subject
            name = f"{s.twin.rstrip('/')}/{s.base_name}"
            twin = replace(s, name=name, twin=s.namespace, hold=None, received=None)
            self._other = Bench(self.driver, self.call, twin)
        return self._other

    # -- sending and hearing -----------------------------------------------------------------

    def listen(self, topic: str, qos: QoSProfile | None = None) -> list[Any]:
        """Return a list that fills with the messages of a topic of the node."""
        (info, *_) = await_that(lambda: self.publishers_of(topic), why=f"{topic} is published")
        got = self.got.setdefault(topic, [])
        kind = message_class(info.topic_type)
        subscription = self.driver.create_subscription(
            kind, self.subject.resolve(topic), got.append, qos or like(info.qos_profile)
        )
        await_that(subscription.get_publisher_count, why=f"{topic} is matched")
        return got

    def _meet(self) -> None:
        """Show instants until one is answered: both ends know each other by then."""
        self._show_until(lambda _: all(self.got[topic] for topic in self.subject.answers))

    def show_through(self, publishers: dict[str, Any]) -> None:
        """Hold that an instant is answered that comes through publishers of others.

        Parameters
        ----------
        publishers : dict
            By the topic's resolved name; what is not among them comes through the bench's own.
        """
        self._show_until(self._answered_whole, publishers)

    def _answered_whole(self, shown: set[int]) -> bool:
        """Return whether one of these instants is answered on every topic."""
        said = [{stamp_ns(m.header) for m in self.got[t]} for t in self.subject.answers]
        return bool(shown.intersection(*said))

    def _show_until(
        self, answered: Callable[[set[int]], bool], through: dict[str, Any] | None = None
    ) -> None:
        """Show instants until what was shown is answered.

        Who is matched here need not be so there: what is published only while somebody listens
        may be lost at first.
        """
        shown: set[int] = set()
        next_s = 0.0

        def done() -> bool:
            nonlocal next_s
            if time.monotonic() >= next_s:
                stamp = self.next_stamp()
                shown.add(stamp)
                self.send(self.messages(stamp), through)
                next_s = time.monotonic() + _MEET_S
            return answered(shown)

        await_that(done, WITHIN_S, f"{self.subject.name} answers what it is shown")

    def next_stamp(self) -> int:
        """Return the stamp of a new instant: now, with a nanosecond that tells it from others."""
        now_ns = self.simulated_ns or time.time_ns()
        # what went back in time begins anew
        jumped = abs(now_ns - self._last_ns) > 1_000_000_000
        self._last_ns = now_ns if jumped else max(now_ns, self._last_ns + 1)
        return self._last_ns

    def messages(self, stamp: int, frame: str = FRAME, size: Size = SIZE) -> Messages:
        """Return the messages of an instant."""
        if self.subject.instant is None:
            raise NotShownError("it takes nothing")
        return self.subject.instant(stamp, frame, size)

    def send(self, messages: Messages, through: dict[str, Any] | None = None) -> None:
        """Send the messages of an instant once the node listens to their topics.

        Parameters
        ----------
        messages : dict
            By topic.
        through : dict, optional
            Publishers of others, by the topic's resolved name.
        """
        for topic, message in messages.items():
            own = self.publisher(topic, type(message))
            (through or {}).get(self.subject.resolve(topic), own).publish(message)

    def publisher(self, topic: str, kind: type) -> Any:
        """Return what publishes a topic as the node asks for it, matched."""
        if topic not in self._publishers:
            infos = await_that(lambda: self.subscriptions_of(topic), why=f"it listens to {topic}")
            made = self.driver.create_publisher(
                kind, self.subject.resolve(topic), like(infos[0].qos_profile)
            )
            self._publishers[topic] = made
        made = self._publishers[topic]
        if made.get_subscription_count() == 0:
            await_that(made.get_subscription_count, why=f"it listens to {topic}")
        return made

    def answers_to(self, stamp: int) -> Messages:
        """Return what the node answered to an instant."""
        return {
            topic: await_that(
                lambda topic=topic: next(
                    (m for m in self.got[topic] if stamp_ns(m.header) == stamp), None
                ),
                WITHIN_S,
                f"{topic} has the stamp {stamp} of its instant, bit for bit; the last ones are "
                f"{[stamp_ns(m.header) for m in self.got[topic][-3:]]}",
            )
            for topic in self.subject.answers
        }

    def show(self, stamp: int = 0, frame: str = FRAME, size: Size = SIZE) -> Messages:
        """Send an instant; return the answers to it."""
        stamp = stamp or self.next_stamp()
        self.send(self.messages(stamp, frame, size))
        return self.answers_to(stamp)

    def given(self) -> Messages:
        """Return one instant of a node that takes nothing: a stamp that all its topics have."""

        def common() -> set[int]:
            stamps = [{stamp_ns(m.header) for m in self.got[t]} for t in self.subject.answers]
            return set.intersection(*stamps)

        self.works()
        stamp = max(await_that(common, WITHIN_S, "all its topics have an equal stamp, bit for bit"))
        return self.answers_to(stamp)

    def works(self) -> None:
        """Hold that the node does its work now."""
        if self.subject.instant is not None:
            self.show()
        elif self.subject.answers:
            topic = self.subject.answers[0]
            before = len(self.got[topic])
            await_that(lambda: len(self.got[topic]) > before, WITHIN_S, f"more on {topic}")
        else:
            before = len(self.reports)
            await_that(lambda: len(self.reports) > before + 1, WITHIN_S, "it says how it is")
            level = self.reports[-1][1].level
            hold_that(
                level in (DiagnosticStatus.OK, DiagnosticStatus.WARN), "it says that it is broken"
            )

    def works_again(self) -> None:
        """Hold that the node works after time jumped; what comes in that moment may be forgotten.

        It forgets in its worker's thread what came before, and an instant that is half there by
        then with it. Once one was answered, the next one must be.
        """
        if self.subject.instant is not None:
            self._show_until(self._answered_whole)
        self.works()

    def says(self, *words: str, why: str) -> None:
        """Hold that one of the next reports is no OK and has these words in its message."""
        before = len(self.reports)
        await_that(
            lambda: any(
                status.level != DiagnosticStatus.OK and all(w in status.message for w in words)
                for _, status in self.reports[before:]
            ),
            WITHIN_S,
            f"/diagnostics says {why} ({', '.join(words)}); the last word is "
            f"{self.reports[-1][1].message if self.reports else 'none'!r}",
        )

    def fact(self, key: str) -> str:
        """Return a fact of the next report; empty where the node has none of that name."""
        before = len(self.reports)
        await_that(lambda: len(self.reports) > before, WITHIN_S, "it says how it is")
        return next((v.value for v in self.reports[-1][1].values if v.key == key), "")

    # -- asking ------------------------------------------------------------------------------

    def ask(self, kind: Any, service: str, request: Any) -> Any:
        """Return the answer to a request of a service of the node."""
        name = f"{self.subject.name}/{service}"
        if name not in self._clients:
            self._clients[name] = self.driver.create_client(kind, name)
        client = self._clients[name]
        await_that(client.service_is_ready, WITHIN_S, f"{name} is there")
        future = client.call_async(request)
        await_that(future.done, WITHIN_S, f"{name} answers")
        return future.result()

    def offers(self, service: str) -> bool:
        """Return whether the node has a service."""
        found = self.driver.get_service_names_and_types_by_node(
            self.subject.base_name, self.subject.namespace
        )
        return f"{self.subject.name}/{service}" in {name for name, _ in found}

    def need_life_cycle(self) -> None:
        """Go on with a managed node only.

        Raises
        ------
        NotShownError
            When it is none.
        """
        if not self.offers("change_state"):
            raise NotShownError("it is no managed (lifecycle) node")

    def transition(self, **which: Any) -> bool:
        """Ask for a transition by id or label; return whether the node did it."""
        request = ChangeState.Request(transition=Transition(**which))
        return bool(self.ask(ChangeState, "change_state", request).success)

    def use_sim_time(self, use: bool) -> None:
        """Put the node on simulated time, or back on that of the day."""
        parameter = Parameter("use_sim_time", value=use).to_parameter_msg()
        request = SetParameters.Request(parameters=[parameter])
        (result,) = self.ask(SetParameters, "set_parameters", request).results
        hold_that(result.successful, f"it refuses use_sim_time: {result.reason}")

    def clock(self, now_ns: int) -> None:
        """Say on /clock that it is a time now, which then goes on; wait until the node knows."""
        self._ticking.begin(now_ns)
        before = len(self.reports)

        def told() -> bool:
            return any(now_ns <= stamp < now_ns + _NEAR_NS for stamp, _ in self.reports[before:])

        await_that(told, WITHIN_S, "its diagnostics have the time of /clock")

    @property
    def simulated_ns(self) -> int:
        """The time on /clock; 0 while it is silent."""
        return self._ticking.now_ns()

    def end_clock(self) -> None:
        """Say no time any more."""
        self._ticking.end()

    # -- measuring ---------------------------------------------------------------------------

    def publishers_of(self, topic: str) -> list[Any]:
        """Return the publishers of the node on a topic."""
        return self._own(self.driver.get_publishers_info_by_topic, topic)

    def subscriptions_of(self, topic: str) -> list[Any]:
        """Return the subscriptions of the node to a topic."""
        return self._own(self.driver.get_subscriptions_info_by_topic, topic)

    def topics(self) -> tuple[list[str], list[str]]:
        """Return what the node publishes and subscribes to, without what every node has."""
        name, namespace = self.subject.base_name, self.subject.namespace
        given = self.driver.get_publisher_names_and_types_by_node(name, namespace)
        taken = self.driver.get_subscriber_names_and_types_by_node(name, namespace)
        gives, takes = (
            sorted(t for t, _ in ends if t not in _OF_ROS and not t.endswith("/transition_event"))
            for ends in (given, taken)
        )
        return gives, takes

    def threads(self) -> int:
        """Return the number of threads of the node's process."""
        return int(self._status_of_process("Threads"))

    def memory_mib(self) -> float:
        """Return how much memory the node's process holds."""
        gc.collect()
        return int(self._status_of_process("VmRSS").removesuffix("kB")) / 1024

    def _status_of_process(self, key: str) -> str:
        if not self.subject.pid:
            raise NotShownError("its process is not known; give --pid")
        text = Path(f"/proc/{self.subject.pid}/status").read_text()
        return next(line for line in text.splitlines() if line.startswith(f"{key}:")).split(":")[1]

    def _own(self, look: Callable[[str], list[Any]], topic: str) -> list[Any]:
        name, namespace = self.subject.base_name, self.subject.namespace
        return [
            e
            for e in look(self.subject.resolve(topic))
            if (e.node_name, e.node_namespace) == (name, namespace)
        ]

    def _report_came(self, array: DiagnosticArray) -> None:
        for status in array.status:
            # FollowMe has the name in hardware_id, others in the name of the status
            if self.subject.name in (status.hardware_id, *status.name.split(": ")):
                self.reports.append((from_time(array.header.stamp), status))


def like(seen: QoSProfile) -> QoSProfile:
    """Return the profile that fits an endpoint; history and depth are not told through DDS."""
    return QoSProfile(depth=20, reliability=seen.reliability, durability=seen.durability)


#: What peers may offer or ask for.
PEERS = {
    "best effort": QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT),
    "reliable": QoSProfile(depth=5, reliability=ReliabilityPolicy.RELIABLE),
    "latched": QoSProfile(
        depth=5,
        reliability=ReliabilityPolicy.RELIABLE,
        durability=DurabilityPolicy.TRANSIENT_LOCAL,
    ),
}
