"""A bag with a fault in it: what is changed, and that all else is as it was recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from followme.sources.bag_images import colour_of, depth_of, stamp_of_serialized
from followme.sources.bag_plan import BagPlan, plan_bag
from followme.sources.bag_reader import Serialized, opened
from followme.sources.faulty_bag import FaultyPlan, Spoil, emptied, given_again, left_out
from followme.sources.source import SourceError
from tests.sources.build_recordings import (
    MS,
    STORE,
    an_image,
    colour_msg,
    depth_msg,
    float_depth_msg,
    info_msg,
    packed_msg,
    write_bag,
)
from tests.sources.test_bag import COLOUR, DEPTH, INFO, T0, at

#: A switch that the bag tells of in 5 bytes, which have no room for a stamp.
SWITCH = "/switch"
COUNT, FROM_S, UNTIL_S = 10, 0.3, 0.6
DURING = (300, 400, 500)


def a_recording(**changed: Any) -> list[tuple[str, int, Any]]:
    """Return images that tell their place, recorded 7 ms late, and depth after its image."""
    depth = changed.get("depth", lambda t, n: depth_msg(t, 1000 + n))
    messages: list[tuple[str, int, Any]] = [(SWITCH, at(-3000), switch(False))]
    for n in range(COUNT):
        t = at(100 * n)
        messages += [
            (INFO, t + 6 * MS, info_msg(t, fx=7.0 + n)),
            (COLOUR, t + 7 * MS, colour_msg(t, an_image(blue=n))),
            (DEPTH, t + 20 * MS, depth(t, n)),
            (SWITCH, t + 50 * MS, switch(n % 2 == 0)),
        ]
    return messages


def switch(value: bool) -> Any:
    return STORE.types["std_msgs/msg/Bool"](value)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> BagPlan:
    return plan_of(write_bag(tmp_path_factory.mktemp("bags") / "walk", a_recording()))


def plan_of(path: Path) -> BagPlan:
    return plan_bag(path, f"inputs {SWITCH}", {}, 0.0, lambda _: None)


def played(plan: BagPlan) -> list[Serialized]:
    with opened(plan.path) as bag:
        return list(plan.messages(bag, 0.0))


def with_fault(plan: BagPlan, spoil: Mapping[str, Spoil], until_s: float = UNTIL_S) -> BagPlan:
    return FaultyPlan.of(plan, dict(spoil), FROM_S, until_s)


def stamps(messages: list[Serialized], topic: str) -> list[int]:
    """Return milliseconds from the first image."""
    return [
        (stamp_of_serialized(m.data) - T0) // MS for m in messages if m.connection.topic == topic
    ]


def content(plan: BagPlan, messages: list[Serialized], topic: str) -> list[Any]:
    with opened(plan.path) as bag:
        return [bag.decoded(m.connection, m.data) for m in messages if m.connection.topic == topic]


@pytest.mark.parametrize(
    ("spoil", "fails"),
    [
        (left_out, (DEPTH,)),
        (left_out, (COLOUR, DEPTH, INFO)),
        (given_again, (DEPTH,)),
        (given_again, (COLOUR, DEPTH)),
        (given_again, (COLOUR, DEPTH, INFO)),
        (emptied, (DEPTH,)),
    ],
)
def test_only_what_fails_is_changed_and_only_while_it_fails(
    plan: BagPlan, spoil: Spoil, fails: tuple[str, ...]
) -> None:
    whole = [m for m in played(plan) if instant_ms(m) <= 600]
    left = played(with_fault(plan, dict.fromkeys(fails, spoil)))
    untouched = [m for m in whole if m.connection.topic not in fails or not is_during(m)]
    # to the bit, at the same times, in the same order
    recorded = set(bits(whole))
    assert [m for m in bits(left) if m in recorded] == bits(untouched)
    changed = [m for m in left if bits([m])[0] not in recorded]
    assert all(m.connection.topic in fails and is_during(m) for m in changed)
    for topic in fails:
        spoiled = [ms for ms in stamps(left, topic) if ms in DURING]
        assert spoiled == ([] if spoil is left_out else list(DURING))


def bits(messages: list[Serialized]) -> list[tuple[str, int, bytes]]:
    return [(m.connection.topic, m.recorded_ns, m.data) for m in messages]


def instant_ms(message: Serialized) -> int:
    """Return when it is of, milliseconds from the first image: by its stamp, if it can have one."""
    is_bare = message.connection.topic == SWITCH
    return ((message.recorded_ns if is_bare else stamp_of_serialized(message.data)) - T0) // MS


def is_during(message: Serialized) -> bool:
    return message.connection.topic != SWITCH and instant_ms(message) in DURING


def test_it_ends_with_the_first_image_after_the_fault(plan: BagPlan) -> None:
    left = played(with_fault(plan, {COLOUR: left_out}))
    assert left[-1].connection.topic == COLOUR
    assert stamps(left, COLOUR) == [0, 100, 200, 600]
    assert stamps(left, DEPTH) == [0, 100, 200, 300, 400, 500, 600]


def test_a_fault_that_outlasts_the_bag_leaves_what_was_before(plan: BagPlan) -> None:
    left = played(with_fault(plan, {COLOUR: left_out}, until_s=9.0))
    assert stamps(left, COLOUR) == [0, 100, 200]
    assert stamps(left, DEPTH) == [100 * n for n in range(COUNT)]


def test_what_is_given_again_is_the_last_before_with_the_stamp_of_now(plan: BagPlan) -> None:
    left = played(with_fault(plan, {COLOUR: given_again, DEPTH: given_again}))
    blues = [int(colour_of(m)[0, 0, 0]) for m in content(plan, left, COLOUR)]
    depths = [round(1e3 * float(depth_of(m)[0, 0])) for m in content(plan, left, DEPTH)]
    assert blues == [0, 1, 2, 2, 2, 2, 6]
    assert depths == [1000, 1001, 1002, 1002, 1002, 1002, 1006]
    assert stamps(left, COLOUR) == stamps(left, DEPTH) == [0, 100, 200, 300, 400, 500, 600]
    times = [m.recorded_ns for m in left if m.connection.topic == COLOUR]
    whole = [m.recorded_ns for m in played(plan) if m.connection.topic == COLOUR]
    assert times == whole[: len(times)], "it comes when the one in its place would have come"


def test_what_never_came_cannot_come_again(plan: BagPlan) -> None:
    never = FaultyPlan.of(plan, {COLOUR: given_again}, 0.0, UNTIL_S)
    assert stamps(played(never), COLOUR) == [600]


def test_an_image_without_a_stamp_fails_by_its_time_of_recording(tmp_path: Path) -> None:
    unset = [(COLOUR, at(100 * n), colour_msg(0, an_image(blue=n))) for n in range(COUNT)]
    plan = plan_bag(write_bag(tmp_path / "walk", unset), "inputs", {}, 0.0, lambda _: None)
    left = played(with_fault(plan, {COLOUR: given_again}))
    assert [int(colour_of(m)[0, 0, 0]) for m in content(plan, left, COLOUR)] == [
        *(0, 1, 2),
        *(2, 2, 2),
        6,
    ]
    assert [stamp_of_serialized(m.data) for m in left] == [0, 0, 0, at(300), at(400), at(500), 0]


def packed_depth(format: str, stamp_ns: int, n: int) -> Any:
    png = cv2.imencode(".png", np.full((6, 8), 1000 + n, np.uint16))[1].tobytes()
    head = bytes(range(12)) if "compressedDepth" in format else b""
    return packed_msg(stamp_ns, format, head + png)


@pytest.mark.parametrize(
    "depth",
    [
        pytest.param(lambda t, n: depth_msg(t, 1000 + n), id="16UC1"),
        pytest.param(lambda t, n: float_depth_msg(t, 1.0 + n), id="32FC1"),
        pytest.param(lambda t, n: packed_depth("16UC1; compressedDepth png", t, n), id="packed"),
        pytest.param(lambda t, n: packed_depth("16UC1; png compressed", t, n), id="png"),
    ],
)
def test_emptied_depth_has_its_size_and_no_distance(tmp_path: Path, depth: Any) -> None:
    plan = plan_of(write_bag(tmp_path / "walk", a_recording(depth=depth)))
    left = content(plan, played(with_fault(plan, {DEPTH: emptied})), DEPTH)
    whole = content(plan, played(plan), DEPTH)
    known = [bool(np.isfinite(depth_of(m)).all()) for m in left]
    assert known == [True, True, True, False, False, False, True]
    for was, now in zip(whole[3:6], left[3:6], strict=True):
        assert np.isnan(depth_of(now)).all() and depth_of(now).shape == (6, 8)
        assert str(now.header) == str(was.header)
        if "compressedDepth" in getattr(now, "format", ""):
            assert bytes(now.data[:12]) == bytes(range(12)), "its own header stays"


@pytest.mark.parametrize("left_bytes", [0, 5, 12, 40])
def test_depth_that_is_damaged_already_stays_for_its_taker_to_tell(
    tmp_path: Path, left_bytes: int
) -> None:
    def cut(t: int, n: int) -> Any:
        whole = packed_depth("16UC1; compressedDepth png", t, n)
        return packed_msg(t, whole.format, bytes(whole.data[:left_bytes])) if n == 4 else whole

    plan = plan_of(write_bag(tmp_path / "walk", a_recording(depth=cut)))
    whole = [m for m in played(plan) if m.connection.topic == DEPTH]
    left = [m for m in played(with_fault(plan, {DEPTH: emptied})) if m.connection.topic == DEPTH]
    assert [a == b for a, b in zip(bits(whole), bits(left), strict=False)] == [
        *(True, True, True),
        *(False, True, False),
        True,
    ]


def test_depth_whose_message_is_cut_stays_for_its_taker_to_tell(plan: BagPlan) -> None:
    with opened(plan.path) as bag:
        message = next(bag.serialized([DEPTH]))
        cut = message._replace(data=message.data[:40])
        assert emptied(bag, cut, None) is cut


def test_what_is_not_played_cannot_fail(plan: BagPlan) -> None:
    with pytest.raises(SourceError, match=r"'/odom' cannot fail, for it is not played; name one"):
        FaultyPlan.of(plan, {"/odom": left_out}, FROM_S, UNTIL_S)


@pytest.mark.parametrize(
    ("from_s", "until_s"), [(0.6, 0.3), (0.3, 0.3), (-0.1, 0.3), (math.nan, 1.0), (0.1, math.nan)]
)
def test_a_fault_must_end_after_its_beginning(plan: BagPlan, from_s: float, until_s: float) -> None:
    with pytest.raises(SourceError, match=r"a fault from .* is none; let it begin at 0 s or later"):
        FaultyPlan.of(plan, {COLOUR: left_out}, from_s, until_s)


def test_nothing_is_kept_between_two_plays(plan: BagPlan) -> None:
    faulty = with_fault(plan, {COLOUR: given_again, DEPTH: given_again})
    assert bits(played(faulty)) == bits(played(faulty))
