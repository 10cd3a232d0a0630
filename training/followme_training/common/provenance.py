"""Where a result comes from: commit, machine, versions."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path

_PACKAGES = ("torch", "torchvision", "lightning", "onnx", "onnxruntime", "numpy")


def commit() -> str:
    """Return the commit of the sources, "+" behind it where they were changed since."""
    git = shutil.which("git")
    here = Path(__file__).resolve().parent
    if git is None:
        return "unknown"
    found = subprocess.run(
        [git, "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=+"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or "unknown"


def machine() -> str:
    """Return processor and number of cores in words."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def versions() -> dict[str, str]:
    """Return the versions of what the figures depend on."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def sha256(file: Path) -> str:
    """Return the digest of a file, in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
