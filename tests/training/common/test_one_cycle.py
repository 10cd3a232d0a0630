from __future__ import annotations

import pytest
import torch

from followme_training.common.one_cycle import risen_and_fallen


def rates(total_steps: int, warm_up: float) -> list[float]:
    """Return the rate of each step; its peak is 1."""
    optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    _, [schedule] = risen_and_fallen(optimiser, total_steps, warm_up, moves_momentum=False)
    found = []
    for _ in range(total_steps):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule["scheduler"].step()
    return found


def test_rates_rise_to_their_peak_and_fall_to_nothing() -> None:
    found = rates(21, 0.25)
    assert max(found) == pytest.approx(1.0, abs=0.05)
    assert found.index(max(found)) in (4, 5)
    assert found[0] == pytest.approx(1 / 25)
    assert found[-1] < 1e-4
    assert sorted(found[:5]) == found[:5]
    assert sorted(found[5:], reverse=True) == found[5:]


@pytest.mark.parametrize(("total_steps", "warm_up"), [(4, 0.25), (5, 0.2), (1, 0.25), (2, 0.5)])
def test_a_rise_of_one_step_has_rates_too(total_steps: int, warm_up: float) -> None:
    found = rates(total_steps, warm_up)
    assert all(0.0 <= rate <= 1.0 for rate in found)
