"""A small residual network for images of 32 pixels."""

from __future__ import annotations

from torch import Tensor, nn

from followme_training.classification.networks.classifier import Standardised, convolution


class ResidualBlock(nn.Module):
    """Two convolutions whose result is added to what came in.

    He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.

    Parameters
    ----------
    width : int
        Channels.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.change = nn.Sequential(convolution(width, width), convolution(width, width))

    def forward(self, x: Tensor) -> Tensor:
        changed: Tensor = self.change(x)
        return x + changed


class Residual(nn.Module):
    """A ResNet with few layers at full size, made for short trainings.

    The layout of Page's ResNet-9 ("How to Train Your ResNet", 2018): a convolution, then three
    stages that double the channels and halve the size, with residual blocks in the first and the
    last, then the largest value over all places.

    Parameters
    ----------
    channels : int
        Of the image.
    width : int
        Channels of the first convolution; the last stage has eight times as many.
    depth : int
        Residual blocks in the first and in the last stage; 1 is ResNet-9.
    """

    def __init__(self, channels: int, width: int, depth: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [Standardised(channels), convolution(channels, width)]
        for stage, blocks in enumerate((depth, 0, depth)):
            inside, outside = width * 2**stage, width * 2 ** (stage + 1)
            layers += [convolution(inside, outside), nn.MaxPool2d(2)]
            layers += [ResidualBlock(outside) for _ in range(blocks)]
        self.width = 8 * width
        self.layers = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten())

    def forward(self, x: Tensor) -> Tensor:
        """Return features (B, 8 width) of images (B, C, H, W), 0 to 255."""
        found: Tensor = self.layers(x)
        return found
