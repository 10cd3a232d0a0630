from __future__ import annotations

import math
import threading

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.serialization import serialize_message

from followme.ros.diagnostics import Timings, Troubles, diagnostic_array, verdict


def test_no_timings_have_no_percentile():
    assert math.isnan(Timings().percentile(50))


@pytest.mark.parametrize("q", [0, 50, 95, 100])
def test_percentiles_are_those_of_numpy(q):
    timings, values = Timings(), [float(x) for x in np.random.default_rng(2).uniform(0, 90, 101)]
    for value in values:
        timings.add(value)
    assert timings.percentile(q) == pytest.approx(np.percentile(values, q))


def test_old_timings_give_way():
    timings = Timings()
    for _ in range(1000):
        timings.add(1000.0)
    for _ in range(512):
        timings.add(1.0)
    assert timings.percentile(100) == 1.0


def test_timings_may_be_read_while_others_write():
    timings = Timings()
    writers = [
        threading.Thread(target=lambda: [timings.add(float(n)) for n in range(2000)])
        for _ in range(2)
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert not timings.percentile(50) < 0.0
    for writer in writers:
        writer.join()
    assert timings.percentile(100) == 1999.0


def test_at_first_there_is_no_trouble():
    troubles = Troubles()
    assert (troubles.last, troubles.count, troubles.take_fresh()) == ("", 0, False)


def test_the_same_trouble_is_new_once_and_counted_each_time():
    troubles = Troubles()
    assert [troubles.note(s) for s in ("a", "a", "b", "b", "a")] == [True, False] * 2 + [True]
    assert (troubles.last, troubles.count) == ("a", 5)


def test_trouble_is_fresh_until_somebody_took_note():
    troubles = Troubles()
    troubles.note("a")
    assert troubles.take_fresh()
    assert not troubles.take_fresh()
    troubles.note("a")
    assert troubles.take_fresh()


def test_threads_count_all_their_troubles():
    troubles = Troubles()
    threads = [
        threading.Thread(target=lambda: [troubles.note("a") for _ in range(500)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles.count == 2000


def test_a_message_has_what_tools_look_for():
    facts = {"dropped": 3, "work_p50_ms": 1.23456, "model": "depth.onnx", "age_p50_ms": math.nan}
    message = diagnostic_array("/walk/camera", 2_000_000_005, DiagnosticStatus.WARN, "hm", facts)
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (2, 5)
    (status,) = message.status
    assert status.name == "followme: /walk/camera"
    assert status.hardware_id == "/walk/camera"
    assert status.level == DiagnosticStatus.WARN
    assert status.message == "hm"
    assert {v.key: v.value for v in status.values} == {
        "dropped": "3",
        "work_p50_ms": "1.235",
        "model": "depth.onnx",
        "age_p50_ms": "nan",
    }
    assert serialize_message(message)


def test_a_message_without_facts_can_be_sent():
    message = diagnostic_array("/camera", 0, DiagnosticStatus.OK, "", {})
    assert len(message.status[0].values) == 0
    assert serialize_message(message)


@pytest.mark.parametrize(
    ("active", "waits_for", "trouble", "level", "summary"),
    [
        (True, None, "", DiagnosticStatus.OK, "working"),
        (True, None, "bad image", DiagnosticStatus.WARN, "bad image"),
        (False, None, "", DiagnosticStatus.WARN, "not active"),
        (False, None, "no file", DiagnosticStatus.ERROR, "no file"),
        (False, "no network", "", DiagnosticStatus.OK, "waiting: no network"),
        (False, "no network", "old trouble", DiagnosticStatus.OK, "waiting: no network"),
    ],
)
def test_the_verdict_says_what_matters_most(active, waits_for, trouble, level, summary):
    troubles = Troubles()
    if trouble:
        troubles.note(trouble)
    assert verdict(active, waits_for, troubles) == (level, summary)


def test_old_trouble_of_a_node_that_works_is_over():
    troubles = Troubles()
    troubles.note("bad image")
    assert verdict(True, None, troubles)[1] == "bad image"
    assert verdict(True, None, troubles)[1] == "working"
