"""What a walk promises is read strictly: a slip of the pen must not weaken a promise."""

from __future__ import annotations

import math

import pytest

from followme.evaluation.expectations import (
    Ban,
    Expectation,
    ExpectationError,
    Message,
    expectation_of,
)


def test_nothing_promises_nothing():
    assert expectation_of({}) == Expectation()


def test_every_part_is_read():
    read = expectation_of(
        {
            "messages": [
                {
                    "say": "WARN",
                    "of": 1,
                    "distance_m": [2.8, 3.7],
                    "words": ["Head height"],
                    "approach_mps": 1.0,
                },
                {"say": "STOP", "of": 1, "after": "entry", "within_s": 0.6, "foot": True},
                {"say": "HEALTH", "after": 9.0, "within_s": [1.0, 2.0]},
                {"distance_m": {0.5: [1.7, 2.2], 1: [2.8, 3.7]}},
            ],
            "at_most": 2,
            "at_most_per_minute": 12,
            "duty_at_most": 0.25,
            "every_stop": True,
            "spaced_s": 10,
            "never": [
                "STOP",
                {"say": "CLEAR", "before": "passed"},
                {"number": True, "from_s": 7.5},
            ],
        }
    )
    assert read.messages[0].words == ("Head height",)
    assert read.messages[0].distance_m[0][1] == (2.8, 3.7)
    assert math.isnan(read.messages[0].distance_m[0][0])
    assert read.messages[1] == Message("STOP", 1, foot=True, after="entry", within_s=(0.0, 0.6))
    assert (read.messages[2].after, read.messages[2].within_s) == (9.0, (1.0, 2.0))
    assert read.messages[3].distance_m == ((0.5, (1.7, 2.2)), (1.0, (2.8, 3.7)))
    assert read.never == (
        Ban("STOP"),
        Ban("CLEAR", before_passed=True),
        Ban(number=True, from_s=7.5),
    )
    assert (read.at_most, read.every_stop, read.spaced_s) == (2, True, 10.0)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"mesages": []}, "unknown key 'mesages'; did you mean 'messages'?"),
        ({"messages": [{"distanc_m": [1, 2]}]}, "did you mean 'distance_m'?"),
        ({"messages": {"say": "WARN"}}, "must be a list"),
        ({"messages": ["WARN"]}, "must be a mapping"),
        ({"messages": [{"say": "Warn"}]}, "did you mean 'WARN'?"),
        ({"messages": [{"distance_m": [3.7, 2.8]}]}, "upside down"),
        ({"messages": [{"distance_m": [3.7]}]}, "must be a pair"),
        ({"messages": [{"distance_m": [math.nan, 1.0]}]}, "must be a number from 0"),
        ({"messages": [{"distance_m": {"fast": [1, 2]}}]}, "must be a number from 0"),
        ({"messages": [{"after": "later"}]}, "entry, dark or seconds"),
        ({"messages": [{"after": "entry"}]}, "give its id as of"),
        ({"messages": [{"words": "Drop"}]}, "must be a list"),
        ({"messages": [{"words": [""]}]}, "must be a list of texts"),
        ({"messages": [{"of": "box"}]}, "must be a whole number"),
        ({"messages": [{"foot": 1}]}, "must be true or false"),
        ({"at_most": -1}, "must be a whole number from 0"),
        ({"at_most": True}, "must be a whole number from 0"),
        ({"at_most": 1.5}, "must be a whole number from 0"),
        ({"duty_at_most": "a quarter"}, "must be a number from 0"),
        ({"never": [{"before": "noon"}]}, "must be passed"),
        ({"never": [{"say": "shout"}]}, "is none of"),
        ({"never": "STOP"}, "must be a list"),
    ],
)
def test_a_slip_is_refused_in_one_sentence(raw, sentence):
    with pytest.raises(ExpectationError, match=sentence.replace("?", r"\?")) as caught:
        expectation_of(raw)
    assert str(caught.value).startswith("expect")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("raw", [None, 3, "silence", []])
def test_anything_but_a_mapping_is_refused(raw):
    with pytest.raises(ExpectationError, match="must be a mapping"):
        expectation_of(raw)
