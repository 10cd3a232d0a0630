"""A GAN that trains in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.gan.tiny_images import write_settings


@pytest.fixture(scope="session")
def trained_gan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a finished run on two kinds of images; its settings lie beside it."""
    from followme_training.common.command import main

    folder = tmp_path_factory.mktemp("gan")
    assert main(["gan", "fit", "--config", str(write_settings(folder))]) == 0
    return folder / "run"
