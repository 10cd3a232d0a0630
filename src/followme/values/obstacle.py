"""What stands in the way, and how well FollowMe sees."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum

from followme.values.depth_map import Provenance


class Kind(IntEnum):
    """Sort of obstacle."""

    OBJECT = 0
    PERSON = 1
    OVERHANG = 2
    DROP_OFF = 3
    UNKNOWN = 4


class Zone(IntEnum):
    """How urgent an obstacle is (assistive specification B3); higher is more urgent."""

    CLEAR = 0
    INFORM = 1
    WARN = 2
    STOP = 3


class Side(IntEnum):
    """Where an obstacle is, in the words of B8."""

    AHEAD = 0
    AHEAD_LEFT = 1
    AHEAD_RIGHT = 2
    LEFT = 3
    RIGHT = 4


class Sight(IntEnum):
    """How well FollowMe sees (B4: OK, DEGRADED, LOST)."""

    SEEING = 0
    DEGRADED = 1
    BLIND = 2


@dataclass(frozen=True)
class Obstacle:
    """One thing that stands somewhere around the walker, followed over time.

    Parameters
    ----------
    track_id : int
        The same for the same thing; -1 when it is not followed.
    kind : Kind
        Sort of obstacle.
    label : str
        Class name, empty when unknown.
    confidence : float
        0 to 1.
    nearest_m : tuple of three floats
        Point nearest to the walker, walker frame (x forward, y left, z up).
    distance_m, distance_std_m : float
        Distance over the floor from below the camera to that point, and its standard deviation.
    bearing_rad : float
        Of that point, positive to the left.
    angular_width_rad : float
        Between its leftmost and rightmost points as the walker sees them.
    bottom_m, top_m : float
        Lowest and highest point above the floor.
    y_min_m, y_max_m : float
        Lateral span, walker frame (left positive).
    velocity_mps : tuple of two floats
        Over the floor, relative to the walker, x forward and y left; NaN unknown.
    time_to_contact_s : float
        Infinity when it does not come nearer.
    zone : Zone
        After hysteresis.
    provenance : Provenance
        Whose metres.
    in_corridor : bool
        Whether it reaches into the walker's way.
    side : Side
        After its dead band.
    """

    track_id: int
    kind: Kind
    label: str
    confidence: float
    nearest_m: tuple[float, float, float]
    distance_m: float
    distance_std_m: float
    bearing_rad: float
    angular_width_rad: float
    bottom_m: float
    top_m: float
    y_min_m: float
    y_max_m: float
    velocity_mps: tuple[float, float] = (math.nan, math.nan)
    time_to_contact_s: float = math.inf
    zone: Zone = Zone.CLEAR
    provenance: Provenance = Provenance.UNKNOWN
    in_corridor: bool = False
    side: Side = Side.AHEAD


@dataclass(frozen=True)
class UnrangedThing:
    """One thing that a detector names, followed from image to image, at no known distance.

    It is no :class:`Obstacle`: nobody knows whether it stands in the way.

    Parameters
    ----------
    track_id : int
        The same for the same thing; no obstacle has it.
    kind : Kind
        PERSON or OBJECT.
    label : str
        Class name.
    confidence : float
        Of the detector, 0 to 1.
    bearing_rad : float
        Of its middle, positive to the left; as good as what is known of the lens.
    side : Side
        After its dead band.
    """

    track_id: int
    kind: Kind
    label: str
    confidence: float
    bearing_rad: float
    side: Side


@dataclass(frozen=True)
class Ages:
    """How old the newest input of each kind is, seconds; NaN when it never came."""

    image_s: float = math.nan
    depth_s: float = math.nan
    labels_s: float = math.nan
    objects_s: float = math.nan
    faces_s: float = math.nan


@dataclass(frozen=True)
class Obstacles:
    """All that stands in the way at one instant, and how far that can be trusted.

    Parameters
    ----------
    stamp_ns : int
        Of the image that the evidence came from.
    obstacles : tuple of Obstacle
        Nearest first.
    sight : Sight
        BLIND: nothing may be concluded from an empty list.
    reason : str
        Why sight is not SEEING, one of :data:`REASONS`; empty when it is.
    ages : Ages
        Of the inputs.
    distances_known : bool
        False: scale is a guess, no number may be spoken.
    observed_free : float
        Share of the corridor to 2.5 m that was seen to be free floor, 0 to 1; silence about the
        rest never stands for free.
    walker_speed_mps : float
        NaN unknown.
    unranged : tuple of UnrangedThing
        What was named while no distance could be judged, the surest first.
    """

    stamp_ns: int
    obstacles: tuple[Obstacle, ...]
    sight: Sight
    reason: str = ""
    ages: Ages = field(default_factory=Ages)
    distances_known: bool = False
    observed_free: float = 0.0
    walker_speed_mps: float = math.nan
    unranged: tuple[UnrangedThing, ...] = ()


#: Why sight may be lost or limited; the phrase catalogue has words for each.
REASONS = (
    "no_image",  # nothing ever came from the camera
    "no_depth",  # images come, distance cannot be judged
    "stale",  # a required stream fell silent after it had been there
    "frozen",  # the camera repeats its last image
    "dark",  # the light faded away
    "dark_at_once",  # from one image to the next: light, lens and camera are all possible
    "bright",
    "covered",
    "blurred",
    "little_depth",  # too few pixels have depth
    "floor_unseen",  # no floor was found, heights are assumed
    "corridor_unknown",  # most of the way has no depth
    "scale_corrected",  # depth did not agree with the camera's height, and was corrected
    "scale_unknown",  # distances are uncertain
    "sensor_lost",  # a depth sensor gives no more distances, a network goes on alone
)
