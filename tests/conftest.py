"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real images, or skip where it is absent."""
    given = os.environ.get("FOLLOWME_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real images are absent: {folder} is no folder (set FOLLOWME_DATA)")
    return folder
