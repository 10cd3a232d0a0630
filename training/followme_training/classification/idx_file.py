"""Files of MNIST's own format, IDX: a head of sizes, then the numbers, plain or gzipped.

LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 1998; the format
is described with the data set.
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from followme_training.datasets.errors import DataError

_UINT8 = 0x08


def read_idx(file: Path) -> NDArray[np.uint8]:
    """Read the array of a file.

    Raises
    ------
    DataError
        When it is missing, truncated, longer than its head says, or no IDX file of bytes.
    """
    try:
        data = file.read_bytes()
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{file}: cannot be read ({error}); fetch it again") from error
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] != _UINT8 or not 1 <= data[3] <= 4:
        raise DataError(f"{file}: is no IDX file of bytes; fetch it again")
    begin = 4 + 4 * data[3]
    if len(data) < begin:
        raise DataError(f"{file}: ends within its head; fetch it again")
    shape = tuple(int(n) for n in np.frombuffer(data[4:begin], ">u4"))
    count = math.prod(shape)
    if len(data) - begin != count:
        raise DataError(
            f"{file}: holds {len(data) - begin} bytes, its head says {count}; fetch it again"
        )
    return np.frombuffer(data, np.uint8, offset=begin).reshape(shape)
