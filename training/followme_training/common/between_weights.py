"""Weights between those that a training began from and those at which it ended.

Who goes on from a finished network with other images gains there and loses something of what was
known. Half way, on the straight line between both, networks are often better than at either end
(Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022), and cost no more time than
one of them. It holds for weights of one training that went on, not for two that began apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import lightning as pl
import torch

from followme_training.common.arguments import verb_parser
from followme_training.common.files import write_with
from followme_training.common.fitting import CHECKPOINTS
from followme_training.common.run_folder import SHARE, Run
from followme_training.common.start import CLASSES, StartFrom

#: Name of the checkpoint.
BETWEEN = "between"
# What is read of a checkpoint beside its weights.
_KEPT = ("epoch", CLASSES)


class BetweenError(ValueError):
    """A share that cannot be; one sentence with value and mend."""


def between(
    start: dict[str, Any], end: dict[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Return ``(1 - share) * start + share * end`` of each tensor; whole numbers are the end's.

    Parameters
    ----------
    start, end : dict of str to tensor
        State dicts of one network.
    share : float
        Of the end, 0 to 1.

    Raises
    ------
    BetweenError
        When the share is not.
    """
    if not 0.0 <= share <= 1.0:
        raise BetweenError(f"share is {share:g}; give 0 (the start) to 1 (the end of the training)")
    return {
        name: start[name].lerp(value, share) if value.is_floating_point() else value
        for name, value in end.items()
    }


def write_between(
    run: Run,
    model: type[pl.LightningModule],
    data: type[pl.LightningDataModule],
    checkpoint: str,
    start: Path,
    share: float,
) -> Path:
    """Write checkpoint :data:`BETWEEN` beside a run's own; return the file.

    Parameters
    ----------
    run : Run
        The training.
    model, data : type
        What it trained, and on what.
    checkpoint : str
        Of the run: best or last.
    start : Path
        What the run was begun from.
    share : float
        See :func:`between`.

    Raises
    ------
    BetweenError
        When the share is not 0 to 1.
    StartError
        When the start is of another network.
    """
    ended, images = run.load(model, data, checkpoint)
    images.setup("fit")
    began = deepcopy(ended)
    StartFrom(start, images).fill(began)
    state = between(began.state_dict(), ended.state_dict(), share)
    saved = torch.load(run.checkpoint(checkpoint), map_location="cpu", weights_only=True)
    kept = {key: saved[key] for key in _KEPT if key in saved}
    kept |= {"state_dict": state, SHARE: share}
    target = run.folder / CHECKPOINTS / f"{BETWEEN}.ckpt"
    write_with(target, lambda part: torch.save(kept, part))
    return target


def between_verb(
    task: str,
    model: type[pl.LightningModule],
    data: type[pl.LightningDataModule],
    arguments: Sequence[str],
) -> int:
    """Do the verb ``between`` of a task; return the exit code.

    Parameters
    ----------
    task : str
        Whose verb it is.
    model, data : type
        What it trains, and on what.
    arguments : sequence of str
        Of the command line, after the verb.
    """
    words = "Averages the weights of a run with those that it began from."
    parser = verb_parser(task, "between", words)
    parser.add_argument("run", type=Path, help="default_root_dir of the training")
    parser.add_argument("--checkpoint", default="best", help="best (default) or last")
    parser.add_argument("--start", type=Path, required=True, help="what the run was begun from")
    parser.add_argument("--share", type=float, default=0.5, help="of the run's end, 0 to 1; 0.5")
    given = parser.parse_args(arguments)
    run = Run(given.run)
    written = write_between(run, model, data, given.checkpoint, given.start, given.share)
    print(f"{written}: now evaluate or export it with --checkpoint {BETWEEN}")
    return 0
