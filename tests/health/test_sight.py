from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.health.sight import SightJudge
from followme.settings import SightSettings
from followme.values.camera import Attitude
from followme.values.depth_map import (
    DepthStatus,
    FloorPlane,
    ImageHealth,
    ImageState,
    Provenance,
)
from followme.values.obstacle import REASONS, Sight

FLOOR = FloorPlane((0.0, -1.0, 0.0), 1.3, 0.3)
WELL = DepthStatus(
    stamp_ns=0,
    provenance=Provenance.SENSOR,
    scale=1.0,
    scale_known=True,
    residual_m=0.01,
    floor=FLOOR,
    attitude=Attitude(1.3, 0.0),
    height_known=True,
    valid_fraction=0.9,
    image=ImageHealth(),
)
JUDGE = SightJudge(SightSettings())

# Most severe first: each row is one thing that is wrong. Whatever stands below a row must not
# change its verdict.
WRONG = [
    ("no_image", {"image_age_s": math.nan}),
    ("stale", {"image_age_s": 0.51}),
    ("no_depth", {"depth_age_s": math.nan}),
    ("stale", {"depth_age_s": 0.71}),
    ("dark", {"image": ImageHealth(ImageState.DARK)}),
    ("bright", {"image": ImageHealth(ImageState.BRIGHT)}),
    ("covered", {"image": ImageHealth(ImageState.COVERED)}),
    ("frozen", {"image": ImageHealth(ImageState.FROZEN)}),
    ("no_depth", {"provenance": Provenance.UNKNOWN}),
    ("little_depth", {"valid_fraction": 0.19}),
    ("blurred", {"image": ImageHealth(ImageState.BLURRED)}),
    ("floor_unseen", {"floor": None}),
    ("corridor_unknown", {"corridor_unknown": True}),
    ("scale_unknown", {"scale_known": False}),
    ("scale_corrected", {"scale": 1.0 / 1.16}),
]
BLIND_ROWS = 9


def judged(wrong: dict[str, object]) -> tuple[Sight, str]:
    facts = {"image_age_s": 0.1, "depth_age_s": 0.2, **wrong}
    ages = facts.pop("image_age_s"), facts.pop("depth_age_s")
    unknown = bool(facts.pop("corridor_unknown", False))
    return JUDGE.judge(replace(WELL, **facts), *ages, unknown)


def test_nothing_ever_came():
    assert JUDGE.judge(None, math.nan, math.nan) == (Sight.BLIND, "no_image")


def test_images_without_a_word_about_depth():
    assert JUDGE.judge(None, 0.1, math.nan) == (Sight.BLIND, "no_depth")
    assert JUDGE.judge(None, 0.1, 0.1) == (Sight.BLIND, "no_depth")


def test_all_is_well():
    assert judged({}) == (Sight.SEEING, "")


@pytest.mark.parametrize("row", range(len(WRONG)), ids=[reason for reason, _ in WRONG])
def test_each_single_thing_that_is_wrong(row):
    reason, wrong = WRONG[row]
    assert judged(wrong) == (Sight.BLIND if row < BLIND_ROWS else Sight.DEGRADED, reason)


@pytest.mark.parametrize("row", range(len(WRONG)), ids=[reason for reason, _ in WRONG])
def test_the_more_severe_reason_wins_over_any_below_it(row):
    expected = judged(WRONG[row][1])
    for _, less in WRONG[row + 1 :]:
        # a row that speaks of the same thing cannot be true together with this one
        assert judged({**less, **WRONG[row][1]}) == expected


def test_each_reason_in_the_table_of_values_is_given_by_something():
    assert {reason for reason, _ in WRONG} | {"dark_at_once", "sensor_lost"} == set(REASONS)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"image_age_s": 0.5}, Sight.SEEING),
        ({"depth_age_s": 0.7}, Sight.SEEING),
        ({"valid_fraction": 0.2}, Sight.SEEING),
        ({"valid_fraction": math.nan}, Sight.DEGRADED),
        ({"image_age_s": math.inf}, Sight.BLIND),
        ({"scale": 1.0 / 1.14}, Sight.SEEING),
        ({"scale": 1.0 / 0.86}, Sight.SEEING),
        ({"scale": 1.0 / 0.84}, Sight.DEGRADED),
        ({"image_age_s": -0.1}, Sight.SEEING),  # two clocks may differ by a little
    ],
)
def test_limits_are_inside(wrong, expected):
    assert judged(wrong)[0] is expected


def test_limits_come_from_the_settings():
    patient = SightJudge(SightSettings(image_age_s=5.0, required_age_s=5.0, min_valid_depth=0.0))
    assert patient.judge(replace(WELL, valid_fraction=0.0), 4.9, 4.9) == (Sight.SEEING, "")


@given(
    st.floats(allow_nan=True),
    st.floats(allow_nan=True),
    st.one_of(
        st.none(),
        st.builds(
            replace,
            st.just(WELL),
            provenance=st.sampled_from(Provenance),
            image=st.sampled_from(ImageState).map(ImageHealth),
            floor=st.sampled_from([None, FLOOR]),
            valid_fraction=st.floats(0.0, 1.0),
            scale_known=st.booleans(),
        ),
    ),
)
def test_a_reason_is_given_exactly_when_sight_is_not_well(image_age_s, depth_age_s, status):
    sight, reason = JUDGE.judge(status, image_age_s, depth_age_s)
    assert (sight is Sight.SEEING) == (reason == "")
    assert reason == "" or reason in REASONS
    if sight is Sight.SEEING:
        assert status is not None
        assert status.provenance is not Provenance.UNKNOWN


