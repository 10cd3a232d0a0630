"""Weight files: safetensors only, which hold arrays and run no code."""

from __future__ import annotations

from pathlib import Path

import torch


class WeightsError(ValueError):
    """A file of weights that cannot be used; one sentence with file, value and mend."""


def read_safetensors(file: Path) -> dict[str, torch.Tensor]:
    """Read all tensors of a safetensors file.

    Raises
    ------
    WeightsError
        When there is no such file or it is no safetensors file.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors: dict[str, torch.Tensor] = load_file(file)
    except OSError as error:
        raise WeightsError(
            f"{file}: cannot be read ({error.strerror or error}); give the file of weights"
        ) from error
    except SafetensorError as error:
        raise WeightsError(f"{file}: is no safetensors file ({error}); fetch it again") from error
    return tensors
