"""What each loss has to keep, whichever it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from followme_training.segmentation.losses import NAMES, LossInputError, make_loss
from tests.training.segmentation.losses.batches import WEIGHTS, drawn

Loss = Callable[[Tensor, Tensor], Tensor]


def loss_of(name: str) -> Loss:
    return make_loss(name, WEIGHTS if name == "balanced" else None)


every = pytest.mark.parametrize("loss", [loss_of(n) for n in NAMES], ids=NAMES)
weighted = pytest.mark.parametrize("name", ["cross_entropy", "balanced", "focal", "ohem"])


def gradient(loss: Loss, logits: Tensor, target: Tensor) -> Tensor:
    leaf = logits.detach().clone().requires_grad_()
    loss(leaf, target).backward()
    assert leaf.grad is not None
    return leaf.grad


@every
def test_one_number_that_can_be_differentiated(loss: Loss) -> None:
    logits, target = drawn()
    value = loss(logits, target)
    assert value.shape == ()
    assert value > 0
    assert gradient(loss, logits, target).abs().sum() > 0


@every
def test_derivatives_are_those_of_the_value(loss: Loss) -> None:
    logits, target = drawn(3)
    logits.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: loss(x, target), (logits,))


@every
@given(seed=st.integers(0, 1000))
def test_where_a_pixel_lies_changes_nothing(loss: Loss, seed: int) -> None:
    logits, target = drawn(seed)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(seed))

    def mixed(x: Tensor, channels: int) -> Tensor:
        flat = x.movedim(0, 1) if channels > 1 else x[None]
        return flat.reshape(channels, 40)[:, order].reshape(channels, 2, 4, 5)

    other = mixed(logits, 3).movedim(0, 1), mixed(target, 1)[0]
    assert loss(*other).item() == pytest.approx(loss(logits, target).item(), rel=1e-9)


@every
@given(seed=st.integers(0, 1000), garbage=st.sampled_from([7.0, -1e30, float("nan"), float("inf")]))
def test_a_pixel_without_label_has_no_influence(loss: Loss, seed: int, garbage: float) -> None:
    logits, target = drawn(seed)
    unknown = (target == 255)[:, None].expand_as(logits)
    other = torch.where(unknown, garbage, logits)
    assert loss(other, target) == loss(logits, target)
    slope = gradient(loss, other, target)
    assert torch.equal(slope, gradient(loss, logits, target))
    assert (slope[unknown] == 0).all()


@every
@given(seed=st.integers(0, 1000))
def test_the_same_added_to_all_logits_of_a_pixel_changes_nothing(loss: Loss, seed: int) -> None:
    logits, target = drawn(seed)
    value = loss(logits + 50.0, target).item()
    assert value == pytest.approx(loss(logits, target).item(), rel=1e-9)


@every
@given(seed=st.integers(0, 1000))
def test_right_is_cheapest_and_wrong_is_dear(loss: Loss, seed: int) -> None:
    logits, target = drawn(seed)
    sure = torch.nn.functional.one_hot(target.where(target < 255, 0), 3).movedim(-1, 1) * 40.0
    value = loss(logits, target)
    assert loss(sure.double(), target).item() == pytest.approx(0.0, abs=1e-9)
    assert 0 <= loss(sure.double(), target) < value
    assert loss(sure.double().roll(1, 1), target) > value


@every
@given(seed=st.integers(0, 1000))
def test_a_step_down_the_gradient_is_cheaper(loss: Loss, seed: int) -> None:
    logits, target = drawn(seed)
    step = 1e-3 * gradient(loss, logits, target)
    assert loss(logits - step, target) < loss(logits, target)


@every
@pytest.mark.parametrize("scale", [1e3, 1e30])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extreme_logits_give_numbers(loss: Loss, scale: float, dtype: torch.dtype) -> None:
    logits, target = drawn()
    extreme = (logits.sign() * scale).to(dtype)
    # all alike, and all but one alike, too
    extreme[0, :, 0, 0] = scale
    extreme[0, :, 0, 1] = -scale
    assert torch.isfinite(loss(extreme, target))
    assert torch.isfinite(gradient(loss, extreme, target)).all()


@every
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_floats_are_summed_in_whole_ones(loss: Loss, dtype: torch.dtype) -> None:
    logits, target = drawn()
    logits = logits.to(dtype)
    value = loss(logits, target)
    assert value.dtype == torch.float32
    assert value.item() == pytest.approx(loss(logits.float(), target).item())
    assert torch.isfinite(gradient(loss, 1e4 * logits, target)).all()


@every
def test_without_any_label_it_is_nothing(loss: Loss) -> None:
    logits, target = drawn()
    nothing = torch.full_like(target, 255)
    assert loss(logits, nothing) == 0
    assert (gradient(loss, logits, nothing) == 0).all()


@every
@pytest.mark.parametrize("only", [0, 2])
def test_absent_classes_give_numbers(loss: Loss, only: int) -> None:
    logits, target = drawn()
    alone = torch.where(target == 255, 255, only)
    assert torch.isfinite(loss(logits, alone))
    assert torch.isfinite(gradient(loss, logits, alone)).all()


@every
def test_one_pixel_is_enough(loss: Loss) -> None:
    logits = torch.zeros(1, 3, 1, 1, dtype=torch.float64)
    assert loss(logits, torch.tensor([[[1]]])) > 0


@every
@pytest.mark.parametrize(
    ("logits", "target", "words"),
    [
        (torch.zeros(1, 3, 4), torch.zeros(1, 4).long(), r"\(1, 3, 4\).*give \(B, C, H, W\)"),
        (torch.zeros(1, 3, 4, 5), torch.zeros(1, 5, 4).long(), r"\(1, 5, 4\) do not fit"),
        (torch.zeros(2, 3, 4, 5), torch.zeros(1, 4, 5).long(), r"\(1, 4, 5\) do not fit"),
        (torch.zeros(1, 3, 4, 5), torch.zeros(1, 4, 5), r"classes torch.float32; give floats and"),
        (torch.zeros(1, 3, 4, 5).long(), torch.zeros(1, 4, 5).long(), r"logits are torch.int64"),
        (torch.zeros(1, 3, 4, 5), torch.full((1, 4, 5), 3), r"class 3 is beyond the 3 of the"),
        (torch.zeros(1, 3, 4, 5), torch.full((1, 4, 5), -1), r"class -1 .*give 0 to 2, or 255"),
    ],
)
def test_what_does_not_fit_is_said(loss: Loss, logits: Tensor, target: Tensor, words: str) -> None:
    with pytest.raises(LossInputError, match=words):
        loss(logits, target)


@weighted
def test_equal_weights_change_nothing(name: str) -> None:
    logits, target = drawn()
    plain = make_loss("cross_entropy" if name == "balanced" else name)
    same = make_loss(name, torch.full((3,), 7.0))
    assert same(logits, target).item() == pytest.approx(plain(logits, target).item())


@weighted
def test_a_class_of_weight_0_has_no_influence(name: str) -> None:
    logits, target = drawn()
    loss = make_loss(name, torch.tensor([1.0, 0.0, 1.0]))
    slope = gradient(loss, logits, target)
    assert (slope.movedim(1, -1)[target == 1] == 0).all()
    alone = torch.full_like(target, 1)
    assert loss(logits, alone) == 0
    assert torch.isfinite(gradient(loss, logits, alone)).all()


@weighted
@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (torch.ones(2), r"\(2,\) do not fit 3 classes"),
        (torch.ones(3, 1), r"\(3, 1\) do not fit 3 classes"),
        (torch.tensor([1.0, -1.0, 1.0]), r"weight of class 1 is -1; give finite"),
        (torch.tensor([1.0, 1.0, float("nan")]), r"weight of class 2 is nan"),
        (torch.tensor([float("inf"), 1.0, 1.0]), r"weight of class 0 is inf"),
    ],
)
def test_weights_that_cannot_weigh_are_said(name: str, weights: Tensor, words: str) -> None:
    with pytest.raises(LossInputError, match=words):
        make_loss(name, weights)(*drawn())


@pytest.mark.parametrize(
    ("name", "weights", "words"),
    [
        ("focl", None, "loss 'focl' is unknown; did you mean 'focal'.*known are cross_entropy"),
        ("", None, "loss '' is unknown; known are"),
        ("balanced", None, "'balanced' needs class weights; give them, or choose 'cross_entropy'"),
        ("dice", WEIGHTS, "'dice' takes no class weights.*leave them out"),
        ("lovasz", WEIGHTS, "'lovasz' takes no class weights.*leave them out"),
    ],
)
def test_what_cannot_be_made_is_said(name: str, weights: Tensor | None, words: str) -> None:
    with pytest.raises(LossInputError, match=words):
        make_loss(name, weights)


def test_each_name_is_another_loss() -> None:
    logits, target = drawn()
    values = [round(loss_of(name)(logits, target).item(), 9) for name in NAMES if name != "ohem"]
    assert len(set(values)) == len(NAMES) - 1
