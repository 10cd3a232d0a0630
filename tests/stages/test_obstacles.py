from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from followme.geometry.name_votes import FACES, LABELS, OBJECTS
from followme.settings import ObstacleFusionSettings, SightSettings
from followme.stages.obstacles import ObstacleStage
from followme.values.depth_map import ImageHealth, ImageState, Provenance
from followme.values.detections import Detections
from followme.values.obstacle import Obstacles, Sight, Zone
from tests.geometry.scene import box_at, depth_map, walking

MS = 1_000_000


@pytest.fixture
def stage() -> ObstacleStage:
    return ObstacleStage(ObstacleFusionSettings())


def see(stage: ObstacleStage, *boxes, frames: int = 4, begin_ns: int = 0) -> Obstacles:
    """Show the same boxes for some frames and return the last answer."""
    for n in range(frames):
        stamp_ns = begin_ns + n * 100 * MS
        found = stage.see(depth_map(boxes, stamp_ns), stamp_ns)
    return found


def no_depth(stamp_ns: int, **facts):
    """Return the word that there is no depth for an image."""
    status = depth_map((), stamp_ns).status
    return replace(status, provenance=Provenance.UNKNOWN, scale_known=False, floor=None, **facts)


def test_before_anything_came_it_is_blind_and_says_so(stage):
    nothing = stage.carry(3_000 * MS)
    assert (nothing.sight, nothing.reason) == (Sight.BLIND, "no_image")
    assert nothing.obstacles == ()
    assert nothing.stamp_ns == 3_000 * MS
    assert math.isnan(nothing.ages.image_s) and math.isnan(nothing.ages.depth_s)
    assert math.isnan(nothing.walker_speed_mps)
    assert not nothing.distances_known
    assert nothing.observed_free == 0.0


def test_images_alone_are_no_sight(stage):
    stage.image_came(0, 0)
    found = stage.carry(100 * MS)
    assert (found.sight, found.reason) == (Sight.BLIND, "no_depth")
    assert found.ages.image_s == pytest.approx(0.1)
    assert math.isnan(found.ages.depth_s)


def test_the_word_that_there_is_no_depth_is_no_sight(stage):
    found = stage.see(no_depth(0), 50 * MS)
    assert (found.sight, found.reason) == (Sight.BLIND, "no_depth")
    assert found.ages.depth_s == pytest.approx(0.05)


def test_an_empty_way_is_seen(stage):
    found = see(stage)
    assert (found.sight, found.reason) == (Sight.SEEING, "")
    assert found.obstacles == ()
    assert found.distances_known


def test_obstacles_carry_the_stamp_of_their_depth_and_its_age(stage):
    found = stage.see(depth_map((), 200 * MS), 260 * MS)
    assert found.stamp_ns == 200 * MS
    assert found.ages.image_s == found.ages.depth_s == pytest.approx(0.06)


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["left", "right"])
def test_what_stands_left_is_left(stage, side):
    (thing,) = see(stage, box_at(2.0, side * 0.5)).obstacles
    assert math.copysign(1.0, thing.bearing_rad) == side
    assert math.copysign(1.0, thing.nearest_m[1]) == side


def test_the_nearest_comes_first(stage):
    found = see(stage, box_at(3.0, 0.6), box_at(1.8, -0.6))
    assert [round(o.distance_m) for o in found.obstacles] == [2, 3]
    assert found.obstacles[0].bearing_rad < 0 < found.obstacles[1].bearing_rad


def test_depth_that_falls_silent_is_blind_and_clears_nothing(stage):
    before = see(stage, box_at(1.5))
    last_ns = before.stamp_ns
    for ms in (300, 650, 750):
        now_ns = last_ns + ms * MS
        stage.image_came(now_ns, now_ns)  # the camera goes on
        found = stage.carry(now_ns)
        assert [o.track_id for o in found.obstacles] == [o.track_id for o in before.obstacles]
        assert found.stamp_ns == last_ns
        expected = (Sight.SEEING, "") if ms <= 700 else (Sight.BLIND, "stale")
        assert (found.sight, found.reason) == expected
    assert found.obstacles[0].zone >= before.obstacles[0].zone


