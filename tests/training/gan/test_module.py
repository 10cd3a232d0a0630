"""What is learnt, that a break changes nothing, and that a loss that is no number stops it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from followme_training.common.averaging import AveragingError
from followme_training.common.command import main
from followme_training.common.finite import NonFiniteLossError
from followme_training.common.run_folder import Run
from followme_training.datasets.errors import DataError
from followme_training.gan.data import Batch, GanData, scaled
from followme_training.gan.layout import Layout
from followme_training.gan.module import GanTask
from followme_training.gan.publication import loaded
from followme_training.gan.recipe import Recipe
from followme_training.gan.sampling import latents, network_sampler
from tests.training.gan.tiny_images import EPOCHS, shares, two_kinds, write_settings
from tests.training.stopping import digest

LAYOUT = Layout(4, 8, 8)


def fitted(folder: Path, *options: str, epochs: int = 2) -> Run:
    settings = write_settings(folder, epochs, 100)
    assert main(["gan", "fit", "-c", str(settings), *options]) == 0
    return Run(folder / "run")


def test_both_kinds_of_images_are_made(trained_gan: Path) -> None:
    found = loaded(trained_gan, "last")
    kinds = shares(found.sampler(latents(400, 4, 9)))
    assert min(kinds) > 0.2, kinds
    assert sum(kinds) > 0.8, kinds


def test_what_is_logged_says_how_steadily_it_learnt(trained_gan: Path) -> None:
    curves = Run(trained_gan).curves()
    for network in ("discriminator", "generator"):
        for figure in ("loss", "gradient"):
            assert len(curves[f"train/{network}_{figure}"]) == EPOCHS
    assert curves["val/fid"][-1][1] < 0.2 * curves["val/fid"][0][1]
    assert curves["val/kid"][-1][1] < curves["val/kid"][0][1]
    for name in ("accuracy_real", "accuracy_held_out", "accuracy_fake"):
        assert all(0 <= value <= 1 for _, value in curves[f"val/{name}"])
    # 240 images learnt from in batches of 16
    assert [value for _, value in curves["val/steps"]] == [15.0 * n for n in range(1, EPOCHS + 1)]
    assert (trained_gan / "fixed_noise" / f"epoch_{EPOCHS:04d}.png").is_file()


def test_each_network_fits_while_the_other_rests(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "g").mkdir()
    judged = fitted(tmp_path / "d", "--model.recipe.generator_lr=0", epochs=4).curves()
    losses = [value for _, value in judged["train/discriminator_loss"]]
    assert losses[-1] < 0.6 * losses[0]
    made = fitted(tmp_path / "g", "--model.recipe.discriminator_lr=0", epochs=4).curves()
    losses = [value for _, value in made["train/generator_loss"]]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    "options",
    [
        ["--model.recipe.gradient_penalty=0.1", "--model.recipe.penalty_every=2"],
        ["--model.loss=least_squares", "--model.layout.discriminator_norm=instance"],
    ],
)
def test_other_ways_to_learn_learn_too(options: list[str], tmp_path: Path) -> None:
    curves = fitted(tmp_path, *options, epochs=6).curves()
    assert curves["val/fid"][-1][1] < 0.7 * curves["val/fid"][0][1]
    assert ("train/penalty_loss" in curves) is ("penalty" in options[0])


@pytest.mark.parametrize("form", ["spectral", "batch norm and R1"])
def test_a_resumed_run_equals_an_unbroken_one(form: str, tmp_path: Path) -> None:
    extra = ["--model.diff_augment=[colour,translation,cutout]", "--data.views.flip=true"]
    if form != "spectral":
        extra += ["--model.layout.discriminator_norm=batch", "--model.layout.spectral=none"]
        extra += ["--model.recipe.gradient_penalty=1", "--model.recipe.penalty_every=3"]
    found = []
    for name, stop in (("whole", None), ("broken", 2)):
        folder = tmp_path / name
        folder.mkdir()
        settings = write_settings(folder, 4, 100)
        base = ["gan", "fit", "-c", str(settings), *extra]
        if stop:
            callback = "--trainer.callbacks+=tests.training.stopping.StopsBeforeEpoch"
            with pytest.raises(InterruptedError):
                main([*base, callback, "--trainer.callbacks.epoch", str(stop)])
            base += ["--ckpt_path", str(folder / "run" / "checkpoints" / "last.ckpt")]
        assert main(base) == 0
        run = Run(folder / "run")
        figures = {k: v for k, v in run.curves().items() if k != "hours"}
        found.append((digest(run.load(GanTask, GanData, "last")[0]), figures))
    assert found[0] == found[1]


def test_another_seed_is_another_run(tmp_path: Path) -> None:
    digests = set()
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        run = fitted(tmp_path / seed, "--seed_everything", seed, epochs=1)
        digests.add(digest(run.load(GanTask, GanData, "last")[0]))
    assert len(digests) == 2


def test_a_loss_that_is_no_number_stops_and_names_the_step(tmp_path: Path, capsys) -> None:
    settings = write_settings(tmp_path, 1, 100)
    options = ["--model.recipe.discriminator_lr", "1e38", "--model.layout.spectral", "none"]
    assert main(["gan", "fit", "-c", str(settings), *options]) == 2
    said = capsys.readouterr().err
    assert "step 0: the loss is not finite (discriminator_loss" in said
    assert "Traceback" not in said


def task(**changed: object) -> GanTask:
    torch.manual_seed(0)
    return GanTask(8, **{"layout": LAYOUT, "loss": "hinge", **changed})  # type: ignore[arg-type]


def fit_tiny(folder: Path, learner: GanTask, data: GanData) -> None:
    from lightning.pytorch import Trainer

    trainer = Trainer(
        accelerator="cpu",
        max_epochs=1,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
    )
    trainer.fit(learner, data)


def test_the_discriminator_sees_changed_images_only_in_both_steps(tmp_path: Path) -> None:
    write_settings(tmp_path, 1, 100)
    learner, hidden = task(diff_augment=("cutout",), measured_images=16), []

    def look(net: torch.nn.Module, given: tuple[torch.Tensor]) -> None:
        if net.training:
            hidden.append((given[0] == 0).all(1).flatten(1).any(1).float().mean().item())

    learner.discriminator.register_forward_pre_hook(look)
    fit_tiny(tmp_path, learner, GanData(tmp_path / "images", 8, batch_size=16))
    # five steps: real and made images for the discriminator, made ones for the generator
    assert hidden == [1.0] * 15


def test_images_that_are_no_numbers_are_said(tmp_path: Path) -> None:
    from torch.utils.data import DataLoader

    bad = Batch(scaled(two_kinds(4)) * torch.nan, np.arange(4))

    class Bad(GanData):
        def train_dataloader(self) -> DataLoader:
            return DataLoader([bad], batch_size=None)

    write_settings(tmp_path, 1, 100)
    data = Bad(tmp_path / "images", 8, batch_size=4)
    with pytest.raises(NonFiniteLossError, match=r"step 0: .* for image 0, image 1"):
        fit_tiny(tmp_path, task(measured_images=16), data)


def test_several_processes_are_refused() -> None:
    learner = task()
    learner._trainer = SimpleNamespace(world_size=2)  # type: ignore[assignment]
    with pytest.raises(DataError, match="in one process, 2 are asked for"):
        learner.setup("fit")


def test_the_mean_of_weights_follows_quickly_at_first() -> None:
    learner = task(ema_decay=0.99)
    before = [p.clone() for p in learner.network.parameters()]
    with torch.no_grad():
        for p in learner.generator.parameters():
            p.add_(1.0)
    learner._average(0)
    for mean, first in zip(learner.network.parameters(), before, strict=True):
        assert torch.allclose(mean, first + 0.9, atol=1e-5)
    learner._average(10**6)
    for mean, first in zip(learner.network.parameters(), before, strict=True):
        assert torch.allclose(mean, first + 0.9 + 0.1 * 0.01, atol=1e-5)


def test_the_discriminator_learns_again_after_the_generators_step(trained_gan: Path) -> None:
    found = loaded(trained_gan, "best")
    assert all(p.requires_grad for p in found.task.discriminator.parameters())
    assert not any(p.requires_grad for p in found.task.network.parameters())
    made = network_sampler(found.task.network)(latents(3, 4, 0))
    assert made.shape == (3, 8, 8, 3) and made.dtype == np.uint8


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: task(ema_decay=1.0), "ema_decay is 1; give 0 to below 1"),
        (lambda: task(measured_images=4), "measured_images is 4; give 16 or more"),
        (lambda: Recipe(generator_lr=-1.0), "generator_lr is -1; give 0 or more"),
        (lambda: Recipe(discriminator_lr=float("nan")), "discriminator_lr is nan"),
        (lambda: Recipe(beta1=1.0), "beta1 is 1; give 0 to below 1"),
        (lambda: Recipe(penalty_every=0), "penalty_every is 0; give 1 or more"),
    ],
)
def test_numbers_out_of_range_are_said(build, words: str) -> None:
    with pytest.raises((DataError, AveragingError), match=words):
        build()
