from __future__ import annotations

import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from geometry_msgs.msg import TwistWithCovarianceStamped
from hypothesis import given, settings
from numpy.testing import assert_equal
from rclpy.serialization import deserialize_message, serialize_message

from followme.ros import messages
from followme.settings import DepthEstimatorSettings, ObstacleFusionSettings
from followme.stages.depth import DepthStage
from followme.stages.obstacles import ObstacleStage
from followme.values.camera import Attitude
from followme.values.depth_map import (
    DepthMap,
    DepthStatus,
    FloorPlane,
    ImageHealth,
    ImageState,
    Provenance,
)
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.motion import Motion
from followme.values.obstacle import Kind, Obstacle, Obstacles, Side, Sight, Zone
from followme_msgs.msg import Announcement as AnnouncementMsg
from followme_msgs.msg import DepthStatus as DepthStatusMsg
from followme_msgs.msg import Obstacle as ObstacleMsg
from followme_msgs.msg import ObstacleArray
from tests.geometry.scene import CAMERA, box_at, frame_of, render, walking

from .any_values import ALL_OBSTACLES, ANNOUNCEMENTS, MOTIONS, STATUSES, same

NAN = math.nan
NOISE = np.random.default_rng(3).integers(0, 256, (CAMERA.height, CAMERA.width, 3), np.uint8)


def through_the_wire(message):
    return deserialize_message(serialize_message(message), type(message))


def a_status() -> DepthStatus:
    return DepthStatus(
        stamp_ns=5,
        provenance=Provenance.SENSOR,
        scale=1.0,
        scale_known=True,
        residual_m=0.01,
        floor=FloorPlane((0.0, -1.0, 0.0), 1.3, 0.4),
        attitude=Attitude(1.3, 0.2, 0.1),
        height_known=True,
        valid_fraction=0.9,
        image=ImageHealth(ImageState.OK, 120.0, 40.0, 300.0),
    )


def a_thing(y_m: float = 0.4) -> Obstacle:
    return Obstacle(
        track_id=7,
        kind=Kind.PERSON,
        label="person",
        confidence=0.9,
        nearest_m=(2.0, y_m, 0.5),
        distance_m=math.hypot(2.0, y_m),
        distance_std_m=0.05,
        bearing_rad=math.atan2(y_m, 2.0),
        angular_width_rad=0.3,
        bottom_m=0.0,
        top_m=1.7,
        y_min_m=y_m - 0.2,
        y_max_m=y_m + 0.2,
        velocity_mps=(-1.0, 0.25),
        zone=Zone.WARN,
        provenance=Provenance.SENSOR,
        in_corridor=True,
        side=Side.AHEAD_LEFT,
    )


@pytest.mark.parametrize("carried", [lambda m: m, through_the_wire], ids=["made", "wire"])
class TestWhatIsReadIsWhatWasWritten:
    @given(status=STATUSES)
    def test_depth_status(self, carried, status):
        message = carried(messages.status_to_msg(status, "camera"))
        assert message.header.frame_id == "camera"
        assert same(messages.status_from_msg(message), status)

    @settings(max_examples=50)
    @given(obstacles=ALL_OBSTACLES)
    def test_obstacles(self, carried, obstacles):
        message = carried(messages.obstacles_to_msg(obstacles, "camera"))
        assert message.header.frame_id == "walker"
        assert same(messages.obstacles_from_msg(message), obstacles)

    @given(announcement=ANNOUNCEMENTS)
    def test_announcement(self, carried, announcement):
        message = carried(messages.announcement_to_msg(announcement))
        assert same(messages.announcement_from_msg(message), announcement)

    @given(motion=MOTIONS)
    def test_motion(self, carried, motion):
        message = carried(messages.motion_to_msg(motion))
        assert message.header.frame_id == "walker"
        assert same(messages.motion_from_msg(message), motion)


def test_what_the_stages_find_survives_the_wire():
    """Messages do not check types: a float of numpy with 32 bits would arrive as garbage."""
    depth_stage = DepthStage(DepthEstimatorSettings())
    obstacle_stage = ObstacleStage(ObstacleFusionSettings())
    for n in range(4):
        stamp_ns = n * 100_000_000
        obstacle_stage.moved(walking(1.0, stamp_ns))
        scene = render([box_at(2.4 - 0.1 * n, 0.3), box_at(3.0, -1.2)])
        depth = depth_stage.estimate(replace(frame_of(scene, stamp_ns), bgr=NOISE))
        obstacles = obstacle_stage.see(depth, stamp_ns + 30_000_000)
    assert isinstance(depth, DepthMap)
    assert len(obstacles.obstacles) == 2
    back = messages.status_from_msg(through_the_wire(messages.status_to_msg(depth.status, "c")))
    assert_equal(asdict(back), asdict(depth.status))
    back = messages.obstacles_from_msg(through_the_wire(messages.obstacles_to_msg(obstacles)))
    assert_equal(asdict(back), asdict(obstacles))


def test_an_empty_world_is_a_message():
    nothing = Obstacles(0, (), Sight.BLIND, "no_image")
    message = through_the_wire(messages.obstacles_to_msg(nothing))
    assert len(message.obstacles) == 0
    assert message.sight == ObstacleArray.SIGHT_BLIND
    assert message.reason == "no_image"
    assert same(messages.obstacles_from_msg(message), nothing)


