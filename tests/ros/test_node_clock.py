from __future__ import annotations

from types import SimpleNamespace

import pytest
from rclpy.parameter import Parameter
from rosgraph_msgs.msg import Clock

from followme.ros import node_clock
from followme.ros.node_clock import NodeClock
from followme.ros.stamps import to_time
from tests.real_ros import await_that

S = 1_000_000_000


class SystemTime:
    """The system's clocks, as an administrator and NTP would move them."""

    def __init__(self) -> None:
        self.wall_ns, self.steady_ns = 1_700_000_000 * S, 50 * S

    def passes(self, ns: int) -> None:
        self.wall_ns += ns
        self.steady_ns += ns

    def stepped(self, ns: int) -> None:
        self.wall_ns += ns


@pytest.fixture
def system(monkeypatch) -> SystemTime:
    """Return clocks in place of the system's."""
    made = SystemTime()
    fake = SimpleNamespace(time_ns=lambda: made.wall_ns, monotonic_ns=lambda: made.steady_ns)
    monkeypatch.setattr(node_clock, "time", fake)
    return made


@pytest.fixture
def clock(ros, system) -> NodeClock:
    return NodeClock(ros.node())


def test_without_a_simulation_it_is_the_system_s(clock, system):
    assert not clock.simulated
    assert clock.now_ns() == system.wall_ns


def test_time_that_passes_is_no_jump(clock, system):
    for _ in range(100):
        system.passes(3 * S)
        clock.now_ns()
    assert not clock.take_jump()


def test_drift_is_no_jump(clock, system):
    # NTP slews by less than a thousandth
    for _ in range(1000):
        system.passes(S)
        system.stepped(S // 1000)
        clock.now_ns()
    assert not clock.take_jump()


@pytest.mark.parametrize("step_ns", [-3600 * S, -S, S, 3600 * S])
def test_a_step_of_the_system_s_clock_is_noticed_once(clock, system, step_ns):
    clock.now_ns()
    system.passes(S)
    system.stepped(step_ns)
    assert not clock.take_jump()  # nobody has looked at the clock since
    assert clock.now_ns() == system.wall_ns
    assert clock.take_jump()
    system.passes(S)
    clock.now_ns()
    assert not clock.take_jump()


def test_a_step_between_making_and_first_look_is_noticed(clock, system):
    system.stepped(60 * S)
    clock.now_ns()
    assert clock.take_jump()


@pytest.mark.parametrize("step_ns", [-400_000_000, 400_000_000])
def test_a_little_step_is_drift(clock, system, step_ns):
    system.stepped(step_ns)
    clock.now_ns()
    assert not clock.take_jump()


class TestSimulated:
    @pytest.fixture
    def simulation(self, ros):
        """Return a clock under use_sim_time, and what publishes its time."""
        node = ros.node(parameter_overrides=[Parameter("use_sim_time", value=True)])
        clock = NodeClock(node)
        publisher = ros.node("simulation").create_publisher(Clock, "/clock", 10)
        ros.spin()
        await_that(lambda: publisher.get_subscription_count() > 0, why="/clock is listened to")

        def tell(ns: int) -> None:
            publisher.publish(Clock(clock=to_time(ns)))
            await_that(lambda: clock.now_ns() == ns, why=f"the clock shows {ns}")

        return clock, tell

    def test_it_is_what_the_simulation_says(self, simulation):
        clock, tell = simulation
        assert clock.simulated
        assert clock.now_ns() == 0  # nothing came yet
        tell(7 * S + 3)

    def test_the_first_word_of_the_clock_of_a_recording_is_a_jump(self, simulation):
        clock, tell = simulation
        assert not clock.settled
        tell(1_700_000_000 * S)
        assert not clock.settled
        await_that(clock.take_jump, why="time begins")
        assert clock.settled
        tell(1_700_000_600 * S)
        assert not clock.take_jump()

    def test_time_that_goes_on_is_no_jump_however_fast(self, simulation):
        clock, tell = simulation
        tell(10 * S)
        clock.take_jump()
        tell(10 * S + 1)
        tell(500 * S)
        assert not clock.take_jump()

    def test_time_that_goes_back_is_noticed_once(self, simulation):
        clock, tell = simulation
        tell(10 * S)
        clock.take_jump()
        tell(9 * S)
        assert clock.take_jump()
        tell(10 * S)
        assert not clock.take_jump()


class TestTimeThatStands:
    @pytest.fixture
    def simulated(self, ros, system, monkeypatch):
        """Return a clock under use_sim_time, and what says its time, without a graph."""
        node = ros.node(parameter_overrides=[Parameter("use_sim_time", value=True)])
        clock = NodeClock(node)
        now = [0]
        monkeypatch.setattr(clock, "_node", SimpleNamespace(get_clock=lambda: Fake(now)))
        return clock, now

    def test_without_a_simulation_time_is_never_missed(self, clock, system):
        system.passes(60 * S)
        assert clock.began and clock.trouble() == ""

    def test_time_that_does_not_begin_is_said_after_three_seconds(self, simulated, system):
        clock, _ = simulated
        system.passes(2 * S)
        assert clock.began and clock.trouble() == ""
        system.passes(2 * S)
        assert not clock.began
        assert "nothing came on /clock" in clock.trouble()

    def test_time_that_comes_ends_it_and_time_that_stands_is_another_word(self, simulated, system):
        clock, now = simulated
        system.passes(4 * S)
        now[0] = 1000 * S
        assert clock.began and clock.trouble() == ""
        system.passes(4 * S)
        assert clock.began, "a bag that is paused has a time"
        assert "stands still" in clock.trouble()
        now[0] += 1
        assert clock.trouble() == ""


class Fake:
    """A clock that shows what a test says."""

    ros_time_is_active = True

    def __init__(self, now: list[int]) -> None:
        self._now = now

    def now(self) -> SimpleNamespace:
        return SimpleNamespace(nanoseconds=self._now[0])
