from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from followme.nodes.obstacle_fusion import ObstacleFusion
from followme.ros import base_node, lifecycle
from followme.ros.base_node import BaseNode
from followme.ros.exchange import Exchange
from followme.ros.images import float_image
from followme.ros.qos import profile
from followme.ros.wire import WIRES
from followme.settings import SettingsError, SpeechSettings
from followme.values.camera import Camera
from followme.values.frame import CameraInfo
from followme.values.intent import Announcement, Priority
from followme.values.obstacle import Obstacles, Sight
from followme_msgs.msg import ObstacleArray
from tests.real_ros import await_that

from .conftest import Ros
from .test_messages import a_status

SAID = Announcement(1, "Stop", "stop.object", Priority.STOP)


def seen(stamp_ns: int) -> Obstacles:
    return Obstacles(stamp_ns, (), Sight.SEEING)


class Probe(BaseNode[SpeechSettings]):
    """Stands in the place of speech; what it does is what the test says."""

    idle_s = 0.005

    def __init__(self, **wiring: Any) -> None:
        self.calls: list[str] = []
        self.worked: list[Any] = []
        self.do: Callable[[Any], None] = lambda item: None
        self.do_idle: Callable[[], None] = lambda: None
        self.do_load: Callable[[], None] = lambda: None
        super().__init__("speech", **wiring)
        self.takes("obstacles", lambda value, _: self.slot.put(value))

    def load(self) -> None:
        self.calls.append("load")
        self.do_load()

    def work(self, item: Any) -> None:
        self.do(item)
        self.worked.append(item)

    def idle(self) -> None:
        self.do_idle()

    def restart(self) -> None:
        self.calls.append("restart")

    def changed(self) -> None:
        self.calls.append("changed")

    def free(self) -> None:
        self.calls.append("free")

    def facts(self) -> dict[str, Any]:
        return {"colour": "blue"}

    @property
    def state(self) -> str:
        return str(self._state_machine.current_state[1])


def a_probe(ros: Ros, autostart: bool = False, **more: Any) -> Probe:
    overrides = {"autostart": autostart, **more.pop("overrides", {})}
    return ros.keep(Probe(overrides=overrides, **more))


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def active(ros, exchange) -> Probe:
    """Return a probe that works; obstacles come to it by reference."""
    exchange.add_giver("/obstacles")
    node = a_probe(ros, exchange=exchange)
    node.trigger_configure()
    node.trigger_activate()
    return node


def raising(error: Exception) -> Callable[..., None]:
    def act(*_: Any) -> None:
        raise error

    return act


class TestStart:
    def test_a_parameter_that_cannot_be_used_is_refused_and_a_better_one_works(self, ros):
        with pytest.raises(SettingsError, match=r"speech: voice\.volume"):
            Probe(overrides={"voice.volume": 7.0})
        assert a_probe(ros, overrides={"voice.volume": 0.7}).settings.voice.volume == 0.7

    def test_it_has_the_settings_that_it_was_given(self, ros):
        node = a_probe(ros, overrides={"voice.volume": 0.25})
        assert node.settings.voice.volume == 0.25

    def test_by_default_it_starts_by_itself(self, ros):
        node = a_probe(ros, autostart=True)
        assert not node.active
        ros.spin()
        await_that(lambda: node.state == "active", why="autostart")
        assert node.active

    def test_without_autostart_it_waits_to_be_told(self, ros):
        node = a_probe(ros)
        other = ros.node()
        ros.spin()
        ticks: list[int] = []
        other.create_timer(0.05, lambda: ticks.append(1))
        await_that(lambda: len(ticks) > 3, why="time passes")
        assert node.state == "unconfigured"

    def test_autostart_tries_again_until_it_can(self, ros, monkeypatch):
        monkeypatch.setattr(lifecycle, "_FIRST_PAUSE_S", 0.01)
        node = a_probe(ros, autostart=True)
        errors = [ValueError("no model"), RuntimeError("odd"), None]

        def load() -> None:
            error = errors.pop(0)
            if error is not None:
                raise error

        node.do_load = load
        ros.spin()
        await_that(lambda: node.active, why="the third try")
        assert node.calls.count("load") == 3

    def test_the_pause_between_tries_grows(self, ros, monkeypatch):
        node = a_probe(ros, autostart=True)
        node.do_load = raising(ValueError("no model"))
        now = [0.0]
        monkeypatch.setattr(lifecycle.time, "monotonic", lambda: now[0])
        tries: list[float] = []
        for _ in range(4000):
            before = node.calls.count("load")
            node._autostart._try()
            if node.calls.count("load") > before:
                tries.append(now[0])
            now[0] += 0.05
        pauses = [b - a for a, b in itertools.pairwise(tries)]
        assert pauses[0] == pytest.approx(0.5, abs=0.1)
        assert pauses == sorted(pauses, key=round)
        assert max(pauses) == pytest.approx(30.0, abs=0.1)

    @pytest.mark.parametrize(
        ("told", "state"),
        [
            ("configure", "inactive"),
            ("configure and activate", "active"),
            ("shutdown", "finalized"),
        ],
    )
    def test_autostart_leaves_the_node_to_who_was_faster(self, ros, monkeypatch, told, state):
        monkeypatch.setattr(lifecycle, "_FIRST_PAUSE_S", 0.05)
        node = a_probe(ros, autostart=True)
        node.do_load = raising(ValueError("no model"))
        node._autostart._try()
        node.do_load = lambda: None
        if told == "shutdown":
            node.trigger_shutdown()
        else:
            node.trigger_configure()
        if told.endswith("activate"):
            node.trigger_activate()
        ticks: list[int] = []
        ros.node().create_timer(0.05, lambda: ticks.append(1))
        ros.spin()
        await_that(lambda: len(ticks) > 4 or ros.error, why="time passes")
        assert ros.error is None
        assert node.state == state


