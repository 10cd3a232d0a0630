from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import serialize_message
from visualization_msgs.msg import Marker

from followme.ros.views import SeenFromCamera, markers_of, scan_of
from followme.values.camera import Attitude
from followme.values.obstacle import Kind, Obstacle, Obstacles, Sight, Zone

NAN = math.nan
STAMP_NS = 3_000_000_001
PERSON = {"kind": Kind.PERSON, "label": "person"}


def a_thing(bearing_deg: float = 0.0, distance_m: float = 2.0, **facts) -> Obstacle:
    """Return something 0.3 m wide in a direction; left is positive."""
    bearing = math.radians(bearing_deg)
    x, y = distance_m * math.cos(bearing), distance_m * math.sin(bearing)
    thing = Obstacle(
        track_id=4,
        kind=Kind.OBJECT,
        label="chair",
        confidence=0.8,
        nearest_m=(x, y, 0.4),
        distance_m=distance_m,
        distance_std_m=0.05,
        bearing_rad=bearing,
        angular_width_rad=0.15,
        bottom_m=0.0,
        top_m=1.0,
        y_min_m=y - 0.15,
        y_max_m=y + 0.15,
        zone=Zone.WARN,
        in_corridor=True,
    )
    return replace(thing, **facts)


def seen(*things: Obstacle, sight: Sight = Sight.SEEING, known: bool = True) -> Obstacles:
    return Obstacles(STAMP_NS, things, sight, distances_known=known)


def of_kind(message, kind: int) -> list[Marker]:
    return [m for m in message.markers if m.action == Marker.ADD and m.type == kind]


def index_of(scan, bearing_rad: float) -> int:
    return round((bearing_rad - scan.angle_min) / scan.angle_increment)


class TestMarkers:
    def test_first_all_that_was_there_is_removed(self):
        for world in (seen(), seen(a_thing(), a_thing(10))):
            first, *others = markers_of(world).markers
            assert first.action == Marker.DELETEALL
            assert all(m.action == Marker.ADD for m in others)

    def test_nothing_in_the_way_leaves_nothing_to_draw(self):
        assert len(markers_of(seen()).markers) == 1

    def test_all_stand_in_the_frame_of_the_walker_at_the_time_of_the_image(self):
        for marker in markers_of(seen(a_thing())).markers:
            assert marker.header.frame_id == "walker"
            assert (marker.header.stamp.sec, marker.header.stamp.nanosec) == (3, 1)

    def test_each_has_a_box_and_words_of_its_own(self):
        message = markers_of(seen(a_thing(), a_thing(20), a_thing(-20)))
        names = [(m.ns, m.id) for m in message.markers if m.action == Marker.ADD]
        assert len(names) == len(set(names)) == 6

    @pytest.mark.parametrize(("bearing_deg", "sign"), [(20, 1), (-20, -1)])
    def test_what_is_on_the_left_is_drawn_on_the_left(self, bearing_deg, sign):
        message = markers_of(seen(a_thing(bearing_deg)))
        for kind in (Marker.CUBE, Marker.TEXT_VIEW_FACING):
            (marker,) = of_kind(message, kind)
            assert marker.pose.position.y * sign > 0.5

    def test_a_box_is_where_the_thing_is_and_as_large(self):
        (box,) = of_kind(markers_of(seen(a_thing(0, 2.0, bottom_m=0.4, top_m=1.4))), Marker.CUBE)
        assert box.pose.position.x - box.scale.x / 2 == pytest.approx(2.0)
        assert box.pose.position.z == pytest.approx(0.9)
        assert (box.scale.y, box.scale.z) == pytest.approx((0.3, 1.0))
        assert box.pose.orientation.w == 1.0

    def test_words_stand_above_the_box(self):
        (words,) = of_kind(markers_of(seen(a_thing(top_m=1.4))), Marker.TEXT_VIEW_FACING)
        assert words.pose.position.z > 1.4

    @pytest.mark.parametrize("facts", [{"bottom_m": NAN, "top_m": NAN}, {"top_m": NAN}])
    def test_a_thing_of_unknown_height_is_drawn_all_the_same(self, facts):
        for marker in markers_of(seen(a_thing(**facts))).markers[1:]:
            assert math.isfinite(marker.pose.position.z)
        (box,) = of_kind(markers_of(seen(a_thing(**facts))), Marker.CUBE)
        assert box.scale.z > 0

    def test_a_flat_or_thin_thing_can_still_be_seen(self):
        thing = a_thing(y_min_m=0.0, y_max_m=0.0, bottom_m=0.5, top_m=0.5)
        (box,) = of_kind(markers_of(seen(thing)), Marker.CUBE)
        assert box.scale.y > 0 and box.scale.z > 0

    @pytest.mark.parametrize(
        ("facts", "known", "words"),
        [
            ({}, True, "4 chair 2.0 m"),
            ({}, False, "4 chair ? m"),
            ({"label": ""}, True, "4 object 2.0 m"),
            ({"label": "", "kind": Kind.DROP_OFF}, False, "4 drop_off ? m"),
        ],
    )
    def test_words_name_it_and_no_number_is_shown_that_nobody_knows(self, facts, known, words):
        message = markers_of(seen(a_thing(**facts), known=known))
        assert of_kind(message, Marker.TEXT_VIEW_FACING)[0].text == words

    def test_every_zone_has_a_colour_of_its_own(self):
        message = markers_of(seen(*(a_thing(zone=z) for z in Zone)))
        colours = {(m.color.r, m.color.g, m.color.b) for m in of_kind(message, Marker.CUBE)}
        assert len(colours) == len(Zone)

    def test_they_vanish_when_nobody_renews_them(self):
        for marker in markers_of(seen(a_thing())).markers[1:]:
            assert marker.lifetime.sec == 1

    def test_they_can_be_sent(self):
        assert serialize_message(markers_of(seen(a_thing(), a_thing(30))))


