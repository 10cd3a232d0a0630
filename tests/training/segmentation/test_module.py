"""What the task learns from, how fast, and that every network can learn."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from followme_training.backbones import NAMES
from followme_training.common.finite import NonFiniteLossError
from followme_training.common.one_cycle import OneCycle
from followme_training.common.sgd import Sgd
from followme_training.datasets.errors import DataError
from followme_training.segmentation.class_balance import ClassWeights
from followme_training.segmentation.confusion import ConfusionMatrix
from followme_training.segmentation.data import TrainingBatch, Whole, collated
from followme_training.segmentation.known_classes import class_list
from followme_training.segmentation.losses import LossInputError, make_loss
from followme_training.segmentation.module import SegmentationTask
from followme_training.segmentation.sample import SegmentationSample

SIDE = 24


def task(**changed: object) -> SegmentationTask:
    torch.manual_seed(0)
    settings: dict[str, object] = {
        "backbone": "mobilenet_v2",
        "width": 16,
        "fine_width": 8,
        "rates": (1, 2, 3),
        "drop_path": 0.0,
        "dropout": 0.0,
    }
    return SegmentationTask(**{**settings, **changed})  # type: ignore[arg-type]


def room(number: int) -> SegmentationSample:
    """Return wall above floor with a door somewhere, and noise of its own."""
    random = np.random.default_rng(number)
    labels = np.ones((SIDE, SIDE), np.uint8)
    labels[16:] = 0
    left = 1 + 5 * number
    labels[5:16, left : left + 6] = 3
    labels[:2] = 255
    colours = {0: (60, 160, 60), 1: (200, 200, 180), 3: (150, 60, 30), 255: (0, 0, 0)}
    rgb = np.array([colours[int(v)] for v in labels.flat]).reshape(SIDE, SIDE, 3)
    rgb = rgb + random.normal(0.0, 6.0, (SIDE, SIDE, 3))
    return SegmentationSample(f"room {number}", np.clip(rgb, 0, 255).astype(np.uint8), labels)


def twice_as_large(sample: SegmentationSample) -> SegmentationSample:
    rgb, labels = (x.repeat(2, axis=0).repeat(2, axis=1) for x in (sample.rgb, sample.labels))
    return SegmentationSample(sample.name, rgb, labels)


STEPS = {"resnet18": 24, "resnet34": 22, "resnet50": 26, "resnet101": 14}
ROOMS = [room(i) for i in range(4)]


def steps(learner: SegmentationTask, batch: TrainingBatch, count: int, lr: float) -> list[float]:
    """Train, and return the loss before each step."""
    optimiser = torch.optim.AdamW(learner.parameters(), lr)
    learner.train()
    losses = []
    for _ in range(count):
        optimiser.zero_grad()
        loss = torch.stack(list(learner.loss_parts(batch).values())).sum()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize(
    ("backbone", "head"), [*((name, "v3plus") for name in NAMES), ("resnet18", "v3")]
)
def test_every_network_overfits_four_images(backbone: str, head: str) -> None:
    # without a decoder the map itself has to be fine: three cells across would show no door
    stride, rooms = (8, [twice_as_large(r) for r in ROOMS]) if head == "v3" else (16, ROOMS)
    learner = task(
        backbone=backbone, head=head, output_stride=stride, fine_strides=(8, 4), auxiliary=0.0
    )
    batch = collated(rooms)
    # from random weights narrow networks need more steps than wide ones, which cost more each
    losses = steps(learner, batch, STEPS.get(backbone, 36), 1e-2)
    with torch.no_grad():
        guess = learner.network(batch.rgb).argmax(1)
    assert losses[-1] < 0.4 * losses[0]
    assert is_learnt(guess, batch.labels), overlaps(guess, batch.labels)


def overlaps(guess: torch.Tensor, labels: torch.Tensor) -> dict[str, float]:
    """Return pixel accuracy, and IoU of each class that the four rooms show."""
    names = class_list("robot").names
    confusion = ConfusionMatrix(len(names))
    truth, said = (maps.flatten(0, 1).to(torch.uint8).numpy() for maps in (labels, guess))
    confusion.update(truth, said)
    found = confusion.summary(names)
    return {key: found[key] for key in ("pixel_accuracy", "iou/wall", "iou/floor", "iou/door")}


def is_learnt(guess: torch.Tensor, labels: torch.Tensor) -> bool:
    # seven in eight pixels are wall or floor: each class has to be found for itself
    found = overlaps(guess, labels)
    return found["pixel_accuracy"] > 0.88 and min(found.values()) > 0.5


def test_who_never_learnt_a_class_has_not_learnt_the_rooms() -> None:
    labels = collated(ROOMS).labels
    wall, door = 1, 3
    assert is_learnt(labels, labels)
    without = torch.where(labels == door, wall, labels)
    assert overlaps(without, labels)["pixel_accuracy"] > 0.87
    half = without.clone()
    # nor are two doors of four enough
    half[:2] = labels[:2]
    assert overlaps(half, labels)["pixel_accuracy"] > 0.88
    assert not is_learnt(without, labels) and not is_learnt(half, labels)


def test_validation_measures_whole_images_at_their_own_size() -> None:
    learner = task()
    names = learner.classes.names
    logged: dict[str, float] = {}
    learner.log = lambda name, value, **_: logged.__setitem__(name, value)  # type: ignore[assignment, misc]
    answer = torch.zeros(2, len(names), SIDE, SIDE)
    answer[:, names.index("wall")] = 1.0
    answer[:, names.index("floor"), SIDE // 2 :] = 2.0
    learner.network.forward = lambda rgb: answer[: len(rgb)]  # type: ignore[method-assign]
    truth = np.full((2 * SIDE, 4 * SIDE), names.index("wall"), np.uint8)
    truth[SIDE:] = names.index("floor")
    truth[:2] = 255
    rgb = np.zeros((*truth.shape, 3), np.uint8)
    samples = [SegmentationSample(name, rgb, truth) for name in "ab"]
    learner.validation_step(Whole((SIDE, SIDE))(samples), 0)
    learner.on_validation_epoch_end()
    assert logged["val/miou"] == pytest.approx(1.0, abs=0.03)
    assert logged["val/classes"] == 2
    learner.on_validation_epoch_end()
    # what was measured is not measured again
    assert np.isnan(logged["val/miou"])


def test_validation_leaves_the_padding_out() -> None:
    learner = task()
    wall, floor = (learner.classes.names.index(name) for name in ("wall", "floor"))
    logged: dict[str, float] = {}
    learner.log = lambda name, value, **_: logged.__setitem__(name, value)  # type: ignore[assignment, misc]
    # a high and a wide image: both are right in the upper left corner, and wrong in the padding
    truths = [np.full(size, wall, np.uint8) for size in ((SIDE, 8), (10, SIDE))]
    answer = torch.zeros(2, len(learner.classes), SIDE, SIDE)
    answer[:, floor] = 1.0
    answer[0, wall, :, :8] = answer[1, wall, :10] = 2.0
    learner.network.forward = lambda rgb: answer  # type: ignore[method-assign]
    samples = [SegmentationSample("a", np.zeros((*t.shape, 3), np.uint8), t) for t in truths]
    learner.validation_step(Whole((SIDE, SIDE), keep_aspect_ratio=True)(samples), 0)
    learner.on_validation_epoch_end()
    assert logged["val/miou"] == logged["val/pixel_accuracy"] == 1.0


def test_losses_are_sums_in_32_bits_whatever_the_network_computes_in() -> None:
    learner = task(auxiliary=0.4, lovasz=0.5)
    batch = collated(ROOMS[:2])
    logits = 4.0 * torch.randn(2, len(learner.classes), SIDE, SIDE).to(torch.bfloat16)
    learner.network.with_auxiliary = lambda rgb: (logits, logits)  # type: ignore[method-assign]
    with torch.autocast("cpu", torch.bfloat16):
        parts = learner.loss_parts(batch)
    exact = logits.float()
    learner.network.with_auxiliary = lambda rgb: (exact, exact)  # type: ignore[method-assign]
    assert {k: float(v) for k, v in parts.items()} == {
        k: float(v) for k, v in learner.loss_parts(batch).items()
    }


def test_a_pixel_of_no_class_teaches_nothing() -> None:
    learner = task(auxiliary=0.4, lovasz=0.5)
    batch = collated(ROOMS[:2])
    nothing = batch._replace(labels=torch.full_like(batch.labels, 255))
    parts = learner.loss_parts(nothing)
    assert set(parts) == {"cross_entropy", "lovasz_added", "auxiliary"}
    torch.stack(list(parts.values())).sum().backward()
    assert all(float(p) == 0.0 for p in parts.values())
    gradients = [p.grad for p in learner.parameters() if p.grad is not None]
    assert all((g == 0).all() for g in gradients)


def test_the_auxiliary_loss_is_that_share_of_the_second_answer() -> None:
    learner = task(auxiliary=0.4).eval()
    batch = collated(ROOMS[:2])
    logits, second = learner.network.with_auxiliary(batch.rgb)
    parts = learner.loss_parts(batch)
    loss = make_loss("cross_entropy")
    assert float(parts["cross_entropy"]) == pytest.approx(float(loss(logits, batch.labels)))
    assert second is not None
    expected = 0.4 * float(loss(second, batch.labels))
    assert float(parts["auxiliary"]) == pytest.approx(expected, rel=1e-5)
    assert set(task(auxiliary=0.0).loss_parts(batch)) == {"cross_entropy"}


def test_rare_classes_weigh_more_where_asked() -> None:
    data = SimpleNamespace(training_images=ROOMS)
    batch = collated(ROOMS)
    logits = torch.randn(4, 12, SIDE, SIDE)
    values = {}
    for name, weights in (
        ("none", ClassWeights()),
        ("root", ClassWeights("median_frequency", power=0.5)),
        ("full", ClassWeights("median_frequency")),
    ):
        learner = task(class_weights=weights)
        learner.weigh(data)  # type: ignore[arg-type]
        values[name] = float(learner._loss(logits, batch.labels))
    assert len(set(values.values())) == 3
    balanced = task(loss="balanced")
    balanced.weigh(data)  # type: ignore[arg-type]
    assert float(balanced._loss(logits, batch.labels)) == pytest.approx(values["full"])
    # when it is built, before an image is read or another variant of a study is trained
    with pytest.raises(LossInputError, match="'dice' takes no class weights"):
        task(loss="dice", class_weights=ClassWeights("median_frequency"))


def rates(learner: SegmentationTask, count: int) -> np.ndarray:
    """Return the rates (steps, groups) that an optimiser goes through."""
    learner._trainer = SimpleNamespace(estimated_stepping_batches=count)  # type: ignore[assignment]
    [optimiser], [schedule] = learner.configure_optimizers()
    assert schedule["interval"] == "step"
    found = []
    for _ in range(count):
        found.append([group["lr"] for group in optimiser.param_groups])
        optimiser.step()
        schedule["scheduler"].step()
    return np.array(found)


def test_the_backbone_is_slower_by_its_factor() -> None:
    for learner in (
        task(optimiser=OneCycle(lr=1e-2, backbone_factor=0.1)),
        task(recipe="sgd", sgd=Sgd(lr=1e-2, backbone_factor=0.1)),
    ):
        found = rates(learner, 30)
        assert found.max() == pytest.approx(1e-2, rel=2e-3)
        assert found.max(axis=1) / found.min(axis=1) == pytest.approx(np.full(30, 10.0))


def test_sgd_falls_by_steps_or_by_a_power() -> None:
    step = Sgd(lr=1.0, backbone_factor=1.0, schedule="step", step_every=4, step_factor=0.9)
    found = rates(task(recipe="sgd", sgd=step), 10)[:, 0]
    assert found == pytest.approx([1.0] * 4 + [0.9] * 4 + [0.81] * 2)
    poly = Sgd(lr=1.0, backbone_factor=1.0, power=0.9)
    found = rates(task(recipe="sgd", sgd=poly), 10)[:, 0]
    assert found == pytest.approx([(1 - i / 10) ** 0.9 for i in range(10)])


def test_the_gradient_is_clipped_by_the_recipe_that_is_used() -> None:
    for recipe, expected in (("one_cycle", 0.5), ("sgd", 7.0)):
        learner = task(recipe=recipe, optimiser=OneCycle(clip=0.5), sgd=Sgd(clip=7.0))
        seen = []
        learner.clip_gradients = lambda _, clip, how, seen=seen: seen.append((clip, how))  # type: ignore[method-assign, misc]
        learner.configure_gradient_clipping(None)
        assert seen == [(expected, "norm")]


def test_a_batch_that_makes_no_number_is_named() -> None:
    learner = task()
    batch = collated(ROOMS[:2])
    bad = batch._replace(rgb=batch.rgb * float("nan"))
    with pytest.raises((NonFiniteLossError, LossInputError), match=r"room 0|finite"):
        learner.training_step(bad, 0)


def test_a_checkpoint_of_other_classes_is_refused() -> None:
    trained, other = task(), task(classes="nyu13")
    checkpoint = {"state_dict": trained.state_dict()}
    trained.on_save_checkpoint(checkpoint)
    trained.on_load_checkpoint(checkpoint)
    with pytest.raises(DataError, match=r"is of 12 classes \(floor, wall, ceiling \.\.\.\)"):
        other.on_load_checkpoint(checkpoint)
    # as many, in another order
    renamed = {**checkpoint, "followme_classes": list(reversed(trained.classes.names))}
    with pytest.raises(DataError, match=r"is of 12 classes \(other, person"):
        trained.on_load_checkpoint(renamed)
    # of the time before names were kept
    del checkpoint["followme_classes"]
    trained.on_load_checkpoint(checkpoint)
    with pytest.raises(DataError, match="is of 12 classes"):
        other.on_load_checkpoint(checkpoint)


def test_training_from_a_checkpoint_of_other_classes_stops_before_it_begins(
    trained_segmentation: Path, nyu_zip: Path, tmp_path: Path, capsys
) -> None:
    from followme_training.common.command import main
    from tests.training.segmentation.conftest import write_settings

    settings = write_settings(tmp_path, nyu_zip, epochs=3)
    resumed = ["--ckpt_path", str(trained_segmentation / "checkpoints" / "last.ckpt")]
    command = ["segmentation", "fit", "-c", str(settings), "--data.classes", "nyu13", *resumed]
    assert main(command) == 2
    assert "choose the list that it was trained with" in capsys.readouterr().err


def test_a_run_whose_settings_were_changed_is_refused(trained_segmentation: Path, tmp_path) -> None:
    import shutil

    from followme_training.common.run_folder import Run, RunError
    from followme_training.segmentation.data import SegmentationData

    shutil.copytree(trained_segmentation, tmp_path / "run")
    config = tmp_path / "run" / "config.yaml"
    config.write_text(config.read_text().replace("classes: robot", "classes: nyu13"))
    with pytest.raises(RunError, match=r"best\.ckpt: does not fit config\.yaml .*size mis"):
        Run(tmp_path / "run").load(SegmentationTask, SegmentationData)