class TestWork:
    def test_the_worker_takes_what_comes(self, active, exchange):
        value = seen(1)
        exchange.give("/obstacles", value, "walker")
        await_that(lambda: active.worked, why="the worker works")
        assert active.worked[0] is value
        assert active.received("obstacles") == 1

    def test_only_the_newest_is_worked_on(self, active, exchange):
        busy, go = threading.Event(), threading.Event()
        active.do = lambda _: busy.set() or go.wait(10)
        exchange.give("/obstacles", seen(1), "walker")
        assert busy.wait(10)
        for n in (2, 3, 4):
            exchange.give("/obstacles", seen(n), "walker")
        go.set()
        await_that(lambda: len(active.worked) == 2, why="the worker works")
        assert [o.stamp_ns for o in active.worked] == [1, 4]
        assert active.slot.dropped == 2

    def test_when_nothing_comes_it_is_told(self, active):
        idle = threading.Event()
        active.do_idle = idle.set
        assert idle.wait(10)

    def test_what_is_published_goes_out(self, active, exchange):
        got: list[Any] = []
        exchange.listen("/announcements", lambda value, frame_id: got.append((value, frame_id)))
        active.publish("announcements", SAID)
        assert got[0][0] is SAID
        assert got[0][1] == active.frame_id

    def test_the_time_it_took_is_noted(self, ros, exchange):
        times: list[tuple[str, float]] = []
        exchange.add_giver("/obstacles")
        node = a_probe(ros, exchange=exchange, timed=lambda name, ms: times.append((name, ms)))
        node.trigger_configure()
        node.trigger_activate()
        exchange.give("/obstacles", seen(1), "walker")
        await_that(lambda: times, why="the worker works")
        assert times[0][0] == "speech"
        assert times[0][1] >= 0.0
        assert node.timings.percentile(50) == times[0][1]

    def test_an_exception_is_counted_and_the_node_goes_on(self, active, exchange):
        active.do = raising(RuntimeError("odd"))
        for n in (1, 2):
            exchange.give("/obstacles", seen(n), "walker")
            await_that(lambda n=n: active.troubles.count == n, why="the trouble is counted")
        assert active.troubles.last == "RuntimeError: odd"
        active.do = lambda _: None
        exchange.give("/obstacles", seen(3), "walker")
        await_that(lambda: active.worked, why="the worker works again")
        assert active.active

    def test_an_exception_while_idle_is_counted_too(self, active, exchange):
        active.do_idle = raising(RuntimeError("odd"))
        await_that(lambda: active.troubles.count > 1, why="the trouble is counted")
        active.do_idle = lambda: None
        exchange.give("/obstacles", seen(3), "walker")
        await_that(lambda: active.worked, why="the worker works")

    def test_the_same_trouble_is_logged_once(self, active, monkeypatch):
        logged: list[str] = []
        log = type("Log", (), {"warning": lambda _, s: logged.append(s)})()
        monkeypatch.setattr(active, "get_logger", lambda: log)
        for sentence in ("a", "a", "b", "a"):
            active.trouble(sentence)
        assert logged == ["a", "b", "a"]
        assert active.troubles.count == 4

    def test_a_jump_of_time_starts_it_afresh(self, active, exchange, monkeypatch):
        jumps = [True]
        monkeypatch.setattr(active.clock, "take_jump", lambda: bool(jumps) and jumps.pop())
        await_that(lambda: active.calls.count("restart") == 2, why="it starts afresh")
        exchange.give("/obstacles", seen(1), "walker")
        await_that(lambda: active.worked, why="the worker works")
        assert active.calls.count("restart") == 2

    def test_a_worker_that_ends_by_an_error_says_so(self, ros):
        node = a_probe(ros)
        node.produce = raising(OSError("the recording is broken"))
        node.trigger_configure()
        node.trigger_activate()
        await_that(lambda: node.troubles.count, why="the trouble is noted")
        assert node.troubles.last == "OSError: the recording is broken"


