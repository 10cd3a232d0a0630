"""A training begins from another one's weights, or says why it cannot."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, cast

import lightning as pl
import pytest
import torch

from followme_training.common.run_folder import Run
from followme_training.common.start import StartError, StartFrom
from followme_training.depth.data import DepthData
from followme_training.depth.module import DepthTask

NO_TRAINER = cast(pl.Trainer, None)


def weights(module: pl.LightningModule) -> dict[str, Any]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_it_begins_with_the_weights_of_the_other(trained: Path) -> None:
    module, _ = Run(trained).load(DepthTask, DepthData)
    learnt = weights(module)
    with torch.no_grad():
        for value in module.parameters():
            value.add_(1.0)
    start = StartFrom(Run(trained).checkpoint())
    start.setup(NO_TRAINER, module, "validate")
    assert not all(torch.equal(v, learnt[k]) for k, v in module.state_dict().items())
    start.setup(NO_TRAINER, module, "fit")
    assert all(torch.equal(v, learnt[k]) for k, v in module.state_dict().items())


def test_what_cannot_be_begun_from_is_named(trained: Path, tmp_path: Path) -> None:
    module, _ = Run(trained).load(DepthTask, DepthData)
    with pytest.raises(StartError, match=r"there is no checkpoint .*gone\.ckpt"):
        StartFrom(tmp_path / "gone.ckpt").setup(NO_TRAINER, module, "fit")
    half = tmp_path / "half.ckpt"
    half.write_bytes(Run(trained).checkpoint().read_bytes()[:1000])
    other = tmp_path / "other.ckpt"
    torch.save({"state_dict": {"network.weight": torch.zeros(3)}}, other)
    stranger = tmp_path / "stranger.ckpt"
    stranger.write_bytes(pickle.dumps(Path("x")))
    for file in (half, other, stranger):
        with pytest.raises(StartError, match=f"{file.name} does not fit .* the same network"):
            StartFrom(file).setup(NO_TRAINER, module, "fit")
