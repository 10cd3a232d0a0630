"""The checks. Each takes a bench and raises where its node does not do what it says."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from typing import Any

from lifecycle_msgs.msg import Transition
from rcl_interfaces.msg import ParameterType
from rcl_interfaces.srv import DescribeParameters, GetParameters, ListParameters
from rclpy.parameter import parameter_value_to_python
from rclpy.qos import QoSCompatibility, qos_check_compatible

from followme.graph import WALKER_FRAME
from followme.ros.message_types import message_class
from followme.ros.stamps import stamp_ns
from tests.real_ros import await_that

from .bench import FRAME, PEERS, SIZE, WITHIN_S, Bench, NotShownError, hold_that, like
from .spoiled import spoils_of
from .subject import Hold

# A node that leaks does it in each life; one whose allocator still fills its arenas comes to rest.
_CYCLES = 3
_MOST_CYCLES = 9
_BURST = 8
# A burst of images reaches a node within this, so that only a queue lets it answer each.
_SLOW_S = 0.1
# A spoiled image that no report names by then is sent again.
_AGAIN_S = 2.0
# What two lives may leave behind: less than the smallest network that comes along takes twice.
_GROWTH_MIB = 8.0
_LIFE = (
    Transition.TRANSITION_DEACTIVATE,
    Transition.TRANSITION_CLEANUP,
    Transition.TRANSITION_CONFIGURE,
    Transition.TRANSITION_ACTIVATE,
)


def header(bench: Bench) -> None:
    """Stamp and frame of the image come back, bit for bit."""
    if bench.subject.instant is None:
        for topic, message in bench.given().items():
            got = message.header.frame_id
            hold_that(got == bench.subject.frame, f"{topic}: its frame is {got!r}")
        return
    for frame in (FRAME, "head/left_eye_optical"):
        for topic, message in bench.show(frame=frame).items():
            wanted = WALKER_FRAME if topic in bench.subject.in_walker_frame else frame
            got = message.header.frame_id
            hold_that(got == wanted, f"{topic}: its frame is {got!r}, expected {wanted!r}")


def pixels(bench: Bench) -> None:
    """Boxes lie in the image, label images have its size, depth is in metres."""
    if bench.subject.instant is None:
        bench.subject.look(SIZE, bench.given())
        return
    for size in (SIZE, (131, 97)):
        answers = bench.show(size=size)
        for topic, message in answers.items():
            if topic in bench.subject.image_sized:
                got = (message.width, message.height)
                hold_that(got == size, f"{topic}: it is {got}, its image is {size}")
            for word, box, score in _boxes(message, size):
                inside = 0 <= box[0] < box[2] <= size[0] and 0 <= box[1] < box[3] <= size[1]
                hold_that(inside, f"{topic}: the box {box} of {word!r} is not inside {size}")
                hold_that(0.0 <= score <= 1.0, f"{topic}: {word!r} has a score of {score}")
        bench.subject.look(size, answers)


def _boxes(message: Any, size: tuple[int, int]) -> Iterator[tuple[str, tuple[float, ...], float]]:
    for thing in getattr(message, "detections", ()):
        if hasattr(thing, "x1"):
            got = (message.image_width, message.image_height)
            hold_that(got == size, f"detections: their image is {got}, expected {size}")
            yield thing.label, (thing.x1, thing.y1, thing.x2, thing.y2), thing.score
        elif hasattr(thing, "bbox"):
            # vision_msgs: a middle and a size
            middle, half = (
                thing.bbox.center.position,
                (thing.bbox.size_x / 2, thing.bbox.size_y / 2),
            )
            box = (
                *(middle.x - half[0], middle.y - half[1]),
                *(middle.x + half[0], middle.y + half[1]),
            )
            for result in thing.results:
                yield result.hypothesis.class_id, box, result.hypothesis.score


def quality(bench: Bench) -> None:
    """Every peer that can be served is served, every other one is named in the diagnostics."""
    gives, takes = bench.topics()
    made: list[Callable[[], Any]] = []
    named: list[str] = []
    heard: dict[str, list[list[Any]]] = {}
    through: dict[str, dict[str, Any]] = {name: {} for name in PEERS}
    for topic in takes:
        for name, peer, info in _peers(bench.subscriptions_of(topic)):
            kind = message_class(info.topic_type)
            publisher = bench.driver.create_publisher(kind, topic, peer)
            made.append(lambda p=publisher: bench.driver.destroy_publisher(p))
            if _fits(peer, info.qos_profile):
                await_that(publisher.get_subscription_count, WITHIN_S, f"{name} on {topic}")
                through[name][topic] = publisher
            else:
                named.append(topic)
    for topic in gives:
        for name, peer, info in _peers(bench.publishers_of(topic)):
            got: list[Any] = []
            kind = message_class(info.topic_type)
            subscription = bench.driver.create_subscription(kind, topic, got.append, peer)
            made.append(lambda s=subscription: bench.driver.destroy_subscription(s))
            if _fits(info.qos_profile, peer):
                await_that(subscription.get_publisher_count, WITHIN_S, f"{name} on {topic}")
                heard.setdefault(topic, []).append(got)
            else:
                named.append(topic)
    if bench.subject.instant is not None:
        for publishers in through.values():
            bench.show_through(publishers)
    for topic in bench.subject.answers:
        for got in heard[bench.subject.resolve(topic)]:
            await_that(lambda got=got: got, WITHIN_S, f"every peer that fits hears {topic}")
    if named:
        bench.says(*named, why="which peers get nothing")
    bench.call(lambda: [destroy() for destroy in made])
    if named:
        gone = len(bench.reports)
        await_that(
            lambda: any(not any(t in s.message for t in named) for _, s in bench.reports[gone:]),
            WITHIN_S,
            "who left is named no more",
        )


def _peers(infos: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    for info in infos:
        for name, peer in PEERS.items():
            yield name, peer, info


def _fits(offered: Any, asked: Any) -> bool:
    return qos_check_compatible(like(offered), like(asked))[0] != QoSCompatibility.ERROR


def lifecycle(bench: Bench) -> None:
    """Lives one after another leave no more memory, threads or topics than one."""
    bench.need_life_cycle()
    first: tuple[int, tuple[list[str], list[str]]] | None = None
    memory_mib: list[float] = []
    growth = math.inf
    while growth > _GROWTH_MIB and len(memory_mib) < _MOST_CYCLES:
        for transition in _LIFE:
            hold_that(bench.transition(id=transition), f"transition {transition} is refused")
        bench.works()
        if first is not None:
            threads, topics = first
            await_that(lambda n=threads: bench.threads() <= n, WITHIN_S, f"{threads} threads")
            await_that(lambda t=topics: bench.topics() == t, WITHIN_S, f"topics {topics}")
        first = first or (bench.threads(), bench.topics())
        memory_mib.append(bench.memory_mib())
        if len(memory_mib) >= _CYCLES:
            growth = memory_mib[-1] - memory_mib[-_CYCLES]
    hold_that(
        growth <= _GROWTH_MIB,
        f"memory still grows by {growth:.1f} MiB in {_CYCLES - 1} lives after {len(memory_mib)}",
    )


def wrong_transitions(bench: Bench) -> None:
    """A transition that is not possible is answered with no, and work goes on."""
    bench.need_life_cycle()
    for which in (
        {"id": Transition.TRANSITION_CONFIGURE},
        {"id": Transition.TRANSITION_ACTIVATE},
        {"id": Transition.TRANSITION_CLEANUP},
        {"id": 99},
        {"label": "fly"},
    ):
        hold_that(not bench.transition(**which), f"transition {which} is said to have been done")
    bench.works()


def simulated_time(bench: Bench) -> None:
    """It works without /clock and says so, by /clock, and after a jump back."""
    bench.use_sim_time(True)
    try:
        bench.works_again()
        bench.says("/clock", why="that there is no time")
        bench.clock(1_000_000_000_001)
        bench.works_again()
        bench.clock(10_000_000_001)
        bench.subject.after_jump(bench)
        bench.works_again()
    finally:
        bench.end_clock()
        bench.use_sim_time(False)
    bench.works_again()


def age(bench: Bench) -> None:
    """However slow it is, its next answer is about the newest image."""
    subject = bench.subject
    topic = subject.answers[0]
    if subject.hold is None and min(_answer_s(bench) for _ in range(3)) < _SLOW_S:
        raise NotShownError(f"it answers within {_SLOW_S:g} s; make its model slower")
    bench.works()
    with nullcontext(Hold()) if subject.hold is None else subject.hold() as hold:
        first = bench.next_stamp()
        bench.send(bench.messages(first))
        if subject.hold is not None:
            await_that(hold.entered.is_set, WITHIN_S, "it begins to work")
        stamp = first
        for _ in range(_BURST):
            stamp = bench.next_stamp()
            before = None if subject.received is None else subject.received()
            bench.send(bench.messages(stamp))
            if subject.received is not None:
                await_that(lambda n=before: subject.received() > n, WITHIN_S, "it is taken")
        hold.go.set()
    bench.answers_to(stamp)
    stamps = dict.fromkeys(s for m in bench.got[topic] if (s := stamp_ns(m.header)) >= first)
    hold_that(
        list(stamps)[1:] == [stamp],
        f"{topic}: its second answer is about an old image: {list(stamps)} of {first} to {stamp}",
    )


def _answer_s(bench: Bench) -> float:
    begin_s = time.monotonic()
    bench.works()
    return time.monotonic() - begin_s


def bad_images(bench: Bench) -> None:
    """Each image that nobody can use is named, and the next good one is answered."""
    messages = bench.messages(bench.next_stamp())
    topics = {t: spoils for t, m in messages.items() if (spoils := spoils_of(m))}
    if not topics:
        raise NotShownError("it takes no images")
    for topic, spoils in topics.items():
        for what, spoil in spoils.items():
            _is_named(bench, topic, what, spoil)
            bench.show()


def _is_named(bench: Bench, topic: str, what: str, spoil: Callable[[Any], Any]) -> None:
    """Hold that a report names the topic after an image on it was spoiled."""
    resolved = bench.subject.resolve(topic)
    before, next_s = len(bench.reports), 0.0

    def named() -> bool:
        nonlocal next_s
        if time.monotonic() >= next_s:
            # best effort may lose one
            next_s = time.monotonic() + _AGAIN_S
            messages = bench.messages(bench.next_stamp())
            bench.send({topic: spoil(messages[topic])})
        return any(resolved in status.message for _, status in bench.reports[before:])

    await_that(named, WITHIN_S, f"/diagnostics names {resolved} after an image with {what}")


def namespaces(bench: Bench) -> None:
    """Two instances in two namespaces do not hear each other."""
    if not bench.subject.twin:
        raise NotShownError("there is no second instance")
    other = bench.other
    for one, two in ((bench, other), (other, bench)):
        stamp = one.next_stamp()
        one.show(stamp)
        two.works()
        heard = [t for t in two.got for m in two.got[t] if stamp_ns(m.header) == stamp]
        hold_that(not heard, f"{two.subject.name} answers on {heard} to what it was not shown")


def parameters(bench: Bench) -> None:
    """Each is described and bounded, and is what the documents say."""
    request = ListParameters.Request(depth=ListParameters.Request.DEPTH_RECURSIVE)
    foreign = ("use_sim_time", "start_type_description_service", "qos_overrides")
    listed = bench.ask(ListParameters, "list_parameters", request).result.names
    names = sorted(n for n in listed if n.partition(".")[0] not in foreign)
    described = bench.ask(
        DescribeParameters, "describe_parameters", DescribeParameters.Request(names=names)
    ).descriptors
    for d in described:
        hold_that(d.description, f"parameter {d.name} has no description")
        bounds = [*d.integer_range, *d.floating_point_range]
        if d.type in (ParameterType.PARAMETER_INTEGER, ParameterType.PARAMETER_DOUBLE):
            hold_that(bounds, f"parameter {d.name} is a number without a range")
    documented = bench.subject.documented
    if documented is None:
        return
    hold_that(
        set(names) == set(documented),
        f"declared, but not documented or the other way: {sorted(set(names) ^ set(documented))}",
    )
    got = bench.ask(GetParameters, "get_parameters", GetParameters.Request(names=names)).values
    for name, value in zip(names, map(parameter_value_to_python, got), strict=True):
        if name not in bench.subject.changed:
            hold_that(
                _same(value, documented[name]),
                f"parameter {name}: {value!r}, by the documents {documented[name]!r}",
            )


def _same(a: Any, b: Any) -> bool:
    return bool(math.isclose(a, b) if isinstance(a, float) else a == b)


#: By name; the first line of each says what it holds.
CHECKS: dict[str, Callable[[Bench], None]] = {
    check.__name__: check
    for check in (
        header,
        pixels,
        quality,
        wrong_transitions,
        lifecycle,
        simulated_time,
        age,
        bad_images,
        namespaces,
        parameters,
    )
}
