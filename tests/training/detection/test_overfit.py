"""The reference backbones, and the one that ships, learn two images by heart.

MobileNetV1-0.25 does so in test_module.
"""

from __future__ import annotations

import math

import pytest
import torch

from followme_training.detection.module import DetectionTask

from .conftest import NAMES, SIZE_HW
from .test_module import GRID, batch_of


@pytest.mark.parametrize(
    ("backbone", "classes", "largest_error"),
    [
        # a whole ResNet takes its time: its landmarks are not waited for
        ("resnet18", ["face"], math.inf),
        ("resnet50", ["face"], math.inf),
        ("efficientnet_lite0", ["face"], 0.15),
        ("efficientnet_lite0", list(NAMES), math.inf),
    ],
    ids=["resnet18", "resnet50", "efficientnet_lite0", "efficientnet_lite0, many classes"],
)
def test_two_images_are_learned_by_heart(boxes_zip, backbone, classes, largest_error) -> None:
    torch.manual_seed(0)
    landmarks = len(classes) == 1
    learner = DetectionTask(classes, SIZE_HW, landmarks, backbone=backbone, width=16, anchors=GRID)
    batch = batch_of(boxes_zip, classes, 2)
    optimiser = torch.optim.AdamW(learner.parameters(), 3e-3)
    # two images are too few for running means: those of the batch stay in use
    learner.train()
    figures: dict[str, float] = {}
    for step in range(1, 61):
        optimiser.zero_grad()
        torch.stack(list(learner.loss_parts(learner(batch.rgb), batch).values())).sum().backward()
        torch.nn.utils.clip_grad_norm_(learner.parameters(), 5.0)
        optimiser.step()
        # as soon as it is learned
        if step % 5 == 0:
            learner._figures.clear()
            learner.validation_step(batch, 0)
            figures = learner._figures.result()
            error = figures["landmark_error"] if landmarks else 0.0
            # where no face is found yet there is no error either: NaN
            if figures["ap50"] > 0.9 and error < largest_error:
                return
    pytest.fail(f"not learnt by heart in 60 steps: {figures}")
