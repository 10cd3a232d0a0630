from __future__ import annotations

import pytest
import torch

from followme_training.common.precision import PrecisionError, check_precision


@pytest.fixture(params=[False, True])
def has_bf16(request, monkeypatch) -> bool:
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        monkeypatch.setattr(torch.cpu, name, lambda: request.param, raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return bool(request.param)


@pytest.mark.parametrize("accelerator", ["cpu", "auto"])
def test_bfloat16_needs_a_processor_that_has_it(has_bf16: bool, accelerator: str) -> None:
    if has_bf16:
        check_precision("bf16-mixed", accelerator)
    else:
        with pytest.raises(PrecisionError, match=r"bf16-mixed.*use '32-true'"):
            check_precision("bf16-mixed", accelerator)


@pytest.mark.parametrize(
    ("precision", "accelerator"), [("None", "cpu"), ("32-true", "cpu"), ("bf16-mixed", "gpu")]
)
def test_all_else_goes_through(has_bf16: bool, precision: str, accelerator: str) -> None:
    check_precision(precision, accelerator)
