"""The base of every node: life cycle, one slot, one worker, parameters, ports."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Generic, TypeVar

from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile

from followme.graph import ALL_NODES, CAMERA_FRAME, NodeSpec
from followme.health.latest import LatestSlot
from followme.ros.diagnostics import Timings, Troubles
from followme.ros.exchange import Exchange
from followme.ros.lifecycle import (
    Autostart,
    NotYetError,
    carried_out,
    survive_invalid_transitions,
)
from followme.ros.node_clock import NodeClock
from followme.ros.parameters import Parameters
from followme.ros.ports import InPort, OutPort
from followme.ros.revival import Revival
from followme.ros.self_report import SelfReport
from followme.ros.transports import transport_of
from followme.ros.worker import Worker, in_hand

S = TypeVar("S")

# How long a worker may take to finish what it does when the node is deactivated.
_JOIN_S = 2.0


class BaseNode(LifecycleNode, Generic[S]):
    """A managed node with one worker thread that always works on the newest item.

    Subclasses say what they take (:meth:`takes`), and override :meth:`load`, :meth:`work`,
    :meth:`idle`, :meth:`restart`, :meth:`free`, :meth:`odd` and :meth:`facts` as needed. Callbacks
    only put into ``slot``; all else happens in the worker.

    Parameters
    ----------
    name : str
        Of the node in the graph's table.
    exchange : Exchange, optional
        Shared by the nodes of one process.
    overrides : mapping, optional
        Parameters that outrank files and command line.
    timed : callable, optional
        Called with the node's name and the milliseconds of each piece of work.
    namespace : str
        In place of the root or of that which the process was started with.

    Raises
    ------
    SettingsError
        For a parameter that cannot be used.
    """

    #: Seconds after which :meth:`idle` is called when nothing new came.
    idle_s = 0.5
    #: What is wrong as long as it lasts, in a sentence; each report shows it as an error.
    lasting = ""
    #: Work on one item that takes longer than any network should is told as an error, ...
    hangs_s = 3.0
    #: ... and after so long a node that started by itself begins a new life.
    revives_s = 10.0

    def __init__(
        self,
        name: str,
        exchange: Exchange | None = None,
        overrides: Mapping[str, Any] | None = None,
        timed: Callable[[str, float], None] | None = None,
        namespace: str = "",
    ) -> None:
        super().__init__(
            name,
            namespace=namespace,
            automatically_declare_parameters_from_overrides=True,
            parameter_overrides=[Parameter(k, value=v) for k, v in (overrides or {}).items()],
        )
        self.spec: NodeSpec = next(n for n in ALL_NODES if n.name == name)
        self.slot: LatestSlot[Any] = LatestSlot()
        self.troubles = Troubles()
        self.timings, self.ages = Timings(), Timings()
        self.frame_id = CAMERA_FRAME
        self.waits_for: NotYetError | None = None
        self._timed = timed
        #: Set when the process ends: what is still being loaded need not become ready.
        self.leaving = False
        self._active, self._generation = False, 0
        self._worker: Worker | None = None
        self._exchange = exchange or Exchange()
        #: What it takes and gives, by topic of the graph.
        self.ins: dict[str, InPort] = {}
        try:
            self._params: Parameters[S] = Parameters(self, self.spec.settings, self._changed)
            self.prepare()
        except ValueError:
            self.destroy_node()
            raise
        self.clock = NodeClock(self)
        self.outs = {
            topic: OutPort(self, topic, self._exchange, self.trouble, self.quality_of(topic))
            for topic in self.spec.publishes
        }
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.report = SelfReport(self, steady)
        survive_invalid_transitions(self)
        gives_way = self.spec.gate == "after"
        self._autostart = Autostart(self, steady, gives_way) if self.settings.autostart else None
        self.revival = Revival(self, steady, self._autostart) if self._autostart else None

    # -- what subclasses use ---------------------------------------------------------------

    @property
    def settings(self) -> Any:
        """The settings as they are now."""
        return self._params.settings

    def takes(self, topic: str, take: Callable[[Any, str], None]) -> None:
        """Call ``take`` with each value of a topic and its frame id while configured."""
        way = transport_of(self.settings, topic)
        self.ins[topic] = InPort(self, topic, self._exchange, take, self.trouble, way)

    def publish(self, topic: str, value: Any) -> None:
        """Publish a value, unless it comes from an earlier life of the node."""
        born = getattr(threading.current_thread(), "generation", self._generation)
        if self._active and born == self._generation:
            self.outs[topic].publish(value, self.frame_id)

    def received(self, topic: str) -> int:
        """Return how many values came on a topic so far."""
        return self.ins[topic].rate.count

    def wanted(self, topic: str) -> bool:
        """Return whether anybody outside this process listens to a topic."""
        return self.outs[topic].wanted

    def trouble(self, sentence: str) -> None:
        """Note what went wrong: logged when new, shown in the diagnostics."""
        if self.troubles.note(sentence):
            self.get_logger().warning(sentence)

    def say_at_once(self) -> None:
        """Let the diagnostics say how it is before their time: a walker relies on it."""
        if self._active:
            self.report.soon()

    def pass_on(self, topic: str, data: bytes) -> None:
        """Publish a serialized message as it is, unless the node is not at work."""
        if self._active:
            self.outs[topic].pass_on(data)

    # -- what subclasses override ----------------------------------------------------------

    def prepare(self) -> None:
        """Look at what the parameters name before any topic is made; raise when it is no use.

        Raises
        ------
        ValueError
            Which ends the making of the node.
        """

    def quality_of(self, topic: str) -> QoSProfile | None:
        """Return the quality of service of a topic that is published; None: the table's."""
        del topic
        return None

    def load(self) -> None:
        """Configure: load and warm what the worker needs; raise when that cannot be had.

        NotYetError says that it is missing without anybody's fault.
        """

    def turn(self, item: Any) -> AbstractContextManager[bool]:
        """Wait until it is this node's turn; what is entered says whether to work on the item."""
        del item
        return nullcontext(True)

    def work(self, item: Any) -> None:
        """Do the work on the newest item; in the worker's thread."""

    def idle(self) -> None:
        """Do what is due although nothing came; in the worker's thread."""

    def restart(self) -> None:
        """Forget earlier frames: the node was activated, or time jumped."""

    def changed(self) -> None:
        """Take over settings that were changed while running."""

    def free(self) -> None:
        """Give back what :meth:`load` took; must bear being called twice."""

    def odd(self) -> str:
        """Return what is odd as long as it lasts, in a sentence; reports show it as a warning."""
        return ""

    def facts(self) -> dict[str, Any]:
        """Return what else the diagnostics should show."""
        return {}

    def produce(self, alive: Callable[[], bool]) -> None:
        """Run the worker's loop until ``alive`` says no."""
        while alive():
            item = self.slot.take(self.idle_s)
            if not alive():
                return
            if self.clock.take_jump():
                self.get_logger().info("time jumped: starting afresh")
                self.restart()
            with in_hand():
                self._guarded(item)

    # -- life cycle --------------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """Whether the node works."""
        return self._active

    @property
    def busy_s(self) -> float:
        """How long the worker has had what it works on; 0 when it waits for more."""
        worker = self._worker
        return 0.0 if worker is None else worker.busy_s

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        return carried_out(self, "configure", self._configure, super().on_configure, state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        return carried_out(self, "activate", self._activate, super().on_activate, state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        return carried_out(self, "deactivate", self._deactivate, super().on_deactivate, state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        return carried_out(self, "clean up", self.clean_up, super().on_cleanup, state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        return carried_out(self, "shut down", self.clean_up, super().on_shutdown, state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        return carried_out(self, "recover", self.clean_up, super().on_error, state)

    def destroy_node(self) -> None:
        """Stop the worker, free everything, leave the graph."""
        if getattr(self, "outs", None) is not None:
            self.clean_up()
            self.clock.close()
            outs, self.outs = self.outs, {}
            for port in outs.values():
                port.close()
        super().destroy_node()

    def _configure(self) -> None:
        self.waits_for = None
        self.load()
        for port in self.ins.values():
            port.open()

    def _activate(self) -> None:
        self.slot.clear()
        self.restart()
        self._generation += 1
        self._active = True
        self._worker = Worker(self.get_name(), self.run_worker, self._generation)
        self._worker.start()

    def _deactivate(self) -> None:
        self._active = False
        self._generation += 1
        self.slot.close()
        worker, self._worker = self._worker, None
        if worker is not None and worker is not threading.current_thread():
            # whoever hangs is not waited for
            worker.join(_JOIN_S if worker.busy_s < self.hangs_s else 0.0)
            if worker.is_alive():
                self.trouble("the worker is still busy with its last item; its result is dropped")

    def clean_up(self) -> None:
        """Stop the worker, hear nothing more, give back what was loaded."""
        self._deactivate()
        for port in self.ins.values():
            port.close()
        self.free()

    # -- the worker ----------------------------------------------------------------------------

    def run_worker(self, generation: int) -> None:
        """Run :meth:`produce` for one life of the node."""
        try:
            self.produce(lambda: self._generation == generation)
        except Exception as error:  # noqa: BLE001
            # nobody waits for this thread: what ended it has to be seen elsewhere
            self._failed(error)

    def _guarded(self, item: Any) -> None:
        try:
            if item is None:
                self.idle()
                return
            with self.turn(item) as wanted:
                if not wanted:
                    return
                begin = time.perf_counter()
                self.work(item)
                worked_ms = (time.perf_counter() - begin) * 1e3
        except Exception as error:  # noqa: BLE001
            # one bad item must not end the node
            self._failed(error)
            return
        self.note_work(worked_ms)

    def _failed(self, error: Exception) -> None:
        """Log an error with its cause, when it is new, and count it."""
        if self.troubles.note(f"{type(error).__name__}: {error}"):
            self.get_logger().error(traceback.format_exc())

    def note_work(self, ms: float) -> None:
        """Note how long one piece of work took."""
        self.timings.add(ms)
        if self._timed is not None:
            self._timed(self.get_name(), ms)

    def note_age(self, stamp_ns: int) -> float:
        """Note how old a result is when it leaves; return milliseconds."""
        age_ms = (self.clock.now_ns() - stamp_ns) * 1e-6
        self.ages.add(age_ms)
        return age_ms

    def _changed(self, _settings: S) -> None:
        self.changed()