class TestLives:
    def test_what_came_before_its_life_is_not_worked_on(self, ros, exchange):
        exchange.add_giver("/obstacles")
        node = a_probe(ros, exchange=exchange)
        node.trigger_configure()
        exchange.give("/obstacles", seen(1), "walker")
        node.trigger_activate()
        exchange.give("/obstacles", seen(2), "walker")
        await_that(lambda: node.worked, why="the worker works")
        assert [o.stamp_ns for o in node.worked] == [2]

    def test_who_sleeps_neither_works_nor_publishes(self, active, exchange):
        got: list[Any] = []
        exchange.listen("/announcements", lambda value, _: got.append(value))
        active.trigger_deactivate()
        exchange.give("/obstacles", seen(1), "walker")
        active.publish("announcements", SAID)
        assert (active.worked, got) == ([], [])
        active.trigger_activate()
        active.publish("announcements", SAID)
        assert got == [SAID]

    def test_a_result_of_an_earlier_life_is_dropped(self, active, exchange, monkeypatch):
        monkeypatch.setattr(base_node, "_JOIN_S", 0.01)
        got: list[Any] = []
        exchange.listen("/announcements", lambda value, _: got.append(value))
        busy, go, done = threading.Event(), threading.Event(), threading.Event()

        def work(_item: Any) -> None:
            busy.set()
            go.wait(10)
            active.publish("announcements", SAID)
            done.set()

        active.do = work
        exchange.give("/obstacles", seen(1), "walker")
        assert busy.wait(10)
        active.trigger_deactivate()
        assert "still busy" in active.troubles.last
        active.trigger_activate()  # also a new life does not want the old one's result
        active.do = lambda _: active.publish("announcements", SAID)
        go.set()
        assert done.wait(10)
        assert got == []
        exchange.give("/obstacles", seen(2), "walker")
        await_that(lambda: got, why="the new life publishes")
        assert got == [SAID]

    def test_a_worker_ends_with_its_life(self, active):
        worker = active._worker
        active.trigger_deactivate()
        assert not worker.is_alive()

    def test_each_life_starts_afresh(self, active):
        active.trigger_deactivate()
        active.trigger_activate()
        assert active.calls == ["load", "restart", "restart"]

    def test_cleaning_up_gives_back_and_it_can_be_configured_again(self, active, exchange):
        active.trigger_deactivate()
        active.trigger_cleanup()
        assert active.calls[-1] == "free"
        exchange.give("/obstacles", seen(1), "walker")
        assert active.received("obstacles") == 0
        active.trigger_configure()
        active.trigger_activate()
        exchange.give("/obstacles", seen(1), "walker")
        await_that(lambda: active.worked, why="the worker works")

    def test_shutting_down_gives_back(self, active):
        active.trigger_shutdown()
        assert active.state == "finalized"
        assert active.calls[-1] == "free"
        assert not active.active

    def test_destroying_it_ends_the_worker(self, active):
        worker = active._worker
        active.destroy_node()
        assert not worker.is_alive()


