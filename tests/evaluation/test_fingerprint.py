"""A log is of the same walk, settings and version, or it is of another run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followme.evaluation import fingerprint as module
from followme.evaluation.fingerprint import fingerprint
from followme.evaluation.grid import GridError
from followme.evaluation.perceiving import settings_for
from followme.settings import ObstacleFusionSettings, ZoneSettings
from tests.evaluation.corridors import written


def test_a_file_that_is_gone_is_named(tmp_path):
    with pytest.raises(GridError, match=r"absent\.yaml' cannot be read"):
        fingerprint(tmp_path / "absent.yaml", "sensor")


def test_the_same_gives_the_same(tmp_path):
    path = written(tmp_path)
    assert fingerprint(path, "sensor") == fingerprint(path, "sensor")


def test_a_walk_that_was_changed_gives_another(tmp_path):
    path = written(tmp_path)
    before = fingerprint(path, "sensor")
    path.write_text(path.read_text() + "# a word\n")
    assert fingerprint(path, "sensor") != before


def test_another_setting_gives_another(tmp_path, monkeypatch):
    path = written(tmp_path)
    before = fingerprint(path, "sensor")
    later = replace(
        settings_for("sensor"), obstacles=ObstacleFusionSettings(zones=ZoneSettings(warn_s=3.1))
    )
    monkeypatch.setattr(module, "settings_for", lambda _: later)
    assert fingerprint(path, "sensor") != before


def test_another_version_gives_another(tmp_path, monkeypatch):
    path = written(tmp_path)
    before = fingerprint(path, "sensor")
    monkeypatch.setattr(module, "__version__", "99")
    assert fingerprint(path, "sensor") != before
