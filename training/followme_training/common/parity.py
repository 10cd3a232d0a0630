"""Each engine of the runtime says what the network says, or the file is not shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from followme_training.common.onnx_file import (
    Engine,
    ExportError,
    Measure,
    largest_difference,
    largest_gap,
    onnxruntime_engine,
    openvino_engine,
)


class Limit(NamedTuple):
    """How far an output may be from the network's.

    Parameters
    ----------
    at_most : float
        The most that ``measure`` may give.
    measure : callable
        From two arrays of one output to how much they differ.
    """

    at_most: float
    measure: Measure = largest_gap


def changed_share(one: NDArray[np.generic], other: NDArray[np.generic]) -> float:
    """Return the share of values that differ: for classes, where a gap means nothing."""
    return float(np.mean(one != other))


def check_parity(
    network: Engine,
    onnx: Path,
    images: Sequence[NDArray[Any]],
    limits: Mapping[str, Limit],
) -> str:
    """Compare the engines with the network; return what was found.

    Parameters
    ----------
    network : callable
        The network itself.
    onnx : Path
        The file that the engines run.
    images : sequence of (H, W, 3) uint8
        At the input size.
    limits : mapping of str to Limit
        By output.

    Raises
    ------
    ExportError
        When an engine differs by more than a limit.
    """
    said = []
    engines = {"onnxruntime": onnxruntime_engine(onnx), "openvino": openvino_engine(onnx)}
    measures = {output: limit.measure for output, limit in limits.items()}
    for name, engine in engines.items():
        if engine is None:
            continue
        worst = largest_difference(network, engine, images, measures)
        for output, gap in worst.items():
            if not gap <= limits[output].at_most:
                raise ExportError(
                    f"{onnx.name}: {output} by {name} differs from the network by {gap:.3g}, "
                    f"at most {limits[output].at_most:g} is allowed; do not ship it"
                )
        said.append(f"{name} within " + ", ".join(f"{g:.1e} ({o})" for o, g in worst.items()))
    return "parity: " + "; ".join(said)
