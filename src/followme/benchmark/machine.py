"""Which machine, versions and networks a figure belongs to."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path
from typing import Any

from followme.outputs.versions import versions
from followme.perception.card import card_path
from followme.perception.model_file import find_model
from followme.perception.session import CONTRACTS
from followme.settings import ModelSettings


def machine() -> dict[str, Any]:
    """Return what a figure must say about where it was measured."""
    return {
        "processor": _processor(Path("/proc/cpuinfo")),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        # other programs on the cores make each figure larger
        "load_1min": round(os.getloadavg()[0], 2),
        "versions": versions(),
        "models": {task: {"file": file.name, "sha256": digest(file)} for task, file in models()},
    }


def models() -> list[tuple[str, Path]]:
    """Return task and file of each network that comes along, with its card."""
    found = []
    for task in CONTRACTS:
        file = find_model(task, ModelSettings())
        if file is not None and card_path(file).is_file():
            found.append((task, file))
    return found


def missing_models() -> list[str]:
    """Return the tasks that have no network here."""
    there = {task for task, _ in models()}
    return [task for task in CONTRACTS if task not in there]


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _processor(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
