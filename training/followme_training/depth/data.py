"""Batches of images with depth, for training and validation."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from followme_training.common.resampling import resized_rgb
from followme_training.common.samples import Samples
from followme_training.datasets.held_out import measured_on
from followme_training.datasets.image_data import AugmentedViews, ImageData, rgb_tensor
from followme_training.datasets.nyuv2 import NyuZip, split_scenes
from followme_training.depth.augmentation import Augmentation, augmented
from followme_training.depth.rgbd_folder import read_rgbd_folder
from followme_training.depth.sample import DepthSample, nyu_samples
from followme_training.depth.walks import read_walks


class DepthBatch(NamedTuple):
    """What a step gets.

    Parameters
    ----------
    rgb : (B, 3, H, W) float tensor
        Red, green, blue, 0 to 255, at the input size.
    depth_m : (B, 1, h, w) tensor
        Truth in metres, NaN unknown; at the input size in training, at its own in validation.
    camera : (B, 4) tensor
        fx, fy, cx, cy at the input size.
    names : list of str
        Of the images, for messages.
    """

    rgb: torch.Tensor
    depth_m: torch.Tensor
    camera: torch.Tensor
    names: list[str]


class WholeImages(Dataset[tuple[DepthSample, DepthSample]]):
    """Images as the network will see them, each with its original.

    Parameters
    ----------
    images : sequence of DepthSample
        The originals.
    size_hw : tuple of two ints
        Height and width of the input.
    """

    def __init__(self, images: Samples[DepthSample], size_hw: tuple[int, int]) -> None:
        self._images = images
        self._size_hw = size_hw

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> tuple[DepthSample, DepthSample]:
        sample = self._images[index]
        return resized(sample, self._size_hw), sample


def resized(sample: DepthSample, size_hw: tuple[int, int]) -> DepthSample:
    """Return a sample as the runtime resizes it: averaged where it shrinks, else linear."""
    (height, width), (h, w) = size_hw, sample.rgb.shape[:2]
    depth_m = cv2.resize(sample.depth_m, (width, height), interpolation=cv2.INTER_NEAREST)
    camera = sample.camera.scaled(width / w, height / h)
    rgb = resized_rgb(sample.rgb, size_hw)
    return DepthSample(sample.name, rgb, np.asarray(depth_m, np.float32), camera)


def collated(samples: list[DepthSample]) -> DepthBatch:
    """Return a batch of samples of one size."""
    return DepthBatch(
        rgb_tensor([s.rgb for s in samples]),
        torch.from_numpy(np.stack([s.depth_m for s in samples]))[:, None],
        torch.tensor([[s.camera.fx, s.camera.fy, s.camera.cx, s.camera.cy] for s in samples]),
        [s.name for s in samples],
    )


def collated_pairs(pairs: list[tuple[DepthSample, DepthSample]]) -> DepthBatch:
    """Return a batch of inputs with the depth of their originals."""
    batch = collated([inputs for inputs, _ in pairs])
    depth_m = torch.from_numpy(np.stack([original.depth_m for _, original in pairs]))[:, None]
    return batch._replace(depth_m=depth_m)


class DepthData(ImageData):
    """NYUv2 for training and validation, by scenes; RGB-D folders and rendered walks beside it.

    Parameters
    ----------
    nyuv2 : Path
        The zip file.
    folders : list of Path
        Further RGB-D folders (7-Scenes or TUM), used for training only.
    walks : list of Path
        Scripted walks of FollowMe in YAML, rendered, used for training only.
    walk_every_s : float
        Seconds between two images of a walk.
    size_hw : list of two ints
        Height and width of the network's input.
    batch_size : int
        Images a step and process.
    hold_out_every : int
        Each so manieth scene is for validation; 0 trains with all of them.
    workers : int
        Processes that prepare batches; 0 prepares them in the training process.
    seed : int
        Of order and augmentation.
    augmentation : Augmentation
        How much is changed in training.
    """

    def __init__(
        self,
        nyuv2: Path,
        folders: list[Path] | None = None,
        walks: list[Path] | None = None,
        walk_every_s: float = 0.5,
        size_hw: tuple[int, int] = (192, 256),
        batch_size: int = 8,
        hold_out_every: int = 8,
        workers: int = 0,
        seed: int = 0,
        augmentation: Augmentation = Augmentation(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(size_hw, batch_size, workers, seed)
        self.training_images: list[DepthSample] = []
        self.validation_images: list[DepthSample] = []
        self._nyuv2 = Path(nyuv2)
        self._folders = [Path(f) for f in folders or []]
        self._walks = [Path(f) for f in walks or []]
        self._walk_every_s = walk_every_s
        self._every = hold_out_every
        self._augmentation = augmentation

    @property
    def holds_out(self) -> bool:
        """Whether validation images are of scenes that are not trained on."""
        return self._every != 0

    def setup(self, stage: str | None = None) -> None:
        """Read the images; a second call does nothing.

        Raises
        ------
        DataError
            When the data cannot be used, or no scene is held out though some were to be.
        """
        if self.validation_images or self.training_images:
            return
        archive = NyuZip(self._nyuv2)
        train, held = split_scenes(archive.info.ids, self._every)
        numbers = measured_on(train, held, self._every, str(self._nyuv2))
        self.validation_images = nyu_samples(archive, numbers)
        if stage not in ("validate", "test", "predict"):
            self.training_images = nyu_samples(archive, train)
            for folder in self._folders:
                self.training_images += read_rgbd_folder(folder)
            self.training_images += read_walks(self._walks, self._walk_every_s)
            self.check_enough(len(self.training_images))

    def train_dataloader(self) -> DataLoader[DepthSample]:
        augment = partial(augmented, size_hw=self.size_hw, a=self._augmentation)
        return self.training_loader(AugmentedViews(self.training_images, augment), collated)

    def val_dataloader(self) -> DataLoader[tuple[DepthSample, DepthSample]]:
        images = WholeImages(self.validation_images, self.size_hw)
        return DataLoader(images, self.batch_size, collate_fn=collated_pairs)
