"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# No deadlines: timing belongs to the bench. Continuous integration draws the same examples each
# time, so that a change is judged by what it changed; who tests by hand looks for new ones.
hypothesis.settings.register_profile("hand", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "hand")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real images, or skip where it is absent."""
    given = os.environ.get("FOLLOWME_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real images are absent: {folder} is no folder (set FOLLOWME_DATA)")
    return folder


@pytest.fixture
def no_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a FollowMe that comes without networks, whatever lies in models/."""

    def absent(*parts: str) -> Path:
        raise FileNotFoundError("/".join(parts))

    monkeypatch.setattr("followme.perception.model_file.share_path", absent)
