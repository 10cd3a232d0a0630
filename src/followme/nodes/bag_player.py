"""Node bag_player: a bag in the place of the camera, with the stamps that it has."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rclpy.qos import QoSProfile
from rosgraph_msgs.msg import Clock
from tqdm import tqdm

from followme.graph import INPUTS, TOPICS
from followme.imaging import ImageCodecError
from followme.nodes.playing import await_takers, interrupt
from followme.ros.bag_qos import recorded
from followme.ros.base_node import BaseNode
from followme.ros.message_definitions import NoDefinitionError
from followme.ros.message_types import message_class
from followme.ros.process import main_of
from followme.ros.qos import profile
from followme.ros.stamps import to_time
from followme.settings import BagPlayerSettings, SettingsError
from followme.sources.bag_images import (
    COMPRESSED,
    colour_of,
    depth_of,
    stamp_of_serialized,
    with_stamp,
)
from followme.sources.bag_plan import BagPlan, plan_bag
from followme.sources.bag_reader import BagReader, Serialized, opened
from followme.sources.bag_remaps import COLOUR, DEPTH, INFO, read_remaps
from followme.sources.camera_choice import CameraChoice
from followme.sources.playback_clock import PlaybackClock
from followme.sources.source import SourceError
from followme.values.frame import CameraInfo, ColourImage, DepthImage, Frame
from followme.values.obstacle import Obstacles

_NAP_S = 0.02
# Simulated time reaches every node of this process within a fraction of this.
_CLOCK_S = 0.5
# The first obstacles may take a while: a network warms up.
_OBSTACLES_S = 20.0


class BagPlayer(BaseNode[BagPlayerSettings]):
    """Plays the messages of a bag as they were recorded, and /clock.

    What FollowMe takes from a camera goes out as it is; compressed images are unpacked on the
    way, and a calibration is added where the bag has none and the parameters give one.

    Parameters
    ----------
    plan : BagPlan, optional
        A bag that was looked at already, in place of the one that the parameters name.
    ended : callable, optional
        Called when the bag is at its end.
    ready : callable, optional
        Whether who takes the images is there; asked before the first one, ``wait_s`` at most.
    caught_up : callable, optional
        Whether a simulated time in nanoseconds has reached who takes the images.
    """

    def __init__(
        self,
        plan: BagPlan | None = None,
        ended: Callable[[], None] | None = None,
        ready: Callable[[], bool] | None = None,
        caught_up: Callable[[int], bool] | None = None,
        **wiring: Any,
    ) -> None:
        self.plan = plan
        super().__init__("bag_player", **wiring)
        self._ended = ended or (interrupt if self.settings.exit_at_end else None)
        self._ready, self._caught_up = ready, caught_up
        self._choice = CameraChoice("", 0.0, self.trouble)
        self._others: dict[str, Any] = {}
        self._clock_out = self.create_publisher(Clock, "/clock", 10)
        self._obstacles = threading.Condition()
        self._answered: set[int] = set()
        self.frames_out = 0
        self.takes("obstacles", self._obstacles_came)

    def prepare(self) -> None:
        s = self.settings
        # what is wrong with a calibration is said before anything plays
        CameraChoice(s.calibration, s.field_of_view_deg, self.trouble)
        if self.plan is not None:
            return
        if not s.bag:
            raise SettingsError("bag_player: bag is empty; give the folder of a bag")
        self.plan = plan_bag(
            Path(s.bag).expanduser(), s.topics, read_remaps(s.remaps), s.start_s, self.trouble
        )

    def quality_of(self, topic: str) -> QoSProfile | None:
        assert self.plan is not None
        for theirs, ours in self.plan.routes.items():
            if ours == topic:
                return self._quality(theirs, profile(TOPICS[topic].qos))
        return None

    def load(self) -> None:
        assert self.plan is not None
        self._choice = CameraChoice(
            self.settings.calibration, self.settings.field_of_view_deg, self.trouble
        )
        for theirs, ours in self.plan.routes.items():
            if ours not in INPUTS:
                self._open_other(theirs, ours)

    def free(self) -> None:
        others, self._others = self._others, {}
        for publisher in others.values():
            self.destroy_publisher(publisher)

    def facts(self) -> dict[str, Any]:
        assert self.plan is not None
        return {
            "bag": str(self.plan.path),
            "frames": self.frames_out,
            "calibration": self._choice.about,
            **{f"plays {theirs}": ours for theirs, ours in self.plan.routes.items()},
        }

    def produce(self, alive: Callable[[], bool]) -> None:
        try:
            self._await_takers(alive)
            while alive():
                self._play(alive)
                if not self.settings.loop:
                    break
        except SourceError as error:
            self.trouble(str(error))
        finally:
            # also when it failed midway: no more images will come
            if alive() and self._ended is not None:
                self._ended()

    def _await_takers(self, alive: Callable[[], bool]) -> None:
        """Wait for who takes the images; time stands at the begin of the bag meanwhile."""
        assert self.plan is not None
        begin_ns = self.plan.begin_ns + round(self.settings.start_s * 1e9)

        def told() -> bool:
            if self.settings.clock_hz:
                self._tell(begin_ns)
            return alive()

        if self._ready is None:
            await_takers(self, self.settings.wait_s, told)
            return
        deadline_s = time.monotonic() + self.settings.wait_s
        while told() and not self._ready() and time.monotonic() < deadline_s:
            time.sleep(_NAP_S)

    def _play(self, alive: Callable[[], bool]) -> None:
        """Give out each message once, in time; a late one is given at once."""
        plan = self.plan
        assert plan is not None
        clock = PlaybackClock(self.settings.rate)
        total_s = plan.duration_s - self.settings.start_s
        # quiet in a pipe
        with (
            opened(plan.path) as bag,
            tqdm(total=round(total_s, 1), unit="s", desc="bag", leave=False, disable=None) as bar,
        ):
            for message in plan.messages(bag, self.settings.start_s, self.settings.every_frame):
                due_s = clock.due_s(message.recorded_ns)
                if not self.settings.every_frame:
                    self._wait(clock, due_s, alive)
                if not alive():
                    return
                self._say_time(message.recorded_ns)
                is_image = message.connection.topic == plan.camera_topics.colour
                begin = time.perf_counter()
                with self._obstacles:
                    self._answered.clear()
                self._give(bag, message)
                if is_image:
                    self.note_work((time.perf_counter() - begin) * 1e3)
                bar.update(max(0.0, clock.played_s(message.recorded_ns) - bar.n))
                if is_image and self.settings.every_frame:
                    self._await_obstacles(self._stamp_ns(message), alive)

    def _wait(self, clock: PlaybackClock, due_s: float, alive: Callable[[], bool]) -> None:
        """Let time pass until a message is due, on /clock too."""
        hz = self.settings.clock_hz
        tick_s = min(1.0 / hz, 0.05) if hz else 0.05
        while alive() and (pause_s := due_s - time.monotonic()) > 0:
            # short naps, so that a stop is never waited for
            time.sleep(min(pause_s, tick_s))
            if hz and time.monotonic() < due_s:
                self._tell(clock.now_ns())

    def _say_time(self, recorded_ns: int) -> None:
        """Publish the time of a message, and wait until this process has heard it."""
        if not self.settings.clock_hz:
            return
        now_ns = self._tell(recorded_ns)
        deadline_s = time.monotonic() + _CLOCK_S
        while self._caught_up is not None and not self._caught_up(now_ns):
            if time.monotonic() > deadline_s:
                return
            time.sleep(0.001)

    def _tell(self, recorded_ns: int) -> int:
        assert self.plan is not None
        now_ns = recorded_ns + self.plan.stamps_ahead_ns
        self._clock_out.publish(Clock(clock=to_time(now_ns)))
        return now_ns

    def _give(self, bag: BagReader, message: Serialized) -> None:
        assert self.plan is not None
        theirs = message.connection.topic
        ours = self.plan.routes[theirs]
        try:
            if ours == COLOUR:
                self._give_colour(bag, message)
            elif ours == DEPTH and message.connection.msgtype == COMPRESSED:
                decoded = bag.decoded(message.connection, message.data)
                self.frame_id = decoded.header.frame_id
                self.publish(ours, DepthImage(self._stamp_ns(message), depth_of(decoded)))
            elif ours == INFO and self.settings.calibration:
                return  # a file outranks it
            elif ours in INPUTS:
                self.pass_on(ours, self._stamped(message))
            elif theirs in self._others:
                self._others[theirs].publish(message.data)
        except ImageCodecError as error:
            self.trouble(f"{theirs} at {message.recorded_ns}: {error}; it is left out")
        except SourceError as error:
            # what cannot be measured must not look as if it were
            self.trouble(f"{error}; the message on {theirs} is left out")
        except ValueError as error:
            self.trouble(f"{theirs}: {error}; the message is left out")

    def _give_colour(self, bag: BagReader, message: Serialized) -> None:
        """Give an image, unpacked where it is compressed, after the calibration it may lack."""
        assert self.plan is not None
        packed = message.connection.msgtype == COMPRESSED
        stamp_ns = self._stamp_ns(message)
        lacks_info = not self.plan.camera_topics.info or bool(self.settings.calibration)
        bgr = None
        if packed or (lacks_info and self._may_know_camera):
            decoded = bag.decoded(message.connection, message.data)
            self.frame_id = decoded.header.frame_id
            bgr = colour_of(decoded)
        if bgr is not None and lacks_info:
            camera = self._choice.camera_for(Frame(stamp_ns, bgr))
            if camera is not None:
                self.publish(INFO, CameraInfo(stamp_ns, camera))
        if packed and bgr is not None:
            self.publish(COLOUR, ColourImage(stamp_ns, bgr))
        else:
            self.pass_on(COLOUR, self._stamped(message))
        self.frames_out += 1

    @property
    def _may_know_camera(self) -> bool:
        return bool(self.settings.calibration or self.settings.field_of_view_deg)

    def _stamp_ns(self, message: Serialized) -> int:
        """Return the stamp of a message; where nobody set it, its time of recording."""
        return stamp_of_serialized(message.data) or message.recorded_ns

    def _stamped(self, message: Serialized) -> bytes:
        if stamp_of_serialized(message.data):
            return message.data
        return with_stamp(message.data, message.recorded_ns)

    def _open_other(self, theirs: str, ours: str) -> None:
        """Make the topic of what is no input."""
        assert self.plan is not None
        kind = self.plan.connections[theirs].msgtype
        try:
            self._others[theirs] = self.create_publisher(
                message_class(kind), ours, self._quality(theirs, profile("RESULT"))
            )
        except NoDefinitionError as error:
            self.trouble(f"{theirs} is not played: {error}")

    def _quality(self, theirs: str, otherwise: QoSProfile) -> QoSProfile:
        assert self.plan is not None
        about: Any = self.plan.connections[theirs].ext
        return recorded(getattr(about, "offered_qos_profiles", ()), otherwise)

    def _obstacles_came(self, obstacles: Obstacles, _frame_id: str) -> None:
        with self._obstacles:
            self._answered.add(obstacles.stamp_ns)
            self._obstacles.notify_all()

    def _await_obstacles(self, stamp_ns: int, alive: Callable[[], bool]) -> None:
        """Wait for the obstacles of an image."""
        deadline_s = time.monotonic() + _OBSTACLES_S
        with self._obstacles:
            # of this very stamp: what is carried forward without an image may have a later one
            while alive() and stamp_ns not in self._answered:
                if time.monotonic() > deadline_s:
                    self.trouble(
                        f"every_frame: no obstacles of the image at {stamp_ns} came within "
                        f"{_OBSTACLES_S:g} s, playing on; see what the depth_estimator says"
                    )
                    return
                self._obstacles.wait(0.1)


main = main_of(BagPlayer)