def darkened(lumas: list[float], period_s: float = 0.1) -> str:
    """Return the last reason after images of these means; those under 12 are dark."""
    judge = SightJudge(SightSettings())
    for n, luma in enumerate(lumas):
        state = ImageState.DARK if luma < 12.0 else ImageState.OK
        status = replace(
            WELL, stamp_ns=round(n * period_s * 1e9), image=ImageHealth(state, luma, 30.0, 9.0)
        )
        _, reason = judge.judge(status, 0.1, 0.1)
    return reason


@pytest.mark.parametrize(
    ("lumas", "reason"),
    [
        ([5.0], "dark"),  # it was dark from the beginning
        ([math.nan, 5.0], "dark"),
        ([120.0, 5.0], "dark_at_once"),
        ([40.0] * 30 + [5.0], "dark_at_once"),  # a dim room, then nothing
        ([120.0, 60.0, 20.0, 5.0], "dark_at_once"),  # a hand comes over the lens
        ([120.0 - 4.0 * n for n in range(29)], "dark"),
        ([120.0] * 30 + [120.0 - 6.0 * n for n in range(20)], "dark"),
        ([120.0 - 0.4 * n for n in range(275)], "dark"),  # dusk
    ],
)
def test_a_fade_is_told_from_darkness_at_once(lumas, reason):
    assert darkened(lumas) == reason
    assert darkened([*lumas, *[5.0] * 50]) == reason, "it must not change while it stays dark"


def test_light_that_came_back_begins_anew():
    fade = [120.0 - 6.0 * n for n in range(20)]
    assert darkened([*fade, *[120.0] * 30, 5.0]) == "dark_at_once"


class TestDepthThatIsAllInvalid:
    def after(self, shares: list[float], **settings: float) -> tuple[Sight, str]:
        """Return the verdict on the last of depth images a tenth of a second apart."""
        judge = SightJudge(SightSettings(**settings))
        for i, share in enumerate(shares):
            seen = replace(WELL, stamp_ns=i * 100_000_000, valid_fraction=share)
            verdict = judge.judge(seen, 0.1, 0.1)
        return verdict

    def test_a_sensor_that_measures_nothing_is_blind_after_a_moment(self):
        assert self.after([0.9, 0.0]) == (Sight.DEGRADED, "little_depth")
        assert self.after([0.9, *[0.0] * 3]) == (Sight.DEGRADED, "little_depth")
        assert self.after([0.9, *[0.0] * 4]) == (Sight.BLIND, "no_depth")
        assert self.after([*[0.0] * 4, 0.9]) == (Sight.SEEING, "")

    def test_one_image_with_depth_begins_the_moment_anew(self):
        assert self.after([0.0, 0.0, 0.5, 0.0, 0.0])[0] is Sight.DEGRADED

    def test_a_little_depth_is_not_none(self):
        assert self.after([0.011] * 9)[0] is Sight.DEGRADED
        assert self.after([0.009] * 9)[0] is Sight.BLIND
        assert self.after([0.009] * 9, no_depth_share=0.005)[0] is Sight.DEGRADED

    def test_what_nobody_tells_is_not_none_and_a_jump_back_begins_anew(self):
        assert self.after([math.nan] * 9)[0] is Sight.DEGRADED
        judge = SightJudge(SightSettings())
        for stamp in (900_000_000, 100_000_000, 300_000_000):
            bare = replace(WELL, stamp_ns=stamp, valid_fraction=0.0)
            assert judge.judge(bare, 0.1, 0.1)[0] is Sight.DEGRADED


def after_the_sensor(seconds: float, **changed: object) -> tuple[Sight, str]:
    """Return the verdict so long after the last frame of a depth sensor."""
    judge = SightJudge(SightSettings())
    judge.judge(WELL, 0.1, 0.1)
    facts = {"stamp_ns": round(seconds * 1e9), "provenance": Provenance.MONOCULAR, **changed}
    return judge.judge(replace(WELL, **facts), 0.1, 0.1)


def test_a_sensor_that_falls_silent_while_a_network_goes_on_limits_sight():
    assert after_the_sensor(0.31) == (Sight.DEGRADED, "sensor_lost")
    assert after_the_sensor(30.0) == (Sight.DEGRADED, "sensor_lost")


def test_a_single_frame_that_a_sensor_misses_is_nothing():
    assert after_the_sensor(0.2) == (Sight.SEEING, "")


def test_a_network_alone_from_the_beginning_has_lost_no_sensor():
    judge = SightJudge(SightSettings())
    alone = replace(WELL, provenance=Provenance.MONOCULAR)
    for n in range(9):
        assert judge.judge(replace(alone, stamp_ns=n * 10**9), 0.1, 0.1) == (Sight.SEEING, "")


def test_a_sensor_that_is_back_is_believed():
    judge = SightJudge(SightSettings())
    for n, whose in enumerate((Provenance.SENSOR, Provenance.MONOCULAR, Provenance.FUSED)):
        verdict = judge.judge(replace(WELL, stamp_ns=n * 10**9, provenance=whose), 0.1, 0.1)
        assert verdict[0] is (Sight.DEGRADED if n == 1 else Sight.SEEING)


def test_uncertain_distances_are_the_more_severe_reason():
    assert after_the_sensor(1.0, scale_known=False)[1] == "scale_unknown"


def test_a_jump_of_time_forgets_the_sensor():
    judge = SightJudge(SightSettings())
    judge.judge(WELL, 0.1, 0.1)
    judge.reset()
    later = replace(WELL, stamp_ns=10**10, provenance=Provenance.MONOCULAR)
    assert judge.judge(later, 0.1, 0.1) == (Sight.SEEING, "")