class TestMarkersFromTheCamera:
    LEVEL = Attitude(1.3, 0.0)

    def test_all_stand_in_the_frame_of_the_image(self):
        message = markers_of(SeenFromCamera(seen(a_thing()), self.LEVEL), "chest_optical")
        assert {m.header.frame_id for m in message.markers} == {"chest_optical"}

    def test_nothing_else_changes(self):
        world = seen(a_thing(), a_thing(20, zone=Zone.STOP))
        here, there = markers_of(world), markers_of(SeenFromCamera(world, self.LEVEL), "c")
        for a, b in zip(here.markers, there.markers, strict=True):
            assert (a.ns, a.id, a.type, a.action, a.text) == (b.ns, b.id, b.type, b.action, b.text)
            assert (a.scale, a.color, a.lifetime) == (b.scale, b.color, b.lifetime)
            assert a.header.stamp == b.header.stamp

    @pytest.mark.parametrize(("bearing_deg", "sign"), [(20, -1), (-20, 1)])
    def test_left_is_left_in_the_image(self, bearing_deg, sign):
        seen_thing = SeenFromCamera(seen(a_thing(bearing_deg)), self.LEVEL)
        (box,) = of_kind(markers_of(seen_thing, "c"), Marker.CUBE)
        assert box.pose.position.x * sign > 0.5

    def test_it_is_ahead_and_what_lies_on_the_floor_is_below_the_middle(self):
        lying = a_thing(0, 2.0, bottom_m=0.0, top_m=0.2)
        (box,) = of_kind(markers_of(SeenFromCamera(seen(lying), self.LEVEL), "c"), Marker.CUBE)
        assert box.pose.position.z == pytest.approx(2.05)
        assert box.pose.position.y == pytest.approx(1.2)

    @given(st.floats(-0.8, 0.8), st.floats(0.5, 2.0))
    def test_a_box_stands_upright_however_the_camera_looks(self, pitch_rad, height_m):
        attitude = Attitude(height_m, pitch_rad)
        message = markers_of(SeenFromCamera(seen(a_thing()), attitude), "c")
        (box,) = of_kind(message, Marker.CUBE)
        q = box.pose.orientation
        # the third column of the rotation: where the box's own z, its height, points
        up = (2 * (q.x * q.z + q.w * q.y), 2 * (q.y * q.z - q.w * q.x))
        up = (*up, 1 - 2 * (q.x**2 + q.y**2))
        assert up == pytest.approx(tuple(attitude.floor_normal()), abs=1e-6)

    def test_they_can_be_sent(self):
        message = markers_of(SeenFromCamera(seen(a_thing(), a_thing(30)), self.LEVEL), "c")
        assert serialize_message(message)


