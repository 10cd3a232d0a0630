"""What the task learns from, and that metres do not depend on the lens."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from followme_training.common.finite import NonFiniteLossError
from followme_training.common.one_cycle import OneCycle
from followme_training.datasets.pinhole import Pinhole
from followme_training.depth.data import DepthBatch, collated
from followme_training.depth.module import DepthTask, LossWeights
from followme_training.depth.network import Prediction
from followme_training.depth.sample import DepthSample

SIZE_HW = (48, 64)
FOCAL_PX = 52.0


def task(**changed: object) -> DepthTask:
    torch.manual_seed(0)
    settings: dict[str, object] = {
        "backbone": "mobilenet_v2",
        "decoder_widths": (8, 8, 8, 8, 8),
        "drop_path": 0.0,
        "dropout": 0.0,
        "focal_length_px": FOCAL_PX,
    }
    return DepthTask(**{**settings, **changed})  # type: ignore[arg-type]


def wall(distance_m: float, focal_px: float) -> DepthSample:
    """Render a wall with a square of 1 m on it, straight ahead, through a given lens."""
    height, width = SIZE_HW
    v, u = np.mgrid[:height, :width].astype(float)
    x = (u - (width - 1) / 2) * distance_m / focal_px
    y = (v - (height - 1) / 2) * distance_m / focal_px
    inside = np.maximum(np.abs(x), np.abs(y)) < 0.5
    rgb = np.where(inside[..., None], (220, 60, 40), (60, 90, 160)).astype(np.uint8)
    camera = Pinhole(focal_px, focal_px, (width - 1) / 2, (height - 1) / 2)
    return DepthSample("wall", rgb, np.full(SIZE_HW, distance_m, np.float32), camera)


def test_twice_the_focal_length_at_twice_the_distance_is_the_same_lesson() -> None:
    near, far = wall(1.5, FOCAL_PX), wall(3.0, 2 * FOCAL_PX)
    assert (near.rgb == far.rgb).all()
    learner = task()
    one, other = collated([near]), collated([far])
    prediction = learner(one.rgb)
    plain = LossWeights(normal=0.0)
    learner._loss = plain
    first = learner.loss_parts(prediction, one)
    second = learner.loss_parts(prediction, other)
    assert {k: v.item() for k, v in first.items()} == pytest.approx(
        {k: v.item() for k, v in second.items()}
    )


@pytest.mark.parametrize("focal_px", [FOCAL_PX, 0.7 * FOCAL_PX, 1.9 * FOCAL_PX])
def test_metres_follow_the_focal_length(focal_px: float) -> None:
    """A network that sees canonical metres gives true ones by any lens."""
    learner = task()
    sample = wall(2.0, focal_px)
    canonical_m = 2.0 * FOCAL_PX / focal_px
    said = Prediction(
        torch.full((1, 1, *SIZE_HW), float(np.log(canonical_m))), torch.zeros(1, 1, *SIZE_HW)
    )
    learner.network.forward = lambda rgb: said  # type: ignore[method-assign]
    (errors,) = learner.errors(collated([sample]))
    assert errors.abs_rel == pytest.approx(0.0, abs=1e-5)
    parts = learner.loss_parts(said, collated([sample]))
    assert float(parts["absolute"]) == pytest.approx(0.0, abs=1e-5)
    assert float(parts["normal"]) == pytest.approx(0.0, abs=1e-5)


def test_after_training_both_lenses_give_true_metres() -> None:
    learner = task(loss=LossWeights(normal=0.0, gradient=0.0, gaussian=0.0))
    scenes = [(d, f) for d in (1.5, 2.2, 3.0) for f in (FOCAL_PX, 1.5 * FOCAL_PX)]
    batch = collated([wall(d, f) for d, f in scenes])
    optimiser = torch.optim.AdamW(learner.parameters(), 4e-3)
    learner.train()
    for _ in range(60):
        optimiser.zero_grad()
        loss = torch.stack(list(learner.loss_parts(learner(batch.rgb), batch).values())).sum()
        loss.backward()
        optimiser.step()
    errors = learner.errors(batch)
    assert max(e.abs_rel for e in errors) < 0.12
    # the same weights, told a wrong focal length, are wrong by that factor
    lied = batch._replace(camera=batch.camera * torch.tensor([2.0, 2.0, 1.0, 1.0]))
    assert min(e.abs_rel for e in learner.errors(lied)) > 0.7


def test_each_loss_can_be_left_out() -> None:
    batch = collated([wall(2.0, FOCAL_PX)])
    for name in ("scale_invariant", "absolute", "gradient", "normal", "gaussian"):
        learner = task(loss=LossWeights(**{name: 0.0}))
        parts = learner.loss_parts(learner(batch.rgb), batch)
        assert len(parts) == 4
        assert name not in parts


def test_a_batch_that_makes_no_number_is_named() -> None:
    learner = task()
    batch = collated([wall(2.0, FOCAL_PX)])
    bad = DepthBatch(batch.rgb * float("nan"), batch.depth_m, batch.camera, ["nyuv2/0042"])
    with pytest.raises(NonFiniteLossError, match="nyuv2/0042"):
        learner.training_step(bad, 0)


def test_unknown_depth_teaches_nothing() -> None:
    learner = task()
    sample = wall(2.0, FOCAL_PX)
    batch = collated([sample])
    nothing = batch._replace(depth_m=torch.full_like(batch.depth_m, float("nan")))
    parts = learner.loss_parts(learner(batch.rgb), nothing)
    assert all(torch.isfinite(v) for v in parts.values())
    assert float(torch.stack(list(parts.values())).sum()) == pytest.approx(0.0, abs=1e-3)
    assert learner.errors(nothing) == []


def test_rates_rise_and_fall_and_the_backbone_is_slower() -> None:
    learner = task(optimiser=OneCycle(lr=1e-2, backbone_factor=0.1, warm_up=0.25))

    class Length:
        estimated_stepping_batches = 40

    learner._trainer = Length()  # type: ignore[assignment]
    [optimiser], [schedule] = learner.configure_optimizers()
    rates = []
    for _ in range(40):
        rates.append([group["lr"] for group in optimiser.param_groups])
        optimiser.step()
        schedule["scheduler"].step()
    highest = [max(r) for r in rates]
    assert max(highest) == pytest.approx(1e-2, rel=0.01)
    assert 8 <= int(np.argmax(highest)) <= 11
    assert highest[0] < 5e-4
    assert highest[-1] < 1e-4
    assert max(min(r) for r in rates) == pytest.approx(1e-3, rel=0.01)
