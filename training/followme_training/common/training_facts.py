"""What card and report say of how a network was trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from followme_training.common.provenance import commit, machine, versions
from followme_training.common.run_folder import Run


def training_facts(run: Run, checkpoint: str, task: str, data: str) -> dict[str, Any]:
    """Return what the card says of the training.

    Parameters
    ----------
    run : Run
        The training.
    checkpoint : str
        best, last or between.
    task : str
        Under which the reports lie.
    data : str
        What was trained and measured on, in words.
    """
    config = run.config
    begun = {"begun_from": config["start"]} if config.get("start") else {}
    share = run.share(checkpoint)
    if share is not None:
        begun["share_of_the_way"] = share
    return {
        "commit": commit(),
        "config": f"training/reports/{task}/{run.folder.name}/config.yaml",
        "data": data,
        "epochs": run.epoch(checkpoint),
        "of_epochs": config.get("trainer", {}).get("max_epochs"),
        "seed": config.get("seed_everything"),
        "hours": run.hours(),
        **begun,
    }


def report_facts(facts: Mapping[str, Any], command: str, runtime_ms: float) -> dict[str, str]:
    """Return what the report says beside its figures: the card's facts, and where it was made."""
    return {k: str(v) for k, v in facts.items()} | {
        "command": command,
        "machine": machine(),
        "runtime": f"{runtime_ms:.1f} ms an image, onnxruntime, one thread",
        "versions": ", ".join(f"{k} {v}" for k, v in versions().items()),
    }
