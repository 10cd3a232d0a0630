"""A driver whose depth has stamps of its own: the nearest is used, what never fits is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from diagnostic_msgs.msg import DiagnosticStatus

from followme.nodes.depth_estimator import DepthEstimator
from followme.ros.stamps import stamp_ns, to_time
from tests.real_ros import await_that

from .bad_instants import Driver
from .conformance.subject import Messages
from .conftest import Graph
from .instants import DEPTH

pytestmark = [pytest.mark.graph, pytest.mark.usefixtures("no_networks")]


def shifted(ms: int) -> Callable[[Messages], Messages]:
    """Return what makes depth so much later than its image."""

    def spoil(good: Messages) -> Messages:
        stamp = good[DEPTH].header
        stamp.stamp = to_time(stamp_ns(stamp) + ms * 1_000_000)
        return good

    return spoil


def test_depth_12_ms_beside_its_image_is_used_and_40_ms_are_said_while_they_last(
    graph: Graph,
) -> None:
    # a busy machine hands over slowly
    driver = Driver(graph, DepthEstimator(overrides={"pair_wait_s": 0.5}))
    for ms in (-12, 12):
        assert driver.status_of(driver.show(shifted(ms))).valid_fraction > 0.3

    def told() -> list[DiagnosticStatus]:
        driver.show(shifted(-40))
        return [s for a in list(driver.reports) for s in a.status if "40 ms before" in s.message]

    status = await_that(told, 20, "it is said")[0]
    assert status.level == DiagnosticStatus.WARN
    assert status.message.startswith("/camera/depth/image_raw: its stamps are 40 ms before those")
    assert driver.status_of(driver.show()).valid_fraction > 0.3
    before = len(driver.reports)
    await_that(lambda: len(driver.reports) > before + 1, why="the next report")
    assert all("40 ms before" not in s.message for s in driver.reports[-1].status)