def test_a_camera_that_falls_silent_is_blind_half_a_second_later(stage):
    last_ns = see(stage).stamp_ns
    assert stage.carry(last_ns + 500 * MS).sight is Sight.SEEING
    found = stage.carry(last_ns + 501 * MS)
    assert (found.sight, found.reason) == (Sight.BLIND, "stale")


def test_a_stamp_of_zero_is_a_stamp(stage):
    stage.see(depth_map((), 0), 0)
    found = stage.carry(400 * MS)
    assert found.stamp_ns == 0
    assert found.ages.image_s == found.ages.depth_s == pytest.approx(0.4)


def test_the_word_that_there_is_no_depth_clears_nothing(stage):
    before = see(stage, box_at(1.5))
    found = stage.see(no_depth(before.stamp_ns + 100 * MS), before.stamp_ns + 100 * MS)
    assert found.sight is Sight.BLIND
    assert [o.track_id for o in found.obstacles] == [o.track_id for o in before.obstacles]


def test_what_is_wrong_with_the_image_is_the_reason(stage):
    depth = depth_map((), 0)
    dark = replace(depth, status=replace(depth.status, image=ImageHealth(ImageState.DARK)))
    found = stage.see(dark, 0)
    assert (found.sight, found.reason) == (Sight.BLIND, "dark")


def test_no_number_is_known_where_the_scale_is_a_guess(stage):
    depth = depth_map((), 0)
    guess = replace(depth, status=replace(depth.status, scale_known=False))
    found = stage.see(guess, 0)
    assert (found.sight, found.reason) == (Sight.DEGRADED, "scale_unknown")
    assert not found.distances_known


def test_an_image_that_comes_late_makes_nothing_older(stage):
    stage.image_came(1000 * MS, 1000 * MS)
    stage.image_came(900 * MS, 1000 * MS)
    assert stage.carry(1100 * MS).ages.image_s == pytest.approx(0.1)


@pytest.mark.parametrize(("age_ms", "speed_mps"), [(0, 1.25), (900, 1.25), (1100, math.nan)])
def test_the_speed_of_the_walker_is_known_while_it_is_fresh(stage, age_ms, speed_mps):
    now_ns = 2_000 * MS
    stage.moved(walking(1.25, now_ns - age_ms * MS))
    found = stage.see(depth_map((), now_ns), now_ns)
    assert found.walker_speed_mps == pytest.approx(speed_mps, nan_ok=True)


def test_a_thing_comes_nearer_while_the_walker_is_known_to_walk(stage):
    for n in range(6):  # 1 m/s towards it
        stamp_ns = n * 100 * MS
        stage.moved(walking(1.0, stamp_ns))
        seen = stage.see(depth_map([box_at(3.0 - 0.1 * n)], stamp_ns), stamp_ns)
    carried = stage.carry(seen.stamp_ns + 400 * MS)
    assert carried.obstacles[0].distance_m == pytest.approx(2.1, abs=0.1)
    assert carried.obstacles[0].track_id == seen.obstacles[0].track_id


def test_reset_forgets_everything(stage):
    before = see(stage, box_at(1.5), begin_ns=10_000 * MS)
    stage.moved(walking(1.0, before.stamp_ns))
    assert before.obstacles
    stage.reset()
    found = stage.carry(0)
    assert found.obstacles == ()
    assert (found.sight, found.reason) == (Sight.BLIND, "no_image")
    assert math.isnan(found.walker_speed_mps)
    assert not found.distances_known


def test_limits_come_from_the_settings():
    patient = ObstacleStage(
        ObstacleFusionSettings(sight=SightSettings(image_age_s=5.0, required_age_s=5.0))
    )
    last_ns = see(patient, frames=1).stamp_ns
    assert patient.carry(last_ns + 4_900 * MS).sight is Sight.SEEING


