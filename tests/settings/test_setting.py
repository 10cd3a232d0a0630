from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from followme.settings import (
    Setting,
    SettingsError,
    build,
    did_you_mean,
    flatten,
    setting,
    settings_of,
)
from followme.settings.setting import rising


@dataclass(frozen=True)
class Lens:
    near_m: float = setting(0.5, "Nearest.", unit="m", low=0.0, high=10.0)
    far_m: float = setting(5.0, "Farthest.", unit="m", low=0.0, high=10.0)

    def __post_init__(self) -> None:
        rising(self, "near_m", "far_m")


@dataclass(frozen=True)
class Mount:
    turns: int = setting(2, "Turns.", low=0, high=2**31 - 1)
    lens: Lens = field(default_factory=Lens)


@dataclass(frozen=True)
class Gadget:
    on: bool = setting(True, "Whether it runs.")
    language: str = setting("en", "Catalogue.")
    mode: str = setting("slow", "How.", choices=("slow", "fast"), read_only=True)
    mount: Mount = field(default_factory=Mount)


def test_settings_are_listed_in_order_with_dotted_names_and_all_their_facts():
    assert [s.name for s in settings_of(Gadget)] == [
        "on",
        "language",
        "mode",
        "mount.turns",
        "mount.lens.near_m",
        "mount.lens.far_m",
    ]
    assert settings_of(Gadget)[2] == Setting(
        "mode", str, "slow", "How.", choices=("slow", "fast"), read_only=True
    )
    assert settings_of(Gadget)[4] == Setting(
        "mount.lens.near_m", float, 0.5, "Nearest.", unit="m", low=0.0, high=10.0
    )


def test_nothing_set_gives_the_defaults():
    assert build(Gadget, {}) == Gadget()


def test_what_is_set_is_taken_and_the_rest_stays():
    built = build(Gadget, {"mount.lens.near_m": 1, "on": False})
    assert built == Gadget(on=False, mount=Mount(lens=Lens(near_m=1.0)))
    assert type(built.mount.lens.near_m) is float


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("langage", "unknown setting 'langage'; did you mean 'language'?"),
        ("mount.turn", "unknown setting 'mount.turn'; did you mean 'mount.turns'?"),
        ("mount.lens.near", "did you mean 'mount.lens.near_m'?"),
        ("mount", "unknown setting 'mount'"),
        ("", "unknown setting ''"),
        ("qqqqq", "unknown setting 'qqqqq'"),
        (False, "unknown setting False"),  # YAML's bare no
        (7, "unknown setting 7"),
        (None, "unknown setting None"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_valid_one(name, words):
    with pytest.raises(SettingsError) as refused:
        build(Gadget, {name: 1})
    assert words in str(refused.value)


def test_a_name_like_no_other_is_not_guessed():
    assert did_you_mean("qqqqq", ["language", "mode"]) == ""
    assert did_you_mean("mode", []) == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("on", 1, "on: 1 is int, give true or false"),
        ("on", "true", "on: 'true' is str, give true or false"),
        ("on", None, "on: None is NoneType"),
        ("mount.turns", True, "mount.turns: True is bool, give a whole number (0 to 2147483647)"),
        ("mount.turns", 2.0, "mount.turns: 2.0 is float, give a whole number"),
        ("mount.turns", "2", "mount.turns: '2' is str"),
        ("mount.lens.near_m", True, "near_m: True is bool, give a number (0 to 10 m)"),
        ("mount.lens.near_m", "1.0", "near_m: '1.0' is str, give a number"),
        ("mount.lens.near_m", [1.0], "near_m: [1.0] is list"),
        ("language", 7, "language: 7 is int, give a text in quotes (default 'en')"),
        ("mode", None, "mode: None is NoneType, give a text in quotes (one of slow, fast)"),
    ],
)
def test_a_wrong_type_is_refused_with_what_to_give(name, value, words):
    with pytest.raises(SettingsError) as refused:
        build(Gadget, {name: value})
    assert words in str(refused.value)


def test_norwegian_without_quotes_is_no_text():
    values = yaml.safe_load("language: no")
    with pytest.raises(SettingsError, match="language: False is bool, give a text in quotes"):
        build(Gadget, values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mount.turns", -1),
        ("mount.turns", 2**31),
        ("mount.turns", 10**400),
        ("mount.lens.near_m", -0.001),
        ("mount.lens.near_m", 10.001),
        ("mount.lens.near_m", 10**400),
        ("mount.lens.near_m", math.nan),
        ("mount.lens.near_m", math.inf),
        ("mount.lens.near_m", -math.inf),
    ],
)
def test_out_of_range_is_refused_with_the_range(name, value):
    with pytest.raises(SettingsError, match=f"^{name}: .* is out of range, give 0 to "):
        build(Gadget, {name: value})


@pytest.mark.parametrize("value", [0, 10, 0.0, 10.0, np.float64(3.0)])
def test_both_bounds_are_inside(value):
    assert settings_of(Gadget)[5].check(value) == float(value)


def test_a_value_that_is_no_choice_is_refused_with_the_nearest():
    with pytest.raises(SettingsError, match="mode: 'fest' is none of slow, fast; did you mean 'fa"):
        build(Gadget, {"mode": "fest"})


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (None, None, "default 1.5"),
        (0.25, None, "0.25 m or more"),
        (None, 3.0, "3 m or less"),
        (0.25, 3.0, "0.25 to 3 m"),
    ],
)
def test_bounds_in_words(low, high, words):
    assert Setting("x", float, 1.5, "X.", "m", low, high).allowed() == words


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_even_without_bounds(value):
    with pytest.raises(SettingsError, match=r"^x: "):
        Setting("x", float, 1.5, "X.").check(value)


def test_one_bound_alone_holds():
    assert Setting("x", int, 1, "X.", low=1).check(7) == 7
    with pytest.raises(SettingsError, match=r"^x: 0 is out of range, give 1 or more$"):
        Setting("x", int, 1, "X.", low=1).check(0)


def test_values_that_contradict_each_other_are_refused_by_their_full_names():
    with pytest.raises(SettingsError) as refused:
        build(Gadget, {"mount.lens.near_m": 6.0})
    assert str(refused.value) == (
        "mount.lens.near_m: 6.0 is above far_m, which is 5.0; lower it or raise far_m"
    )


def test_equal_values_do_not_contradict_each_other():
    assert Lens(5.0, 5.0).near_m == 5.0


@given(st.booleans(), st.text(), st.sampled_from(("slow", "fast")), st.integers(0, 9))
def test_flatten_and_build_undo_each_other(on, language, mode, turns):
    gadget = Gadget(on, language, mode, Mount(turns))
    assert build(Gadget, flatten(gadget)) == gadget


def test_settings_survive_yaml():
    written = yaml.safe_dump(flatten(Gadget(language="no", mode="fast")))
    assert build(Gadget, yaml.safe_load(written)) == Gadget(language="no", mode="fast")
