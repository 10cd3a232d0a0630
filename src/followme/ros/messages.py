"""Values as messages and back: depth status, obstacles, announcements, motion."""

from __future__ import annotations

import math

from geometry_msgs.msg import Point, TwistWithCovarianceStamped, Vector3

from followme.graph import WALKER_FRAME
from followme.ros.stamps import header, stamp_ns
from followme.values.camera import Attitude
from followme.values.depth_map import DepthStatus, FloorPlane, ImageHealth, ImageState, Provenance
from followme.values.intent import Announcement, Outcome, Priority
from followme.values.motion import Motion
from followme.values.obstacle import (
    Ages,
    Kind,
    Obstacle,
    Obstacles,
    Side,
    Sight,
    UnrangedThing,
    Zone,
)
from followme_msgs.msg import Announcement as AnnouncementMsg
from followme_msgs.msg import DepthStatus as DepthStatusMsg
from followme_msgs.msg import Obstacle as ObstacleMsg
from followme_msgs.msg import ObstacleArray
from followme_msgs.msg import UnrangedThing as UnrangedThingMsg


def status_to_msg(s: DepthStatus, frame_id: str) -> DepthStatusMsg:
    """Return the message of a depth status; its frame is that of the image."""
    x, y, z = (math.nan,) * 3 if s.floor is None else s.floor.normal
    return DepthStatusMsg(
        header=header(s.stamp_ns, frame_id),
        provenance=int(s.provenance),
        scale=s.scale,
        scale_known=s.scale_known,
        residual_m=s.residual_m,
        floor_found=s.floor is not None,
        floor_normal=Vector3(x=x, y=y, z=z),
        floor_offset_m=math.nan if s.floor is None else s.floor.offset_m,
        floor_inliers=math.nan if s.floor is None else s.floor.inliers,
        camera_height_m=s.attitude.height_m,
        camera_pitch_rad=s.attitude.pitch_rad,
        camera_roll_rad=s.attitude.roll_rad,
        height_known=s.height_known,
        valid_fraction=s.valid_fraction,
        image_state=int(s.image.state),
        image_luma=s.image.luma,
        image_contrast=s.image.contrast,
        image_sharpness=s.image.sharpness,
        note=s.note,
    )


def status_from_msg(m: DepthStatusMsg) -> DepthStatus:
    """Return the depth status in a message.

    Raises
    ------
    ValueError
        For a number that stands for nothing, or a camera that stands nowhere.
    """
    floor = None
    if m.floor_found:
        normal = (m.floor_normal.x, m.floor_normal.y, m.floor_normal.z)
        floor = FloorPlane(normal, m.floor_offset_m, m.floor_inliers)
    return DepthStatus(
        stamp_ns=stamp_ns(m.header),
        provenance=Provenance(m.provenance),
        scale=m.scale,
        scale_known=m.scale_known,
        residual_m=m.residual_m,
        floor=floor,
        attitude=Attitude(m.camera_height_m, m.camera_pitch_rad, m.camera_roll_rad),
        height_known=m.height_known,
        valid_fraction=m.valid_fraction,
        image=ImageHealth(
            ImageState(m.image_state), m.image_luma, m.image_contrast, m.image_sharpness
        ),
        note=m.note,
    )


def obstacles_to_msg(o: Obstacles, _frame_id: str = "") -> ObstacleArray:
    """Return the message of all obstacles; its frame is always the walker's."""
    return ObstacleArray(
        header=header(o.stamp_ns, WALKER_FRAME),
        obstacles=[_obstacle_to_msg(x) for x in o.obstacles],
        sight=int(o.sight),
        reason=o.reason,
        distances_known=o.distances_known,
        observed_free=o.observed_free,
        walker_speed_mps=o.walker_speed_mps,
        unranged=[_unranged_to_msg(x) for x in o.unranged],
        image_age_s=o.ages.image_s,
        depth_age_s=o.ages.depth_s,
        labels_age_s=o.ages.labels_s,
        objects_age_s=o.ages.objects_s,
        faces_age_s=o.ages.faces_s,
    )


def obstacles_from_msg(m: ObstacleArray) -> Obstacles:
    """Return the obstacles in a message.

    Raises
    ------
    ValueError
        For a number that stands for nothing.
    """
    return Obstacles(
        stamp_ns=stamp_ns(m.header),
        obstacles=tuple(_obstacle_from_msg(x) for x in m.obstacles),
        sight=Sight(m.sight),
        reason=m.reason,
        ages=Ages(m.image_age_s, m.depth_age_s, m.labels_age_s, m.objects_age_s, m.faces_age_s),
        distances_known=m.distances_known,
        observed_free=m.observed_free,
        walker_speed_mps=m.walker_speed_mps,
        unranged=tuple(_unranged_from_msg(x) for x in m.unranged),
    )