class TestFailures:
    @pytest.mark.parametrize(
        ("error", "words"),
        [(ValueError("no model"), "no model"), (RuntimeError("odd"), "RuntimeError: odd")],
    )
    def test_a_failed_load_leaves_it_unconfigured_and_a_later_one_works(self, ros, error, words):
        node = a_probe(ros)
        node.do_load = raising(error)
        node.trigger_configure()
        assert node.state == "unconfigured"
        assert node.troubles.last == words
        assert node.calls == ["load", "free"]
        node.do_load = lambda: None
        node.trigger_configure()
        node.trigger_activate()
        assert node.state == "active"

    def test_a_failed_load_leaves_no_subscription(self, ros):
        node = a_probe(ros)
        node.do_load = raising(ValueError("no model"))
        node.trigger_configure()
        assert node.count_subscribers("/obstacles") == 0

    @pytest.mark.parametrize("error", [ValueError("no"), RuntimeError("odd")])
    def test_a_failed_start_ends_in_a_clean_state(self, ros, error, monkeypatch):
        node = a_probe(ros)
        node.trigger_configure()
        monkeypatch.setattr(node, "restart", raising(error))
        node.trigger_activate()
        assert node.state == "unconfigured"
        assert not node.active
        assert node.calls[-1] == "free"
        monkeypatch.undo()
        node.trigger_configure()
        node.trigger_activate()
        assert node.state == "active"


class TestServices:
    @pytest.fixture
    def ask(self, ros):
        """Return what asks a node for a transition and returns the answer."""
        user = ros.node("user")
        client = user.create_client(ChangeState, "/speech/change_state")

        def ask(**transition: Any) -> bool:
            await_that(client.service_is_ready, why="the service is there")
            request = ChangeState.Request(transition=Transition(**transition))
            future = client.call_async(request)
            await_that(lambda: future.done() or ros.error, why="an answer")
            assert ros.error is None
            return bool(future.result().success)

        return ask

    def test_a_transition_that_fails_is_answered_with_no(self, ros, ask):
        node = a_probe(ros)
        node.do_load = raising(ValueError("no model"))
        ros.spin()
        assert ask(id=Transition.TRANSITION_CONFIGURE) is False
        assert node.state == "unconfigured"

    def test_settings_follow_what_is_set_from_outside(self, ros):
        node = a_probe(ros)
        client = ros.node("user").create_client(SetParameters, "/speech/set_parameters")
        ros.spin()
        await_that(client.service_is_ready, why="the service is there")
        volume = Parameter("voice.volume", value=0.5).to_parameter_msg()
        client.call_async(SetParameters.Request(parameters=[volume]))
        await_that(lambda: "changed" in node.calls, why="the node is told")
        assert node.settings.voice.volume == 0.5


