"""A trunk that begins from what a run on other classes has learnt."""

from __future__ import annotations

from pathlib import Path

import torch

from followme_training.classification.networks import Classifier
from followme_training.common.start import StartError

_PREFIX = "network.trunk."


def load_trunk(network: Classifier, checkpoint: Path) -> None:
    """Fill the trunk of a network from the checkpoint of a run.

    Parameters
    ----------
    network : Classifier
        Its last layer stays as it is.
    checkpoint : Path
        ``best.ckpt`` or ``last.ckpt`` of a run of the same trunk.

    Raises
    ------
    StartError
        When there is no such file, or its trunk is another.
    """
    if not checkpoint.is_file():
        raise StartError(
            f"trunk: there is no checkpoint {checkpoint}; give the best.ckpt or last.ckpt of a run"
        )
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
        trunk = {k.removeprefix(_PREFIX): v for k, v in state.items() if k.startswith(_PREFIX)}
        network.trunk.load_state_dict(trunk)
    except Exception as error:
        # torch's errors for a truncated file, a pickle and other shapes share no base
        words = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
        raise StartError(
            f"trunk: {checkpoint} does not fit ({words}); give a checkpoint of the same network"
        ) from error