def _obstacle_to_msg(o: Obstacle) -> ObstacleMsg:
    x, y, z = o.nearest_m
    return ObstacleMsg(
        track_id=o.track_id,
        kind=int(o.kind),
        label=o.label,
        confidence=o.confidence,
        nearest=Point(x=x, y=y, z=z),
        distance_m=o.distance_m,
        distance_std_m=o.distance_std_m,
        bearing_rad=o.bearing_rad,
        angular_width_rad=o.angular_width_rad,
        bottom_m=o.bottom_m,
        top_m=o.top_m,
        y_min_m=o.y_min_m,
        y_max_m=o.y_max_m,
        velocity=Vector3(x=o.velocity_mps[0], y=o.velocity_mps[1], z=0.0),
        time_to_contact_s=o.time_to_contact_s,
        zone=int(o.zone),
        provenance=int(o.provenance),
        in_corridor=o.in_corridor,
        side=int(o.side),
    )


def _obstacle_from_msg(m: ObstacleMsg) -> Obstacle:
    return Obstacle(
        track_id=m.track_id,
        kind=Kind(m.kind),
        label=m.label,
        confidence=m.confidence,
        nearest_m=(m.nearest.x, m.nearest.y, m.nearest.z),
        distance_m=m.distance_m,
        distance_std_m=m.distance_std_m,
        bearing_rad=m.bearing_rad,
        angular_width_rad=m.angular_width_rad,
        bottom_m=m.bottom_m,
        top_m=m.top_m,
        y_min_m=m.y_min_m,
        y_max_m=m.y_max_m,
        velocity_mps=(m.velocity.x, m.velocity.y),
        time_to_contact_s=m.time_to_contact_s,
        zone=Zone(m.zone),
        provenance=Provenance(m.provenance),
        in_corridor=m.in_corridor,
        side=Side(m.side),
    )


def _unranged_to_msg(t: UnrangedThing) -> UnrangedThingMsg:
    return UnrangedThingMsg(
        track_id=t.track_id,
        kind=int(t.kind),
        label=t.label,
        confidence=t.confidence,
        bearing_rad=t.bearing_rad,
        side=int(t.side),
    )


def _unranged_from_msg(m: UnrangedThingMsg) -> UnrangedThing:
    return UnrangedThing(
        track_id=m.track_id,
        kind=Kind(m.kind),
        label=m.label,
        confidence=m.confidence,
        bearing_rad=m.bearing_rad,
        side=Side(m.side),
    )


def announcement_to_msg(a: Announcement, _frame_id: str = "") -> AnnouncementMsg:
    """Return the message of an announcement."""
    return AnnouncementMsg(
        header=header(a.stamp_ns, WALKER_FRAME),
        text=a.text,
        key=a.key,
        priority=int(a.priority),
        track_id=a.track_id,
        zone=int(a.zone),
        kind=int(a.kind),
        side=int(a.side),
        distance_m=a.distance_m,
        outcome=a.outcome.value,
        onset_s=a.onset_s,
        latency_s=a.latency_s,
    )


def announcement_from_msg(m: AnnouncementMsg) -> Announcement:
    """Return the announcement in a message.

    Raises
    ------
    ValueError
        For a number or an outcome that stands for nothing.
    """
    return Announcement(
        stamp_ns=stamp_ns(m.header),
        text=m.text,
        key=m.key,
        priority=Priority(m.priority),
        track_id=m.track_id,
        zone=Zone(m.zone),
        kind=Kind(m.kind),
        side=Side(m.side),
        distance_m=m.distance_m,
        onset_s=m.onset_s,
        outcome=Outcome(m.outcome),
        latency_s=m.latency_s,
    )


def motion_to_msg(motion: Motion, _frame_id: str = "") -> TwistWithCovarianceStamped:
    """Return the message of the walker's motion, in the walker frame; unknown is NaN."""
    msg = TwistWithCovarianceStamped(header=header(motion.stamp_ns, WALKER_FRAME))
    msg.twist.twist.linear.x = motion.forward_mps
    msg.twist.twist.linear.y = motion.left_mps
    msg.twist.twist.angular.z = motion.yaw_rate_radps
    return msg


def motion_from_msg(msg: TwistWithCovarianceStamped) -> Motion:
    """Return the walker's motion in a message."""
    twist = msg.twist.twist
    return Motion(stamp_ns(msg.header), twist.linear.x, twist.linear.y, twist.angular.z)
