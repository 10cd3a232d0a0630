from __future__ import annotations

import dataclasses

import pytest

from followme.graph import ALL_NODES
from followme.settings import (
    CorridorSettings,
    DepthSettings,
    FloorSettings,
    HysteresisSettings,
    ImageHealthSettings,
    SchedulerSettings,
    SettingsError,
    SightSettings,
    ZoneSettings,
    build,
    flatten,
    settings_of,
)

EACH_NODE = pytest.mark.parametrize("node", ALL_NODES, ids=lambda n: n.name)

# Longest first: a speed is no time, and a number per metre no length.
UNITS_BY_ENDING = {
    "_per_minute": "1/min",
    "_per_m2": "1/m",
    "_per_m": "",
    "_mps": "m/s",
    "_degps": "deg/s",
    "_deg": "deg",
    "_hz": "Hz",
    "_m": "m",
    "_s": "s",
    "width": "px",
    "height": "px",
    "_pixels": "px",
    "_px": "px",
    "percentile": "%",
}


@EACH_NODE
def test_a_setting_has_a_sentence_for_a_person(node):
    for s in settings_of(node.settings):
        # some begin with the name of a choice, some go on where another ended
        first = s.text.split()[0].rstrip(":,;")
        begins = s.text[0].isupper() or s.text.startswith("...")
        assert begins or first in (*s.choices, s.default), s
        assert s.text.endswith((".", "...")), s


@EACH_NODE
def test_a_setting_has_one_of_the_four_types_and_a_default_of_it(node):
    for s in settings_of(node.settings):
        assert s.type in (bool, int, float, str), s
        assert type(s.default) is s.type, s


@EACH_NODE
def test_the_unit_of_a_setting_is_the_one_that_its_name_promises(node):
    for s in settings_of(node.settings):
        promised = [unit for ending, unit in UNITS_BY_ENDING.items() if s.name.endswith(ending)]
        assert s.unit == (promised[0] if promised else ""), s


@EACH_NODE
def test_a_number_has_both_bounds_and_nothing_else_has_any(node):
    for s in settings_of(node.settings):
        if s.type in (int, float):
            assert s.low is not None and s.high is not None and s.low < s.high, s
        else:
            assert s.low is None and s.high is None, s
            assert not s.choices or s.type is str, s


@EACH_NODE
def test_a_default_is_permitted(node):
    for s in settings_of(node.settings):
        assert s.check(s.default) == s.default, s


@EACH_NODE
def test_bounds_are_permitted_and_beyond_is_not(node):
    for s in settings_of(node.settings):
        if s.low is None or s.high is None:
            continue
        assert s.check(s.type(s.low)) == s.low
        assert s.check(s.type(s.high)) == s.high
        for beyond in (s.type(s.low - 1), s.type(s.high + 1)):
            with pytest.raises(SettingsError, match="out of range"):
                s.check(beyond)


@EACH_NODE
def test_defaults_of_a_node_make_the_round_trip(node):
    defaults = node.settings()
    flat = flatten(defaults)
    assert list(flat) == [s.name for s in settings_of(node.settings)]
    assert build(node.settings, flat) == defaults


@EACH_NODE
def test_each_changed_value_of_a_node_makes_the_round_trip(node):
    defaults = flatten(node.settings())
    for s in settings_of(node.settings):
        changed = {**defaults, s.name: _another(s)}
        assert flatten(build(node.settings, changed)) == changed, s.name


#: Texts that have a form of their own.
_WRITTEN = {"thresholds": "door=0.4"}


def _another(s):
    """Return a permitted value that is not the default."""
    if s.type is bool:
        return not s.default
    if s.type is str:
        written = _WRITTEN.get(s.name, "another")
        return next((c for c in s.choices if c != s.default), written)
    step = 1 if s.type is int else min(0.01, (s.high - s.low) / 100)
    return s.default + step if s.default + step <= s.high else s.default - step


@EACH_NODE
def test_the_settings_of_a_node_are_frozen_and_can_be_a_key(node):
    settings = node.settings()
    assert settings.__dataclass_params__.frozen
    assert hash(settings) == hash(node.settings())
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.autostart = False


@pytest.mark.parametrize(
    ("part", "values", "words"),
    [
        (CorridorSettings, {"foot_low_m": 0.3, "cane_high_m": 0.3}, ""),
        (CorridorSettings, {"cane_high_m": 1.2, "torso_high_m": 1.0}, "cane_high_m: 1.2 is above"),
        (DepthSettings, {"min_m": 2.0, "max_m": 1.0}, "min_m: 2.0 is above max_m"),
        (FloorSettings, {"min_height_m": 2.0, "max_height_m": 1.0}, "min_height_m: 2.0 is above"),
        (ZoneSettings, {"stop_m": 2.5}, "stop_m: 2.5 is above warn_m"),
        (ZoneSettings, {"inform_m": 1.5}, "warn_m: 2.0 is above inform_m"),
        (ZoneSettings, {"stop_s": 3.5}, "stop_s: 3.5 is above warn_s"),
        (HysteresisSettings, {"enter_hits": 4}, "enter_hits: 4 is above enter_window"),
        (ImageHealthSettings, {"dark_luma": 244.0}, "dark_luma: 244.0 is above bright_luma"),
    ],
)
def test_rules_that_could_never_act_are_refused(part, values, words):
    if not words:
        build(part, values)
        return
    with pytest.raises(SettingsError, match=rf"^{words}"):
        build(part, values)


def test_silence_is_lost_sight_in_time_to_be_heard_within_a_second():
    """B4; three images of ten a second may miss before, and the voice needs 0.3 s of the second."""
    sight = SightSettings()
    limits_s = (sight.image_age_s, sight.required_age_s, SchedulerSettings().obstacles_stale_s)
    assert all(0.3 <= limit_s <= 0.7 for limit_s in limits_s)
