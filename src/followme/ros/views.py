"""Obstacles for people and tools that look: markers for RViz and Foxglove, a laser scan."""

from __future__ import annotations

import math
from dataclasses import dataclass

from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from sensor_msgs.msg import LaserScan
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from followme.graph import WALKER_FRAME
from followme.ros.stamps import header
from followme.ros.transforms import optical_from_walker, optical_point
from followme.values.camera import Attitude
from followme.values.obstacle import Obstacle, Obstacles, Sight, Zone

# Colours that people with a colour deficiency tell apart (Okabe and Ito, 2008).
_COLOURS = {
    Zone.STOP: (0.84, 0.37, 0.0),
    Zone.WARN: (0.90, 0.62, 0.0),
    Zone.INFORM: (0.0, 0.45, 0.70),
    Zone.CLEAR: (0.6, 0.6, 0.6),
}
_LEVEL = Quaternion(x=0.0, y=0.0, z=0.0, w=1.0)
_SCAN_STEP_RAD = math.radians(1.0)
_SCAN_HALF_RAD = math.radians(60.0)
_SCAN_MAX_M = 10.0


@dataclass(frozen=True)
class SeenFromCamera:
    """Obstacles to be drawn in the frame of the camera, where no tf leads to the walker's.

    Parameters
    ----------
    obstacles : Obstacles
        What to draw.
    attitude : Attitude
        How the camera stood over the floor.
    """

    obstacles: Obstacles
    attitude: Attitude


def markers_of(seen: Obstacles | SeenFromCamera, frame_id: str = "") -> MarkerArray:
    """Return a box and a text for each obstacle, after the word that earlier ones are gone.

    Parameters
    ----------
    seen : Obstacles or SeenFromCamera
        In the walker's frame, or turned into the camera's.
    frame_id : str
        The camera's, for the latter.
    """
    if isinstance(seen, Obstacles):
        return _walker_markers(seen)
    message = _walker_markers(seen.obstacles)
    turn = optical_from_walker(seen.attitude)
    for marker in message.markers:
        marker.header.frame_id = frame_id
        marker.pose.position = optical_point(seen.attitude, marker.pose.position)
        marker.pose.orientation = turn
    return message


def _walker_markers(o: Obstacles) -> MarkerArray:
    stamped = header(o.stamp_ns, WALKER_FRAME)
    markers = [Marker(header=stamped, action=Marker.DELETEALL)]
    for i, x in enumerate(o.obstacles):
        depth_m, low, high = 0.1, _or(x.bottom_m, 0.0), _or(x.top_m, 0.3)
        centre = Point(
            x=x.nearest_m[0] + depth_m / 2,
            y=(x.y_min_m + x.y_max_m) / 2,
            z=(low + high) / 2,
        )
        size = Vector3(x=depth_m, y=max(0.02, x.y_max_m - x.y_min_m), z=max(0.02, high - low))
        red, green, blue = _COLOURS[x.zone]
        markers.append(
            Marker(
                header=stamped,
                ns="boxes",
                id=i,
                type=Marker.CUBE,
                pose=Pose(position=centre, orientation=_LEVEL),
                scale=size,
                color=ColorRGBA(r=red, g=green, b=blue, a=0.6),
                lifetime=Duration(sec=1),
            )
        )
        markers.append(
            Marker(
                header=stamped,
                ns="words",
                id=i,
                type=Marker.TEXT_VIEW_FACING,
                pose=Pose(position=Point(x=centre.x, y=centre.y, z=high + 0.1), orientation=_LEVEL),
                scale=Vector3(x=0.0, y=0.0, z=0.15),
                color=ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0),
                text=_words(x, o.distances_known),
                lifetime=Duration(sec=1),
            )
        )
    return MarkerArray(markers=markers)


def scan_of(o: Obstacles, _frame_id: str = "") -> LaserScan:
    """Return the nearest obstacle in each direction (REP-117: inf nothing, NaN cannot tell)."""
    count = 2 * round(_SCAN_HALF_RAD / _SCAN_STEP_RAD) + 1
    nothing = math.nan if o.sight is Sight.BLIND else math.inf
    ranges = [nothing] * count
    for x in o.obstacles:
        # the span is where it is seen: around the nearest point, as wide as it looks
        bearings = [math.atan2(y, max(0.1, x.nearest_m[0])) for y in (x.y_min_m, x.y_max_m)]
        first = math.floor((min(bearings) + _SCAN_HALF_RAD) / _SCAN_STEP_RAD)
        last = math.ceil((max(bearings) + _SCAN_HALF_RAD) / _SCAN_STEP_RAD)
        for i in range(max(0, first), min(count, last + 1)):
            if not ranges[i] <= x.distance_m:  # NaN gives way too
                ranges[i] = x.distance_m
    return LaserScan(
        header=header(o.stamp_ns, WALKER_FRAME),
        angle_min=-_SCAN_HALF_RAD,
        angle_max=_SCAN_HALF_RAD,
        angle_increment=_SCAN_STEP_RAD,
        range_min=0.0,
        range_max=_SCAN_MAX_M,
        ranges=ranges,
    )


def _words(x: Obstacle, distances_known: bool) -> str:
    what = x.label or x.kind.name.lower()
    distance = f"{x.distance_m:.1f} m" if distances_known else "? m"
    return f"{x.track_id} {what} {distance}"


def _or(value: float, instead: float) -> float:
    return instead if math.isnan(value) else value