def test_the_same_depth_gives_the_same_obstacles():
    boxes = (box_at(2.2, 0.3), box_at(3.1, -0.5))
    answers = [see(ObstacleStage(ObstacleFusionSettings()), *boxes) for _ in range(2)]
    assert repr(answers[0]) == repr(answers[1])  # NaN is not equal to itself
    assert np.isfinite(answers[0].obstacles[0].distance_m)


def an_object(stamp_ns: int, name: str = "chair") -> Detections:
    box = np.array([[100, 60, 220, 230]], np.float32)
    return Detections(stamp_ns, (320, 240), box, np.ones(1, np.float32), (name,))


def look(stage: ObstacleStage, names_first: bool, frames: int = 5) -> list[Obstacles]:
    """Show a box and its name for some frames, in either order."""
    answers = []
    for n in range(frames):
        stamp_ns = n * 100 * MS
        if names_first:
            stage.named(OBJECTS, an_object(stamp_ns))
        answers.append(stage.see(depth_map([box_at(1.5)], stamp_ns), stamp_ns + 40 * MS))
        if not names_first:
            stage.named(OBJECTS, an_object(stamp_ns))
    return answers


class TestNamesWithoutMetres:
    def show(self, stage, stamps_ms=(0, 100, 200), **facts) -> Obstacles:
        for stamp_ms in stamps_ms:
            stage.named(OBJECTS, an_object(stamp_ms * MS, "door"))
            answer = stage.see(no_depth(stamp_ms * MS, **facts), stamp_ms * MS)
        return answer

    def test_are_no_obstacles(self, stage):
        answer = self.show(stage)
        assert (answer.sight, answer.reason) == (Sight.BLIND, "no_depth")
        assert answer.obstacles == ()
        assert [thing.label for thing in answer.unranged] == ["door"]
        assert not answer.distances_known

    def test_end_where_metres_begin(self, stage):
        self.show(stage)
        stage.named(OBJECTS, an_object(300 * MS, "door"))
        assert stage.see(depth_map([box_at(1.5)], 300 * MS), 300 * MS).unranged == ()
        # sight that was there and is lost names nothing
        assert self.show(stage, (400, 500, 600)).unranged == ()

    def test_are_forgotten_with_all_else(self, stage):
        self.show(stage)
        stage.reset()
        assert stage.see(no_depth(0), 0).unranged == ()

    def test_of_faces_are_none(self, stage):
        for stamp_ms in (0, 100, 200):
            stage.named(FACES, an_object(stamp_ms * MS, "face"))
            answer = stage.see(no_depth(stamp_ms * MS), stamp_ms * MS)
        assert answer.unranged == ()


