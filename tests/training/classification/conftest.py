"""A classifier that trains in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.classification.tiny_data import write_settings


@pytest.fixture(scope="session")
def trained_classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished tiny run; its settings lie beside it."""
    from followme_training.common.command import main

    folder = tmp_path_factory.mktemp("classification")
    settings = write_settings(folder)
    assert main(["classification", "fit", "--config", str(settings)]) == 0
    return folder / "run"
