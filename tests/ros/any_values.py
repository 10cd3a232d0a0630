"""Hypothesis strategies of the values that travel, unknown and infinite numbers included."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from followme.values.camera import Attitude, Camera
from followme.values.depth_map import DepthStatus, FloorPlane, ImageHealth, ImageState, Provenance
from followme.values.frame import CameraInfo, ColourImage, DepthImage
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

#: NaN is unknown, infinity is free: both have to arrive.
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
SHARES = st.floats(0.0, 1.0)
#: As far as the 32 bits of builtin_interfaces/Time reach.
STAMPS_NS = st.integers(0, 2**31 * 10**9 - 1)
TRACK_IDS = st.integers(-1, 2**31 - 1)
# a message ends a text at its first zero byte, and has no halves of surrogate pairs
WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
POINTS = st.tuples(NUMBERS, NUMBERS, NUMBERS)


@st.composite
def floors(draw: st.DrawFn) -> FloorPlane:
    tilt, turn = draw(st.floats(0.0, math.pi)), draw(st.floats(-math.pi, math.pi))
    normal = (
        math.sin(tilt) * math.cos(turn),
        math.sin(tilt) * math.sin(turn),
        math.cos(tilt),
    )
    return FloorPlane(normal, draw(st.floats(-1e3, 1e3)), draw(SHARES))


ATTITUDES = st.builds(
    Attitude,
    st.floats(0.0, 10.0),
    st.floats(-math.pi / 2, math.pi / 2),
    st.floats(-math.pi, math.pi),
)
STATUSES = st.builds(
    DepthStatus,
    stamp_ns=STAMPS_NS,
    provenance=st.sampled_from(Provenance),
    scale=NUMBERS,
    scale_known=st.booleans(),
    residual_m=NUMBERS,
    floor=st.none() | floors(),
    attitude=ATTITUDES,
    height_known=st.booleans(),
    valid_fraction=NUMBERS,
    image=st.builds(ImageHealth, st.sampled_from(ImageState), NUMBERS, NUMBERS, NUMBERS),
    note=WORDS,
)
OBSTACLES = st.builds(
    Obstacle,
    track_id=TRACK_IDS,
    kind=st.sampled_from(Kind),
    label=WORDS,
    confidence=NUMBERS,
    nearest_m=POINTS,
    distance_m=NUMBERS,
    distance_std_m=NUMBERS,
    bearing_rad=NUMBERS,
    angular_width_rad=NUMBERS,
    bottom_m=NUMBERS,
    top_m=NUMBERS,
    y_min_m=NUMBERS,
    y_max_m=NUMBERS,
    velocity_mps=st.tuples(NUMBERS, NUMBERS),
    time_to_contact_s=NUMBERS,
    zone=st.sampled_from(Zone),
    provenance=st.sampled_from(Provenance),
    in_corridor=st.booleans(),
    side=st.sampled_from(Side),
)
UNRANGED = st.builds(
    UnrangedThing,
    track_id=TRACK_IDS,
    kind=st.sampled_from(Kind),
    label=WORDS,
    confidence=NUMBERS,
    bearing_rad=NUMBERS,
    side=st.sampled_from(Side),
)
ALL_OBSTACLES = st.builds(
    Obstacles,
    stamp_ns=STAMPS_NS,
    obstacles=st.lists(OBSTACLES, max_size=3).map(tuple),
    sight=st.sampled_from(Sight),
    reason=WORDS,
    ages=st.builds(Ages, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    distances_known=st.booleans(),
    observed_free=NUMBERS,
    walker_speed_mps=NUMBERS,
    unranged=st.lists(UNRANGED, max_size=2).map(tuple),
)
ANNOUNCEMENTS = st.builds(
    Announcement,
    stamp_ns=STAMPS_NS,
    text=WORDS,
    key=WORDS,
    priority=st.sampled_from(Priority),
    track_id=TRACK_IDS,
    zone=st.sampled_from(Zone),
    kind=st.sampled_from(Kind),
    side=st.sampled_from(Side),
    distance_m=NUMBERS,
    onset_s=NUMBERS,
    outcome=st.sampled_from(Outcome),
    latency_s=NUMBERS,
)
MOTIONS = st.builds(Motion, STAMPS_NS, NUMBERS, NUMBERS, NUMBERS)

_SIDES_PX = st.integers(1, 7)
CAMERAS = st.builds(
    Camera,
    width=st.integers(1, 1 << 16),
    height=st.integers(1, 1 << 16),
    fx=st.floats(1e-3, 1e6),
    fy=st.floats(1e-3, 1e6),
    cx=st.floats(-1e6, 1e6),
    cy=st.floats(-1e6, 1e6),
    nominal=st.booleans(),
)
INFOS = st.builds(CameraInfo, STAMPS_NS, CAMERAS)
COLOURS = st.builds(
    ColourImage,
    STAMPS_NS,
    hnp.arrays(np.uint8, st.tuples(_SIDES_PX, _SIDES_PX, st.just(3))),
)
#: Metres as REP-117 has them: above 0 or unknown.
DEPTHS = st.builds(
    DepthImage,
    STAMPS_NS,
    hnp.arrays(
        np.float32,
        st.tuples(_SIDES_PX, _SIDES_PX),
        elements=st.just(math.nan)
        | st.floats(0.0, width=32, allow_infinity=False, exclude_min=True),
    ),
)


def same(one: Any, other: Any) -> bool:
    """Return whether two dataclasses are equal to the type and the bit; NaN equals NaN."""
    return repr(one) == repr(other)
