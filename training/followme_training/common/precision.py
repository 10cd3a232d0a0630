"""Which number formats a processor can train in."""

from __future__ import annotations

import torch


class PrecisionError(ValueError):
    """A number format that this machine has no instructions for."""


def check_precision(precision: str, accelerator: str) -> None:
    """Refuse bfloat16 on a processor that only imitates it.

    Without ``avx512_bf16`` or AMX a step takes fourteen times as long as in float32.

    Raises
    ------
    PrecisionError
        When ``precision`` is a bf16 one, the run is on the processor and it has no such
        instructions.
    """
    on_cpu = accelerator == "cpu" or (accelerator == "auto" and not torch.cuda.is_available())
    if on_cpu and precision.startswith("bf16") and not _has_bfloat16():
        raise PrecisionError(
            f"trainer.precision is {precision!r}, but this processor only imitates bfloat16 and "
            "would be many times slower; use '32-true' here"
        )


def _has_bfloat16() -> bool:
    ask = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in ask)
