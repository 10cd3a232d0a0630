"""The average of weights forgets its beginning, and then remembers as long as it is asked to."""

from __future__ import annotations

import pytest
import torch

from followme_training.common.averaging import AveragedWeights, AveragingError, decay_after


def test_it_forgets_early_and_remembers_late() -> None:
    assert decay_after(0, 0.998) == 0.1
    assert decay_after(8, 0.998) == 0.5
    assert decay_after(90, 0.998) == pytest.approx(0.91)
    assert decay_after(4489, 0.998) < 0.998 == decay_after(4490, 0.998) == decay_after(10**6, 0.998)
    assert decay_after(1000, 0.5) == 0.5
    assert decay_after(5, 0.0) == 0.0


def test_a_short_training_is_judged_by_what_it_learned() -> None:
    # fifty steps towards 1 from a random beginning at 0
    average = AveragedWeights(0.999)
    weight = torch.zeros(3)
    for step in range(50):
        weight = average._average(weight, torch.ones(3), torch.tensor(step))
    assert float(weight.min()) > 0.999
    torch.testing.assert_close(
        average._average(torch.zeros(3), torch.ones(3), 10**6), torch.full((3,), 0.001)
    )


@pytest.mark.parametrize("decay", [1.0, -0.1, 2.0, float("nan")])
def test_what_is_no_decay_is_said(decay: float) -> None:
    with pytest.raises(AveragingError, match=rf"ema_decay is {decay:g}; give 0 to below 1"):
        AveragedWeights(decay)
