"""The onset log of a run: a line a message, between a head that says which run, and its result.

Results are scored from this file and never from the times of topics. A run whose log is whole need
not be run again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from followme.evaluation.evidence import Evidence
from followme.evaluation.walk_record import Heard
from followme.outputs.files import strict, write_bytes

#: Changes whenever an older log can no longer be read, or its figures mean something else.
VERSION = 1
_HEAD = "followme_onset_log"


class LogError(ValueError):
    """A log that cannot be used; one sentence with the file, the reason and the mend."""


@dataclass(frozen=True)
class RunResult:
    """What became of one run.

    Parameters
    ----------
    run : mapping
        Which run: walk, name, speed_mps, pitch_deg, seed, sway, perception.
    shortfalls : tuple of str
        Promises that were not kept; empty when it is inside its windows.
    evidence : Evidence
        For the figures C1 to C3.
    onsets : tuple of mapping
        A row a message.
    """

    run: Mapping[str, Any]
    shortfalls: tuple[str, ...]
    evidence: Evidence
    onsets: tuple[Mapping[str, Any], ...] = ()


def onset_row(h: Heard, true_distance_m: float) -> dict[str, Any]:
    """Return the line of a message."""
    return {
        "onset_s": round(h.onset_s, 4),
        "stamp_s": round(h.stamp_s, 4),
        "latency_s": round(h.latency_s, 4),
        "priority": int(h.priority),
        "track_id": h.track_id,
        "zone": h.zone.name,
        "kind": h.kind.name,
        "side": h.side,
        "distance_m": _rounded(h.distance_m),
        "true_distance_m": _rounded(true_distance_m),
        "thing": h.thing,
        "key": h.key,
        "text": h.text,
        "outcome": h.outcome,
    }


def write_log(path: Path, result: RunResult) -> None:
    """Write a run; the file has its name only when it is whole.

    Raises
    ------
    OutputError
        When the folder or the disk refuses.
    """
    rows: list[Mapping[str, Any]] = [{_HEAD: VERSION, **result.run}]
    rows += result.onsets
    rows.append({"shortfalls": list(result.shortfalls), "evidence": result.evidence.as_row()})
    lines = [json.dumps(strict(row), allow_nan=False, ensure_ascii=True) for row in rows]
    write_bytes(path, ("\n".join(lines) + "\n").encode("ascii"))


def read_log(path: Path) -> RunResult:
    """Read a run.

    Raises
    ------
    LogError
        When the file cannot be read, is no log, is cut off, or is of another version.
    """
    try:
        rows = [json.loads(line) for line in path.read_text("ascii").splitlines()]
    except OSError as error:
        raise LogError(f"onset log {path}: it cannot be read, {error.strerror}") from error
    except ValueError as error:
        raise LogError(
            f"onset log {path}: it is damaged, remove it and run the walk again"
        ) from error
    head = rows[0] if rows else {}
    if not isinstance(head, dict) or _HEAD not in head:
        raise LogError(f"onset log {path}: it is none, its first line has no {_HEAD!r}")
    if head[_HEAD] != VERSION:
        raise LogError(
            f"onset log {path}: it is of version {head[_HEAD]!r}, this FollowMe reads {VERSION}; "
            "remove it and run the walk again"
        )
    tail = rows[-1]
    if not isinstance(tail, dict) or set(tail) != {"shortfalls", "evidence"}:
        raise LogError(f"onset log {path}: its end is missing, remove it and run the walk again")
    return RunResult(
        run={key: value for key, value in head.items() if key != _HEAD},
        shortfalls=tuple(tail["shortfalls"]),
        evidence=Evidence.of_row(tail["evidence"]),
        onsets=tuple(rows[1:-1]),
    )


def rows_of(
    heard: Sequence[Heard], true_distances_m: Sequence[float]
) -> tuple[dict[str, Any], ...]:
    """Return the lines of all messages of a run."""
    return tuple(onset_row(h, d) for h, d in zip(heard, true_distances_m, strict=True))


def _rounded(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