class TestScan:
    def test_it_looks_straight_ahead_in_its_middle(self):
        scan = scan_of(seen())
        assert scan.header.frame_id == "walker"
        assert scan.angle_min == pytest.approx(-scan.angle_max)
        steps = (scan.angle_max - scan.angle_min) / scan.angle_increment
        assert len(scan.ranges) == round(steps) + 1

    def test_nothing_in_the_way_is_infinitely_far(self):
        assert all(r == math.inf for r in scan_of(seen()).ranges)

    def test_who_is_blind_cannot_tell(self):
        assert all(math.isnan(r) for r in scan_of(seen(sight=Sight.BLIND)).ranges)

    def test_what_is_still_believed_while_blind_is_shown(self):
        scan = scan_of(seen(a_thing(0), sight=Sight.BLIND))
        assert scan.ranges[index_of(scan, 0.0)] == pytest.approx(2.0)
        assert math.isnan(scan.ranges[0])

    @given(st.floats(-50, 50), st.floats(0.5, 8.0))
    def test_a_thing_shows_up_in_its_direction_and_nowhere_else(self, bearing_deg, distance_m):
        thing = a_thing(bearing_deg, distance_m)
        scan = scan_of(seen(thing))
        here = index_of(scan, thing.bearing_rad)
        assert scan.ranges[here] == pytest.approx(distance_m, rel=1e-6)
        right = math.atan2(thing.y_min_m, thing.nearest_m[0])
        left = math.atan2(thing.y_max_m, thing.nearest_m[0])
        for i, r in enumerate(scan.ranges):
            angle = scan.angle_min + i * scan.angle_increment
            if not right - 0.04 < angle < left + 0.04:
                assert r == math.inf

    @given(st.floats(15, 50))
    def test_left_is_not_right(self, bearing_deg):
        scan = scan_of(seen(a_thing(bearing_deg)))
        middle = len(scan.ranges) // 2
        assert all(r == math.inf for r in scan.ranges[:middle])
        assert any(r < math.inf for r in scan.ranges[middle:])
        mirrored = scan_of(seen(a_thing(-bearing_deg)))
        assert list(mirrored.ranges) == list(scan.ranges)[::-1]

    @pytest.mark.parametrize("order", [1, -1])
    def test_the_nearer_of_two_is_seen(self, order):
        things = [a_thing(0, 3.0), a_thing(0, 1.5)][::order]
        scan = scan_of(seen(*things))
        assert scan.ranges[index_of(scan, 0.0)] == pytest.approx(1.5)

    @pytest.mark.parametrize("bearing_deg", [-89.0, 89.0])
    def test_a_thing_beside_the_walker_is_outside_of_it(self, bearing_deg):
        assert all(r == math.inf for r in scan_of(seen(a_thing(bearing_deg))).ranges)

    def test_a_wall_across_everything_fills_it(self):
        scan = scan_of(seen(a_thing(0, 1.0, y_min_m=-50.0, y_max_m=50.0)))
        assert all(r == pytest.approx(1.0) for r in scan.ranges)

    def test_it_can_be_sent(self):
        assert serialize_message(scan_of(seen(a_thing(), sight=Sight.BLIND)))