class TestNames:
    def test_before_anybody_looked_there_is_no_age(self, stage):
        ages = see(stage).ages
        assert all(math.isnan(x) for x in (ages.labels_s, ages.objects_s, ages.faces_s))

    @pytest.mark.parametrize("names_first", [True, False])
    def test_a_thing_is_named_from_the_obstacles_after_its_names_on(self, stage, names_first):
        labels = [a.obstacles[0].label for a in look(stage, names_first)]
        assert labels == ["", "", "chair", "chair", "chair"]

    def test_whether_names_or_depth_come_first_makes_no_difference(self):
        answers = [
            look(ObstacleStage(ObstacleFusionSettings()), names_first=first) for first in (0, 1)
        ]
        assert repr(answers[0]) == repr(answers[1])

    def test_the_age_of_names_is_that_of_the_newest_that_were_joined(self, stage):
        ages = look(stage, names_first=False)[-1].ages
        assert ages.objects_s == pytest.approx(0.14)
        assert math.isnan(ages.labels_s) and math.isnan(ages.faces_s)

    @pytest.mark.parametrize(
        ("who", "field"), [(OBJECTS, "objects_s"), (FACES, "faces_s"), (LABELS, "labels_s")]
    )
    def test_each_who_looks_has_an_age_of_its_own(self, stage, who, field):
        see(stage, frames=1)
        stage.named(who, Detections.empty(0, (320, 240)))
        ages = stage.carry(250 * MS).ages
        known = {f: getattr(ages, f) for f in ("objects_s", "faces_s", "labels_s")}
        assert known.pop(field) == pytest.approx(0.25)
        assert all(math.isnan(age) for age in known.values())

    def test_names_without_depth_wait_but_not_without_end(self, stage):
        for n in range(100):
            stage.named(OBJECTS, an_object(n * MS))
        assert len(stage._names) == 16
        assert stage.carry(200 * MS).obstacles == ()

    def test_names_that_come_too_late_do_no_harm(self, stage):
        see(stage, box_at(1.5), begin_ns=1000 * MS, frames=8)
        stage.named(OBJECTS, an_object(1000 * MS))
        stage.named(OBJECTS, an_object(5 * MS))
        assert stage.carry(1800 * MS).obstacles[0].label == ""

    def test_networks_that_fall_silent_take_no_obstacle_away(self, stage):
        look(stage, names_first=False)
        for n in range(5, 40):
            seen = stage.see(depth_map([box_at(1.5)], n * 100 * MS), n * 100 * MS)
        (thing,) = seen.obstacles
        assert thing.label == "chair"
        assert 0.5 <= thing.confidence < 1.0
        assert seen.ages.objects_s == pytest.approx(3.5)

    def test_a_jump_of_time_forgets_names(self, stage):
        look(stage, names_first=False)
        stage.reset()
        assert math.isnan(stage.carry(0).ages.objects_s)


def a_guess(boxes, stamp_ns: int):
    """Return depth of a network that has not found its scale."""
    depth = depth_map(boxes, stamp_ns)
    status = replace(depth.status, provenance=Provenance.MONOCULAR, scale_known=False)
    return replace(depth, status=status)


def test_a_network_that_takes_over_moves_nothing_before_it_has_a_scale(stage):
    (before,) = see(stage, box_at(3.0)).obstacles
    for n in range(5):
        stamp_ns = (400 + 100 * n) * MS
        found = stage.see(a_guess([box_at(0.8)], stamp_ns), stamp_ns)
        assert [o.track_id for o in found.obstacles] == [before.track_id]
        assert found.obstacles[0].distance_m == pytest.approx(3.0, abs=0.1)
        assert not found.distances_known


@pytest.mark.parametrize(("known", "waits_ms"), [(True, 500), (False, 1_000)])
def test_that_a_sensor_is_lost_is_said_before_what_a_network_says(stage, known, waits_ms):
    """A STOP of the network outranks the word, which a walker then never hears in time."""
    see(stage, box_at(3.0))
    for stamp_ms in range(400, 1_700, 100):
        depth = a_guess([box_at(0.8)], stamp_ms * MS)
        depth = replace(depth, status=replace(depth.status, scale_known=known))
        found = stage.see(depth, stamp_ms * MS)
        since_ms = stamp_ms - 300  # the sensor's last frame has the stamp 300 ms
        if since_ms <= waits_ms:
            assert all(o.zone < Zone.STOP for o in found.obstacles)
            assert found.sight is Sight.DEGRADED or since_ms <= 300
    assert any(o.zone is Zone.STOP for o in found.obstacles)


def test_a_network_without_scale_is_all_there_is_after_a_while(stage):
    see(stage, box_at(3.0))
    for n in range(5):
        stamp_ns = (1_500 + 100 * n) * MS
        found = stage.see(a_guess([box_at(1.0)], stamp_ns), stamp_ns)
    assert min(o.distance_m for o in found.obstacles) < 1.5


def test_a_network_alone_from_the_beginning_is_believed_at_once(stage):
    for n in range(4):
        found = stage.see(a_guess([box_at(2.0)], n * 100 * MS), n * 100 * MS)
    assert found.obstacles