def test_left_has_positive_y_and_keeps_its_side():
    message = messages.obstacles_to_msg(Obstacles(0, (a_thing(0.4),), Sight.SEEING))
    (left,) = message.obstacles
    assert left.nearest.y > 0 and left.bearing_rad > 0
    assert left.side == ObstacleMsg.SIDE_AHEAD_LEFT
    assert (left.velocity.x, left.velocity.y, left.velocity.z) == (-1.0, 0.25, 0.0)


def test_no_floor_is_nan_and_not_zero():
    message = messages.status_to_msg(replace(a_status(), floor=None), "camera")
    normal = message.floor_normal
    numbers = (normal.x, normal.y, normal.z, message.floor_offset_m, message.floor_inliers)
    assert not message.floor_found
    assert all(math.isnan(x) for x in numbers)


def test_unknown_motion_is_nan_and_what_is_not_known_stays_zero():
    message = messages.motion_to_msg(Motion(3, NAN, NAN, NAN))
    twist = message.twist.twist
    assert all(math.isnan(x) for x in (twist.linear.x, twist.linear.y, twist.angular.z))
    assert (twist.linear.z, twist.angular.x, twist.angular.y) == (0.0, 0.0, 0.0)


def test_motion_to_the_left_is_positive():
    message = messages.motion_to_msg(Motion(0, 1.0, 0.3, 0.2))
    assert message.twist.twist.linear.y == 0.3
    assert message.twist.twist.angular.z == 0.2


_CONSTANTS = [
    (ObstacleMsg, "KIND_", Kind),
    (ObstacleMsg, "ZONE_", Zone),
    (ObstacleMsg, "SIDE_", Side),
    (ObstacleArray, "SIGHT_", Sight),
    (DepthStatusMsg, "PROVENANCE_", Provenance),
    (DepthStatusMsg, "IMAGE_", ImageState),
]


@pytest.mark.parametrize(("message", "prefix", "enum"), _CONSTANTS)
def test_constants_of_the_messages_are_the_values_own(message, prefix, enum):
    for member in enum:
        assert getattr(message, prefix + member.name) == member.value


@pytest.mark.parametrize(("message", "prefix", "enum"), _CONSTANTS)
def test_a_message_has_no_constant_that_the_values_lack(message, prefix, enum):
    named = {n.removeprefix(prefix) for n in dir(type(message)) if n.startswith(prefix)}
    assert named == {member.name for member in enum}


@pytest.mark.parametrize("field", ["provenance", "image_state"])
def test_a_status_with_a_number_that_stands_for_nothing_is_refused(field):
    message = messages.status_to_msg(a_status(), "camera")
    setattr(message, field, 200)
    with pytest.raises(ValueError, match="200"):
        messages.status_from_msg(message)


@pytest.mark.parametrize("field", ["kind", "zone", "provenance", "side"])
def test_an_obstacle_with_a_number_that_stands_for_nothing_is_refused(field):
    message = messages.obstacles_to_msg(Obstacles(0, (a_thing(),), Sight.SEEING))
    setattr(message.obstacles[0], field, 200)
    with pytest.raises(ValueError, match="200"):
        messages.obstacles_from_msg(message)


def test_a_state_of_sight_that_stands_for_nothing_is_refused():
    message = messages.obstacles_to_msg(Obstacles(0, (), Sight.SEEING))
    message.sight = 200
    with pytest.raises(ValueError, match="200"):
        messages.obstacles_from_msg(message)


@pytest.mark.parametrize(
    ("field", "value"), [("priority", 200), ("zone", 200), ("kind", 200), ("outcome", "sung")]
)
def test_an_announcement_with_a_word_that_stands_for_nothing_is_refused(field, value):
    message = messages.announcement_to_msg(
        Announcement(0, "Stop", "stop.object", Priority.STOP, outcome=Outcome.SPOKEN)
    )
    setattr(message, field, value)
    with pytest.raises(ValueError, match=str(value)):
        messages.announcement_from_msg(message)


@pytest.mark.parametrize(
    ("field", "value"),
    [("camera_height_m", NAN), ("camera_height_m", -1.0), ("camera_pitch_rad", 7.0)],
)
def test_a_camera_that_stands_nowhere_is_refused(field, value):
    message = messages.status_to_msg(a_status(), "camera")
    setattr(message, field, value)
    with pytest.raises(ValueError, match="camera"):
        messages.status_from_msg(message)


def test_a_floor_whose_normal_is_no_unit_vector_is_refused():
    message = messages.status_to_msg(a_status(), "camera")
    message.floor_normal.y = -2.0
    with pytest.raises(ValueError, match="floor normal"):
        messages.status_from_msg(message)


def test_messages_that_nobody_filled_are_values_or_refused():
    # a message of zeros is what a foreign node sends by mistake
    assert messages.obstacles_from_msg(ObstacleArray()).sight is Sight.SEEING
    assert messages.motion_from_msg(TwistWithCovarianceStamped()).speed_mps == 0.0
    assert messages.status_from_msg(DepthStatusMsg()).provenance is Provenance.UNKNOWN
    with pytest.raises(ValueError, match="Outcome"):
        messages.announcement_from_msg(AnnouncementMsg())
