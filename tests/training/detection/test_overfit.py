"""The reference backbones learn two images by heart, with one class and with many."""

from __future__ import annotations

import pytest
import torch

from followme_training.detection.loss import LossSettings
from followme_training.detection.module import DetectionTask

from .conftest import NAMES, SIZE_HW
from .test_module import GRID, batch_of


@pytest.mark.parametrize(
    ("classes", "landmarks", "loss"),
    [
        (["face"], True, LossSettings()),
        (list(NAMES), False, LossSettings(classes="focal", boxes="giou")),
    ],
    ids=["one class", "many classes"],
)
@pytest.mark.parametrize("backbone", ["resnet18", "resnet50"])
def test_two_images_are_learned_by_heart(boxes_zip, backbone, classes, landmarks, loss) -> None:
    torch.manual_seed(0)
    learner = DetectionTask(
        classes, SIZE_HW, landmarks, backbone=backbone, width=16, anchors=GRID, loss=loss
    )
    batch = batch_of(boxes_zip, classes, 2)
    optimiser = torch.optim.AdamW(learner.parameters(), 3e-3)
    # two images are too few for running means: those of the batch stay in use
    learner.train()
    for _ in range(30):
        optimiser.zero_grad()
        torch.stack(list(learner.loss_parts(learner(batch.rgb), batch).values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 5.0)
        optimiser.step()
    learner.validation_step(batch, 0)
    assert learner._figures.result()["ap50"] > 0.9
