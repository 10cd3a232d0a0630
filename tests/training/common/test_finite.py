from __future__ import annotations

import pytest
import torch

from followme_training.common.finite import NonFiniteLossError, stop_if_not_finite


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_step_part_and_images_are_named(bad: float) -> None:
    parts = {"absolute": torch.tensor(0.5), "gradient": torch.tensor(bad)}
    with pytest.raises(NonFiniteLossError) as stopped:
        stop_if_not_finite(parts, ["nyuv2/0003", "nyuv2/0004"], 17)
    for word in ("step 17", f"gradient {bad:g}", "absolute 0.5", "nyuv2/0003, nyuv2/0004"):
        assert word in str(stopped.value)


def test_finite_losses_go_on() -> None:
    stop_if_not_finite({"absolute": torch.tensor(0.5)}, ["a"], 0)
    stop_if_not_finite({}, [], 0)
