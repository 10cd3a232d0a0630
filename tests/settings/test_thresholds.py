"""Scores of classes as a text: what is taken, and how a mistake is said."""

from __future__ import annotations

import pytest

from followme.settings import (
    FaceDetectorSettings,
    ObjectDetectorSettings,
    SettingsError,
    build,
    scores_by_name,
)


@pytest.mark.parametrize(
    ("text", "scores"),
    [
        ("", {}),
        ("  ", {}),
        ("door=0.4", {"door": 0.4}),
        (" potted plant = .25 ,door=1", {"potted plant": 0.25, "door": 1.0}),
        ("door=0", {"door": 0.0}),
    ],
)
def test_names_and_scores_are_read(text, scores):
    assert scores_by_name(text) == scores


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("door", "door"),
        ("door=", "door="),
        ("=0.5", "=0.5"),
        ("door=high", "door=high"),
        ("door=1.1", "door=1.1"),
        ("door=-0.1", "door=-0.1"),
        ("door=nan", "door=nan"),
        ("door=0.4,", ""),
        ("door=0.4, door=0.5", "door=0.5"),
        ("door=0.4; chair=0.3", "door=0.4; chair=0.3"),
    ],
)
@pytest.mark.parametrize("kind", [FaceDetectorSettings, ObjectDetectorSettings])
def test_another_text_is_refused_in_one_sentence(kind, text, odd):
    with pytest.raises(SettingsError) as refused:
        build(kind, {"thresholds": text})
    said = str(refused.value)
    assert said.startswith(f"thresholds: {odd!r} is no NAME=SCORE")
    assert said.endswith("write it as 'door=0.4, chair=0.3'") and "\n" not in said


def test_other_tiles_are_refused_with_the_ones_there_are():
    with pytest.raises(SettingsError, match="tiles: '3x1' is none of 1x1, 2x1, 2x2"):
        build(ObjectDetectorSettings, {"tiles": "3x1"})
