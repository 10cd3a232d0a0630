"""The reference backbones learn two images by heart; the light ones: see test_module."""

from __future__ import annotations

import pytest
import torch

from followme_training.detection.module import DetectionTask

from .conftest import SIZE_HW
from .test_module import GRID, batch_of


@pytest.mark.parametrize("backbone", ["resnet18", "resnet50"])
def test_two_images_are_learned_by_heart(boxes_zip, backbone) -> None:
    torch.manual_seed(0)
    learner = DetectionTask(["face"], SIZE_HW, True, backbone=backbone, width=16, anchors=GRID)
    batch = batch_of(boxes_zip, ["face"], 2)
    optimiser = torch.optim.AdamW(learner.parameters(), 3e-3)
    # two images are too few for running means: those of the batch stay in use
    learner.train()
    reached = 0.0
    for step in range(1, 41):
        optimiser.zero_grad()
        torch.stack(list(learner.loss_parts(learner(batch.rgb), batch).values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 5.0)
        optimiser.step()
        # as soon as it is learned: a whole ResNet-50 takes its time
        if step % 5 == 0:
            learner._figures.clear()
            learner.validation_step(batch, 0)
            reached = learner._figures.result()["ap50"]
            if reached > 0.9:
                break
    assert reached > 0.9
