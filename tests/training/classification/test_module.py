"""What the task learns, what it refuses, what it begins from, and that a break changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from followme_training.classification.batches import Batch
from followme_training.classification.data import ClassificationData
from followme_training.classification.module import ClassificationTask
from followme_training.classification.networks import Layout
from followme_training.common.command import main
from followme_training.common.finite import NonFiniteLossError
from followme_training.common.run_folder import Run
from followme_training.common.start import StartError
from followme_training.datasets.errors import DataError
from tests.training.classification.tiny_data import write_digits, write_settings
from tests.training.stopping import digest

LAYOUT = Layout("fully_connected", (12, 12, 1), 10, 32, 1)


def task(**changed: object) -> ClassificationTask:
    torch.manual_seed(0)
    made = ClassificationTask(**{"layout": LAYOUT, **changed})  # type: ignore[arg-type]
    made.log = lambda *_, **__: None  # type: ignore[method-assign, assignment]
    return made


def batch(share: float = 1.0) -> Batch:
    images = torch.zeros(2, 1, 12, 12)
    return Batch(images, torch.tensor([1, 2]), torch.tensor([2, 1]), share, np.arange(2))


def test_a_finished_run_has_learnt(trained_classifier: Path) -> None:
    curves = Run(trained_classifier).curves()
    assert curves["train/loss"][-1][1] < 0.5 * curves["train/loss"][0][1]
    assert curves["val/accuracy"][-1][1] > 0.9


def test_a_mixture_costs_its_shares() -> None:
    learner = task()
    whole, mixed = learner.training_step(batch(), 0), learner.training_step(batch(0.25), 0)
    other = learner.training_step(batch()._replace(labels=torch.tensor([2, 1])), 0)
    assert mixed.item() == pytest.approx(0.25 * whole.item() + 0.75 * other.item(), rel=1e-6)


def test_a_loss_that_is_no_number_stops_with_the_names_of_the_images() -> None:
    learner = task()
    learner.network.head.bias.data[0] = float("nan")
    with pytest.raises(NonFiniteLossError, match=r"cross_entropy nan.* image 0, image 1"):
        learner.training_step(batch(), 0)


def test_class_weights_have_to_fit() -> None:
    with pytest.raises(ValueError, match="2 class weights do not fit 10 classes"):
        task(class_weights=(1.0, 2.0))


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        (Layout("convolutional", (12, 12, 1), 9, 4, 2), "classes is 9, the data have 10"),
        (Layout("convolutional", (12, 10, 1), 10, 4, 2), r"give \[12, 12, 1\]"),
        (Layout("convolutional", (12, 12, 3), 10, 4, 2), r"give \[12, 12, 1\]"),
    ],
)
def test_data_of_another_kind_are_refused(layout: Layout, words: str, tmp_path: Path) -> None:
    data = ClassificationData(write_digits(tmp_path / "m.npz", 60))
    with pytest.raises(DataError, match=words):
        task(layout=layout).check_data(data)


def test_only_few_images_of_each_class_are_learnt_from_when_asked(tmp_path: Path) -> None:
    file = write_digits(tmp_path / "m.npz", 200)
    data = ClassificationData(file, hold_out_every=5, per_class=3, batch_size=8)
    assert data.training_images.counts.tolist() == [3] * 10
    assert data.validation_images.counts.tolist() == [4] * 10
    assert data.test_images is None
    everything = ClassificationData(file, hold_out_every=0)
    assert len(everything.training_images) == 200
    assert everything.val_dataloader() == []
    with pytest.raises(DataError, match="nothing is held out"):
        _ = everything.validation_images


def test_validation_sees_each_image_once_and_unchanged(tmp_path: Path) -> None:
    data = ClassificationData(write_digits(tmp_path / "m.npz", 130), hold_out_every=2)
    seen = list(data.val_dataloader())
    images = torch.cat([b.images for b in seen])
    expected = data.validation_images.images[..., 0]
    assert torch.equal(images[:, 0], torch.from_numpy(expected).float())


def test_a_frozen_trunk_keeps_its_weights_and_its_norms(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, epochs=2)
    options = ["--model.frozen_epochs", "-1", "--ema_decay", "0"]
    assert main(["classification", "fit", "-c", str(settings), *options]) == 0
    last = torch.load(Run(tmp_path / "run").checkpoint("last"), weights_only=True)["state_dict"]
    trunk = {k: v for k, v in last.items() if k.startswith("network.trunk.")}
    # the run's own beginning: the same seed, nothing learnt
    assert main(["classification", "fit", "-c", str(settings), *without_learning(tmp_path)]) == 0
    first = torch.load(Run(tmp_path / "first").checkpoint("last"), weights_only=True)["state_dict"]
    assert all(torch.equal(v, first[k]) for k, v in trunk.items())
    assert not torch.equal(last["network.head.weight"], first["network.head.weight"])


def without_learning(folder: Path) -> list[str]:
    root = f"--trainer.default_root_dir={folder / 'first'}"
    frozen = ["--model.frozen_epochs=-1", "--model.recipe.lr=0", "--trainer.max_epochs=1"]
    return [root, *frozen, "--ema_decay=0"]


def test_a_trunk_is_taken_over_and_its_head_is_not(trained_classifier: Path) -> None:
    best = Run(trained_classifier).checkpoint("best")
    begun = task(layout=Layout("fully_connected", (12, 12, 1), 3, 32, 1), trunk=best)
    state = torch.load(best, weights_only=True)["state_dict"]
    for name, value in begun.network.trunk.state_dict().items():
        assert torch.equal(value, state[f"network.trunk.{name}"])
    assert begun.network.head.weight.shape == (3, 32)


def test_a_trunk_that_does_not_fit_is_said(trained_classifier: Path, tmp_path: Path) -> None:
    best = Run(trained_classifier).checkpoint("best")
    with pytest.raises(StartError, match=r"best\.ckpt does not fit .*size mismatch"):
        task(layout=Layout("fully_connected", (12, 12, 1), 10, 5, 1), trunk=best)
    (tmp_path / "x.ckpt").write_bytes(b"no checkpoint")
    with pytest.raises(StartError, match=r"x\.ckpt does not fit"):
        task(trunk=tmp_path / "x.ckpt")
    # only who trains needs the file
    with pytest.raises(StartError, match=r"there is no checkpoint .*none\.ckpt"):
        task(trunk=tmp_path / "none.ckpt").setup("fit")


def test_a_checkpoint_of_other_classes_is_refused() -> None:
    learner = task()
    learner.class_names = ("a", "b")
    with pytest.raises(DataError, match=r"is of 3 classes \(x, y, z \.\.\.\), the data have 2"):
        learner.on_load_checkpoint({"followme_classes": ["x", "y", "z"]})
    learner.on_load_checkpoint({"followme_classes": ["a", "b"]})


def test_a_resumed_run_equals_an_unbroken_one(tmp_path: Path) -> None:
    states = []
    for name, stop in (("whole", None), ("broken", 2)):
        folder = tmp_path / name
        folder.mkdir()
        settings = write_settings(folder, epochs=4)
        base = ["classification", "fit", "-c", str(settings), "--data.augmentation.mixup", "0.2"]
        if stop:
            callback = "--trainer.callbacks+=tests.training.stopping.StopsBeforeEpoch"
            with pytest.raises(InterruptedError):
                main([*base, callback, "--trainer.callbacks.epoch", str(stop)])
            base += ["--ckpt_path", str(folder / "run" / "checkpoints" / "last.ckpt")]
        assert main(base) == 0
        model = Run(folder / "run").load(ClassificationTask, ClassificationData, "last")[0]
        states.append(digest(model))
    assert states[0] == states[1]
