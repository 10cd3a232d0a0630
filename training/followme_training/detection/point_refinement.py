"""A second look at the landmarks of a face, which is cut out of the image upright.

An anchor says where five points are from features at its own place, eight pixels or more apart.
Here each face is turned upright and brought to one size by what was said, and a small network says
anew where its points are: coarse to fine, as in Sun et al., "Deep Convolutional Network Cascade for
Facial Point Detection", CVPR 2013. Faces are cut out as in Jaderberg et al., "Spatial Transformer
Networks", NeurIPS 2015.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from followme_training.detection.convolutions import Kind
from followme_training.detection.iou import pairwise_iou
from followme_training.detection.sample import MIRRORED

#: Left eye, right eye, nose, left and right mouth corner of a face seen from the front, in
#: distances of the eyes.
FRONTAL_FACE = ((-0.5, -0.45), (0.5, -0.45), (0.0, 0.05), (-0.38, 0.5), (0.38, 0.5))
#: At most so many faces of an image are looked at again, the surest first.
MOST_FACES = 16
#: What is less sure is not worth it.
LEAST_SCORE = 0.1
# Of so many of the surest boxes, and those that overlap a surer one by more are the same face.
_RIVALS = 64
_SAME_FACE_IOU = 0.6
#: Of the sides of crop and features.
STRIDE = 16


class RefinementError(ValueError):
    """A second look that cannot be; one sentence with value and mend."""


@dataclass(frozen=True)
class Refinement:
    """The second look.

    Parameters
    ----------
    side_px : int
        Of the square that a face is brought to; a multiple of 16.
    reach : float
        From the middle of the points to the edge of the square, in distances of the eyes.
    width : int
        Channels of the first convolution.
    place_noise, point_noise, size_noise, turn_noise_rad : float
        Standard deviations of what the first look is taken to be wrong by in training: all points
        together and each on its own in distances of the eyes, the logarithm of the size, the angle.
        Each face is given a fifth to nearly twice of it.
    beta : float
        Error, in half sides of the square, up to which its square counts.
    """

    side_px: int = 48
    reach: float = 1.6
    width: int = 24
    place_noise: float = 0.08
    point_noise: float = 0.07
    size_noise: float = 0.12
    turn_noise_rad: float = 0.12
    beta: float = 0.02

    def __post_init__(self) -> None:
        if self.side_px < STRIDE or self.side_px % STRIDE:
            raise RefinementError(
                f"model.refinement.side_px is {self.side_px}; give a multiple of {STRIDE}"
            )
        for name in ("reach", "width", "beta"):
            if not getattr(self, name) > 0:
                raise RefinementError(
                    f"model.refinement.{name} is {getattr(self, name)}; give a number above 0"
                )
        for name in ("place_noise", "point_noise", "size_noise", "turn_noise_rad"):
            if not getattr(self, name) >= 0:
                raise RefinementError(
                    f"model.refinement.{name} is {getattr(self, name)}; give 0 or more"
                )


class Frames(NamedTuple):
    """Squares in an image: a place u of -1 to 1 lies at ``centre + axes @ u``, in pixels.

    Parameters
    ----------
    centre : (K, 2) tensor
        Of each.
    axes : (K, 2, 2) tensor
        A turn times half the side.
    """

    centre: Tensor
    axes: Tensor

    def to_image(self, places: Tensor) -> Tensor:
        """Return pixels (K, P, 2) of places in the squares."""
        return self.centre[:, None] + places @ self.axes.transpose(1, 2)

    def from_image(self, pixels: Tensor) -> Tensor:
        """Return places of pixels (K, P, 2); undoes :meth:`to_image`."""
        # a turn times a length: its transpose undoes the turn, the length is divided by twice
        square = self.axes[:, :, 0].square().sum(1)[:, None, None]
        return (pixels - self.centre[:, None]) @ self.axes / square


def frontal_face(points: Tensor) -> Tensor:
    """Return :data:`FRONTAL_FACE` (5, 2) about its middle, of the type and device of points."""
    face = torch.tensor(FRONTAL_FACE, dtype=points.dtype, device=points.device)
    return face - face.mean(0)


def upright(points: Tensor, reach: float) -> Frames:
    """Return the squares in which faces with points (K, 5, 2) stand as :data:`FRONTAL_FACE` does.

    Turn and size are those by which that face comes nearest to the points, in the least squares
    (Umeyama, "Least-squares estimation of transformation parameters", PAMI 1991, in a plane).
    """
    face = frontal_face(points)
    centre = points.mean(1)
    x, y = (points - centre[:, None]).unbind(2)
    along = (x * face[:, 0] + y * face[:, 1]).sum(1)
    across = (y * face[:, 0] - x * face[:, 1]).sum(1)
    rows = (torch.stack((along, -across), 1), torch.stack((across, along), 1))
    return Frames(centre, torch.stack(rows, 1) * (reach / face.square().sum()))


def cut_out(rgb: Tensor, frames: Frames, side: int) -> Tensor:
    """Return (K, 3, side, side) of an image (1, 3, H, W): what K squares show, bilinearly."""
    at = (torch.arange(side, dtype=rgb.dtype, device=rgb.device) + 0.5) * (2 / side) - 1
    rows, columns = torch.meshgrid(at, at, indexing="ij")
    places = torch.stack((columns, rows), -1).reshape(1, -1, 2)
    # the sampler counts from -1 to 1 over the image: K squares are told so, not all their pixels
    halves = 2 / torch.tensor([rgb.shape[3], rgb.shape[2]], dtype=rgb.dtype, device=rgb.device)
    counted = Frames(frames.centre * halves - 1, frames.axes * halves[:, None])
    grid = counted.to_image(places).reshape(1, -1, side, 2)
    seen = functional.grid_sample(rgb, grid, padding_mode="border", align_corners=False)
    return seen.reshape(3, -1, side, side).transpose(0, 1)


class PointRefiner(nn.Module):
    """Says anew where the points of faces are, of what was said first.

    Parameters
    ----------
    s : Refinement
        Size.
    """

    def __init__(self, s: Refinement) -> None:
        super().__init__()
        self.s = s
        kind, width = Kind(), s.width
        self.features = nn.Sequential(
            kind.conv(3, width, 3, 2),
            kind.conv(width, 2 * width, 3, 2),
            kind.conv(2 * width, 2 * width, 3),
            kind.conv(2 * width, 3 * width, 3, 2),
            kind.conv(3 * width, 3 * width, 3),
            kind.conv(3 * width, 4 * width, 3, 2),
            nn.Flatten(),
            nn.Dropout(0.1),
        )
        points = 2 * len(FRONTAL_FACE)
        self.points = nn.Linear(4 * width * (s.side_px // STRIDE) ** 2, points)
        # before anything is learned: a face seen from the front
        nn.init.zeros_(self.points.weight)
        with torch.no_grad():
            self.points.bias.copy_((frontal_face(self.points.bias) / s.reach).flatten())

    def forward(self, crops: Tensor) -> Tensor:
        """Return places (K, 5, 2) of -1 to 1 in crops (K, 3, S, S) of colours 0 to 255."""
        said: Tensor = self.points(self.features(crops / 128 - 1))
        return said.reshape(-1, len(FRONTAL_FACE), 2)

    def refined(self, rgb: Tensor, points: Tensor) -> Tensor:
        """Return points (K, 5, 2) of faces in an image (1, 3, H, W) of what was said first.

        They are the mean of what the face and its mirror image show.
        """
        frames = upright(points, self.s.reach)
        crops = cut_out(rgb, frames, self.s.side_px)
        both = self(torch.cat((crops, crops.flip(3)))).reshape(2, *points.shape)
        mirrored = both[1][:, list(MIRRORED)] * both.new_tensor((-1.0, 1.0))
        return frames.to_image((both[0] + mirrored) / 2)


def worth_a_look(boxes: Tensor, scores: Tensor) -> Tensor:
    """Return which of boxes (N, 4) with scores (N,) are looked at again, at least the surest.

    One box a face, :data:`MOST_FACES` at most, from :data:`LEAST_SCORE` on. A box is dropped that
    overlaps any surer one, one that is dropped too: the first round of
    :func:`followme_training.detection.nms.nms`, which needs no loop and so can be exported. As only
    boxes of nearly one place are rivals here, what is suppressed later is hardly ever another one.
    """
    surest, at = scores.topk(min(_RIVALS, len(scores)))
    near = boxes[at]
    hidden = (pairwise_iou(near, near) > _SAME_FACE_IOU).triu(1).any(0)
    worth, order = surest.masked_fill(hidden, 0.0).topk(min(MOST_FACES, len(surest)))
    # an engine need not know what nothing of a batch is
    use = torch.cat((torch.ones_like(hidden[:1]), worth[1:] >= LEAST_SCORE))
    own = at[order[use]]
    # which the exporter cannot see
    torch._check(own.shape[0] >= 1)  # type: ignore[no-untyped-call]
    torch._check(own.shape[0] <= MOST_FACES)  # type: ignore[no-untyped-call]
    return own


def looked_at_again(
    refiner: PointRefiner, rgb: Tensor, boxes: Tensor, scores: Tensor, points: Tensor
) -> Tensor:
    """Return points (N, 5, 2) of all anchors, of which those of the faces found are told anew.

    Parameters
    ----------
    refiner : PointRefiner
        The second look.
    rgb : (1, 3, H, W) tensor
        The image, 0 to 255.
    boxes : (N, 4) tensor
        Of all anchors, before suppression.
    scores : (N,) tensor
        Of these.
    points : (N, 5, 2) tensor
        What was said first.
    """
    own = worth_a_look(boxes, scores)
    return points.index_copy(0, own, refiner.refined(rgb, points[own]))


def as_said_first(points: Tensor, s: Refinement) -> Tensor:
    """Return points (K, 5, 2) as a first look may say them: moved, turned, resized, each point off.

    Randomness is torch's own, which training seeds at each step.
    """
    count = len(points)

    def spread(deviation: float, *shape: int) -> Tensor:
        return deviation * much * torch.randn((count, *shape)).to(points)

    eyes, mouth = points[:, :2].mean(1), points[:, 3:].mean(1)
    apart = torch.maximum((points[:, 1] - points[:, 0]).norm(dim=1), (mouth - eyes).norm(dim=1))
    much = 0.2 + 1.5 * torch.rand((count, 1, 1)).to(points)
    off = spread(s.point_noise, len(FRONTAL_FACE), 2) + spread(s.place_noise, 1, 2)
    times = torch.exp(spread(s.size_noise, 1, 1))
    angle = spread(s.turn_noise_rad, 1, 1)
    rows = (torch.cat((angle.cos(), angle.sin()), 2), torch.cat((-angle.sin(), angle.cos()), 2))
    centre = points.mean(1, keepdim=True)
    turned = (points - centre) @ torch.cat(rows, 1)
    said: Tensor = centre + turned * times + off * apart[:, None, None]
    return said


def refinement_loss(refiner: PointRefiner, rgb: Tensor, points: Iterable[Tensor]) -> Tensor:
    """Return smooth L1 of the places of all known landmarks of a batch, in half sides; 0 without.

    Parameters
    ----------
    refiner : PointRefiner
        The second look.
    rgb : (B, 3, H, W) tensor
        Images, 0 to 255.
    points : iterable of (G, 5, 2) tensors
        Of the faces of each image; NaN unknown. Only faces with all five are a lesson.
    """
    s, crops, wanted = refiner.s, [], []
    for image, faces in zip(torch.split(rgb, 1), points, strict=True):
        known = faces[torch.isfinite(faces).all(2).all(1)]
        if len(known):
            frames = upright(as_said_first(known, s), s.reach)
            crops.append(cut_out(image, frames, s.side_px))
            wanted.append(frames.from_image(known))
    if not crops:
        return refiner.points.bias.sum() * 0.0
    faces = torch.cat(crops).contiguous(memory_format=torch.channels_last)
    return functional.smooth_l1_loss(refiner(faces), torch.cat(wanted), beta=s.beta)
