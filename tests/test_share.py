from __future__ import annotations

import os
from pathlib import Path

import pytest

from followme import share
from followme.share import share_path


@pytest.fixture
def installed(tmp_path, monkeypatch) -> Path:
    """Let FollowMe lie in an install space of its own and return that."""
    module = tmp_path / "install" / "lib" / "python3" / "site-packages" / "followme" / "share.py"
    module.parent.mkdir(parents=True)
    module.touch()
    monkeypatch.setattr(share, "__file__", str(module))
    monkeypatch.delenv("AMENT_PREFIX_PATH", raising=False)
    return tmp_path / "install"


def a_file(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


def test_nothing_anywhere_is_said_in_one_sentence(installed):
    with pytest.raises(FileNotFoundError) as missing:
        share_path("config", "followme.yaml")
    assert str(missing.value) == (
        "config/followme.yaml of FollowMe is missing (looked at nowhere): build or install it again"
    )


def test_the_places_that_were_looked_at_are_named(installed, monkeypatch):
    monkeypatch.setenv("AMENT_PREFIX_PATH", os.pathsep.join(["/none/a", "", "/none/b"]))
    with pytest.raises(FileNotFoundError) as missing:
        share_path("models", "depth.onnx")
    assert "/none/a/share/followme/models/depth.onnx" in str(missing.value)
    assert "/none/b/share/followme/models/depth.onnx" in str(missing.value)


def test_an_installed_file_lies_in_share_of_the_first_prefix_that_has_it(
    installed, tmp_path, monkeypatch
):
    empty, first, second = tmp_path / "empty", tmp_path / "first", tmp_path / "second"
    wanted = a_file(first / "share" / "followme" / "config" / "followme.yaml")
    a_file(second / "share" / "followme" / "config" / "followme.yaml")
    monkeypatch.setenv("AMENT_PREFIX_PATH", os.pathsep.join(map(str, (empty, first, second))))
    assert share_path("config", "followme.yaml") == wanted


def test_a_checkout_goes_before_what_is_installed(tmp_path, monkeypatch):
    checkout, prefix = tmp_path / "checkout", tmp_path / "prefix"
    monkeypatch.setattr(share, "__file__", str(a_file(checkout / "src" / "followme" / "share.py")))
    a_file(prefix / "share" / "followme" / "config" / "followme.yaml")
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(prefix))
    a_file(checkout / "config" / "followme.yaml")
    assert share_path("config", "followme.yaml").is_relative_to(prefix)  # not a checkout yet
    a_file(checkout / "package.xml")
    assert share_path("config", "followme.yaml").is_relative_to(checkout)


def test_a_folder_is_found_as_well(installed, monkeypatch):
    folder = a_file(installed / "share" / "followme" / "rviz" / "followme.rviz").parent
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(installed))
    assert share_path("rviz") == folder