class TestDiagnostics:
    @pytest.fixture
    def heard(self, ros) -> list[DiagnosticStatus]:
        """Return a list that fills with what nodes say about themselves."""
        got: list[DiagnosticStatus] = []
        ros.node("listener").create_subscription(
            DiagnosticArray, "/diagnostics", lambda m: got.extend(m.status), 10
        )
        return got

    def test_an_active_node_says_all_about_itself_by_itself(self, ros, active, exchange, heard):
        exchange.give("/obstacles", seen(1), "walker")
        ros.spin()
        await_that(lambda: heard, why="the node says how it is")
        (status, *_) = heard
        assert (status.level, status.message) == (DiagnosticStatus.OK, "working")
        assert status.name == "followme: /speech"
        facts = {v.key: v.value for v in status.values}
        assert facts["colour"] == "blue"
        assert facts["troubles"] == "0"
        assert set(facts) >= {
            "dropped",
            "lost_on_the_way",
            "work_p50_ms",
            "work_p95_ms",
            "age_p50_ms",
            "age_p95_ms",
            "in_hz /obstacles",
            "out_hz /announcements",
            "last_trouble",
        }

    def test_trouble_is_a_warning_once(self, ros, active, heard):
        ros.spin()
        await_that(lambda: active.report.publisher.get_subscription_count() > 0, why="discovery")
        active.trouble("something odd")
        active.report.say()
        active.report.say()
        await_that(lambda: len(heard) > 1, why="the node says how it is")
        assert (heard[0].level, heard[0].message) == (DiagnosticStatus.WARN, "something odd")
        assert heard[1].level == DiagnosticStatus.OK

    def test_a_node_that_cannot_start_is_an_error_as_long_as_that_lasts(self, ros, heard):
        node = a_probe(ros)
        node.do_load = raising(ValueError("no model"))
        node.trigger_configure()
        ros.spin()
        await_that(lambda: node.report.publisher.get_subscription_count() > 0, why="discovery")
        node.report.say()
        node.report.say()
        await_that(lambda: len(heard) > 1, why="the node says how it is")
        assert all((s.level, s.message) == (DiagnosticStatus.ERROR, "no model") for s in heard[:2])

    def test_what_lasts_is_an_error_in_each_report_beside_what_is_new(self, ros, active, heard):
        ros.spin()
        await_that(lambda: active.report.publisher.get_subscription_count() > 0, why="discovery")
        active.lasting = "the disk is full"
        active.report.say()
        active.trouble("something odd")
        active.report.say()
        active.report.say()
        active.lasting = ""
        active.report.say()
        await_that(lambda: len(heard) > 3, why="the node says how it is")
        full = "the disk is full"
        assert [s.message for s in heard[:3]] == [full, f"something odd; {full}", full]
        assert {s.level for s in heard[:3]} == {DiagnosticStatus.ERROR}
        assert heard[3].level == DiagnosticStatus.OK

    def test_fusion_says_that_sight_is_lost_as_long_as_it_is(self, ros, heard):
        fusion = ros.keep(ObstacleFusion(overrides={"autostart": False}))
        fusion.trigger_configure()
        fusion.trigger_activate()
        ros.spin()
        await_that(lambda: heard and heard[-1].message != "working", why="it is blind")
        assert heard[-1].level == DiagnosticStatus.ERROR
        assert heard[-1].message == "sight is lost: no_image"
        facts = {v.key: v.value for v in heard[-1].values}
        assert (facts["sight"], facts["sight_reason"]) == ("blind", "no_image")

    @pytest.mark.parametrize("where", ["do", "do_idle"])
    def test_work_that_does_not_end_is_an_error_until_it_does(
        self, ros, active, exchange, heard, where
    ):
        entered, go = threading.Event(), threading.Event()
        active.hangs_s = 0.05
        ros.spin()
        await_that(lambda: active.report.publisher.get_subscription_count() > 0, why="discovery")
        setattr(active, where, lambda *_: (entered.set(), go.wait(20)))
        try:
            exchange.give("/obstacles", seen(1), "walker")
            assert entered.wait(10)
            await_that(lambda: active.busy_s > active.hangs_s, why="it hangs")
            active.report.say()
            await_that(lambda: heard and heard[-1].message != "working", why="it says so")
            assert heard[-1].level == DiagnosticStatus.ERROR
            assert heard[-1].message.startswith("its work on one item has not ended for 0.")
        finally:
            go.set()
        setattr(active, where, lambda *_: None)
        await_that(lambda: active.busy_s < active.hangs_s, why="it goes on")
        active.report.say()
        await_that(lambda: heard[-1].message == "working", why="all is well")

    def test_what_cannot_wait_is_said_before_its_time(self, ros, active, heard, monkeypatch):
        active.report._timer.cancel()
        ros.spin()
        await_that(lambda: active.report.publisher.get_subscription_count() > 0, why="discovery")
        active.lasting = "sight is lost"
        active.say_at_once()
        await_that(lambda: heard, why="it is said")
        assert heard[0].message == "sight is lost"
        active.trigger_deactivate()
        active.say_at_once()  # nobody relies on a node that sleeps
        active.trigger_activate()
        active.lasting = "sight is back"
        active.say_at_once()
        await_that(lambda: heard[-1].message == "sight is back", why="it is said")
        assert len(heard) == 2

    def test_a_node_that_sleeps_is_a_warning(self, ros, heard):
        node = a_probe(ros)
        ros.spin()
        await_that(lambda: node.report.publisher.get_subscription_count() > 0, why="discovery")
        node.report.say()
        await_that(lambda: heard, why="the node says how it is")
        assert (heard[0].level, heard[0].message) == (DiagnosticStatus.WARN, "not active")


def test_a_bad_message_is_said_once_and_the_node_goes_on(ros):
    node = a_probe(ros)
    node.trigger_configure()
    node.trigger_activate()
    stranger = ros.node("stranger").create_publisher(ObstacleArray, "obstacles", profile("RESULT"))
    ros.spin()
    await_that(lambda: stranger.get_subscription_count() > 0, why="discovery")
    for count in (1, 2):
        stranger.publish(ObstacleArray(sight=200))
        await_that(lambda n=count: node.troubles.count == n, why="the trouble is counted")
    assert node.troubles.last.startswith("/obstacles: ")
    assert node.worked == []
    stranger.publish(WIRES["obstacles"].pack(seen(1), ""))
    await_that(lambda: node.worked, why="the worker works")


def test_depth_that_contradicts_its_calibration_does_not_end_fusion(ros):
    fusion = ros.keep(ObstacleFusion(overrides={"autostart": False}))
    fusion.trigger_configure()
    fusion.trigger_activate()
    stranger = ros.node("stranger")
    metres = float_image(np.ones((3, 4), np.float32), 5)
    values = {
        "depth/image": metres,
        "depth/sigma": metres,
        "depth/camera_info": CameraInfo(5, Camera(8, 8, 5.0, 5.0, 3.5, 3.5)),
        "depth/status": a_status(),
    }
    publishers = {n: stranger.create_publisher(WIRES[n].type, n, profile("RESULT")) for n in values}
    ros.spin()
    await_that(lambda: all(p.get_subscription_count() for p in publishers.values()), why="all met")
    for name, value in values.items():
        publishers[name].publish(WIRES[name].pack(value, "camera"))
    await_that(lambda: fusion.troubles.count or ros.error, why="the trouble is said")
    assert ros.error is None
    assert "depth_m: expected shape (8, 8)" in fusion.troubles.last
    assert fusion.active


def test_two_nodes_of_one_process_hand_over_by_reference(ros, exchange):
    fusion = ros.keep(ObstacleFusion(exchange=exchange, overrides={"autostart": False}))
    node = a_probe(ros, exchange=exchange)
    for one in (node, fusion):
        one.trigger_configure()
        one.trigger_activate()
    given: list[Any] = []
    exchange.listen("/obstacles", lambda value, _: given.append(value))
    await_that(lambda: len(node.worked) > 1, why="fusion's clock speaks")
    assert all(any(item is value for value in given) for item in node.worked[1:])
    assert node.count_subscribers("/obstacles") == 0


def test_two_nodes_of_two_processes_meet_over_dds(ros):
    node = a_probe(ros)
    fusion = ros.keep(ObstacleFusion(overrides={"autostart": False}))
    for one in (node, fusion):
        one.trigger_configure()
        one.trigger_activate()
    ros.spin()
    await_that(lambda: node.worked, why="fusion's clock speaks")
    assert node.worked[0].sight is Sight.BLIND
    assert node.worked[0].reason == "no_image"


class TestTurns:
    def test_work_waits_for_its_turn_and_the_wait_is_not_timed(self, active):
        entered, turns = threading.Event(), threading.Event()

        @contextmanager
        def turn(item: Any) -> Iterator[bool]:
            entered.set()
            turns.wait(10.0)
            yield True

        took: list[float] = []
        active.turn = turn
        active._timed = lambda _, ms: took.append(ms)
        active.slot.put(seen(1))
        assert entered.wait(10.0)
        assert active.worked == []
        turns.set()
        await_that(lambda: took, why="the work is done")
        assert len(active.worked) == 1

    def test_an_item_whose_turn_is_over_is_passed_by(self, active):
        passed: list[int] = []

        @contextmanager
        def turn(item: Any) -> Iterator[bool]:
            passed.append(item.stamp_ns)
            yield item.stamp_ns > 1

        active.turn = turn
        active.slot.put(seen(1))
        await_that(lambda: passed == [1])
        active.slot.put(seen(2))
        await_that(lambda: active.worked, why="the next one is worked on")
        assert [o.stamp_ns for o in active.worked] == [2]
        assert active.troubles.count == 0


class TestWaiting:
    def test_what_is_missing_is_no_trouble_and_is_looked_for_until_it_comes(self, ros, monkeypatch):
        monkeypatch.setattr(lifecycle, "_LOOK_EVERY_S", 0.0)
        there: list[bool] = []
        looked: list[bool] = []

        def came() -> bool:
            looked.append(True)
            return bool(there)

        def load() -> None:
            if not there:
                raise lifecycle.NotYetError("no network: bring one", came)

        node = a_probe(ros, autostart=True)
        node.do_load = load
        ros.spin()
        await_that(lambda: len(looked) > 5, why="it looks again and again")
        assert node.calls.count("load") == 1, "but it is not tried again"
        assert node.state == "unconfigured"
        assert node.troubles.count == 0
        there.append(True)
        await_that(lambda: node.active, why="it starts")
        assert node.waits_for is None

    def test_who_is_started_by_hand_meanwhile_is_left_alone(self, ros, monkeypatch):
        monkeypatch.setattr(lifecycle, "_LOOK_EVERY_S", 0.0)
        node = a_probe(ros, autostart=True)
        node.do_load = raising(lifecycle.NotYetError("no network", lambda: False))
        ros.spin()
        await_that(lambda: node.waits_for is not None and node.state == "unconfigured")
        node.do_load = lambda: None
        node.trigger_configure()
        await_that(lambda: node._autostart._timer.is_canceled(), why="autostart gives up")
        assert node.state == "inactive"
