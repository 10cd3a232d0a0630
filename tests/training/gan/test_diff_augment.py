"""Changes that gradients flow through, and changes of real images alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from followme_training.datasets.errors import DataError
from followme_training.gan.diff_augment import cut_out, diff_augmented, recoloured, shifted
from followme_training.gan.real_views import RealViews, viewed

ALL = ("colour", "translation", "cutout")
#: No pixel is grey, so that what was put there is seen.
IMAGES = torch.rand(64, 3, 16, 16, generator=torch.Generator().manual_seed(1)) * 0.5 + 0.3


def drawn(change, x: torch.Tensor = IMAGES, seed: int = 0) -> torch.Tensor:
    torch.manual_seed(seed)
    return change(x)


def test_the_seed_decides_and_each_image_has_its_own_change() -> None:
    same = IMAGES[:1].repeat(8, 1, 1, 1)
    one, again, other = (drawn(lambda x: diff_augmented(x, ALL), same, seed) for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert len({image.numpy().tobytes() for image in one}) == 8
    assert torch.equal(diff_augmented(IMAGES, ()), IMAGES)


def test_a_shift_moves_whole_pixels_by_at_most_an_eighth() -> None:
    moved = drawn(shifted)
    seen = set()
    for image, before in zip(moved, IMAGES, strict=True):
        padded = torch.zeros(3, 20, 20)
        padded[:, 2:18, 2:18] = before
        fits = [
            (y, x)
            for y in range(5)
            for x in range(5)
            if torch.allclose(padded[:, y : y + 16, x : x + 16], image, atol=1e-6)
        ]
        assert len(fits) == 1
        seen.add(fits[0])
    # nearly all of the 25 shifts come up in 64 images
    assert len(seen) > 15


def test_a_square_of_half_the_side_is_hidden() -> None:
    hidden = drawn(cut_out) == 0
    sizes = hidden[:, 0].flatten(1).sum(1)
    assert int(sizes.max()) == 64
    # at least a quarter of the square is inside
    assert int(sizes.min()) >= 16
    kept = ~hidden
    assert torch.equal(drawn(cut_out)[kept], IMAGES[kept])


def test_colours_keep_what_is_where() -> None:
    changed = drawn(recoloured)
    assert changed.shape == IMAGES.shape
    shift = changed.mean((1, 2, 3)) - IMAGES.mean((1, 2, 3))
    # brightness alone moves the mean of an image
    assert shift.abs().max() <= 0.5 + 1e-5
    assert shift.std() > 0.2
    one, other = changed[0].mean(0).flatten(), IMAGES[0].mean(0).flatten()
    assert torch.corrcoef(torch.stack([one, other]))[0, 1] > 0.999


@pytest.mark.parametrize("change", [recoloured, shifted, cut_out])
def test_gradients_flow_back(change) -> None:
    x = IMAGES[:2, :, :4, :4].double().requires_grad_()

    def same_draw(y: torch.Tensor) -> torch.Tensor:
        return drawn(change, y)

    assert torch.autograd.gradcheck(same_draw, (x,))


def test_real_views_are_basic_or_advanced() -> None:
    images = np.random.default_rng(2).integers(60, 190, (32, 12, 12, 3)).astype(np.uint8)

    def seen(views: RealViews, seed: int = 0) -> np.ndarray:
        return viewed(images, views, np.random.default_rng(seed))

    assert np.array_equal(seen(RealViews(flip=False)), images)
    flipped = seen(RealViews())
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(flipped, images, strict=True)]
    kept = [np.array_equal(a, b) for a, b in zip(flipped, images, strict=True)]
    assert all(a != b for a, b in zip(mirrored, kept, strict=True))
    assert 8 < sum(mirrored) < 24
    advanced = RealViews(True, 2, 0.3)
    assert advanced.crop_px and not np.array_equal(seen(advanced), flipped)
    assert np.array_equal(seen(advanced), seen(advanced))
    assert not np.array_equal(seen(advanced), seen(advanced, 1))
    assert seen(RealViews(False, 0, 0.3)).mean((1, 2, 3)).std() > images.mean((1, 2, 3)).std()


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"crop_px": -1}, "crop_px is -1; give 0 to 64"), ({"colour": 2.0}, "colour is 2; give 0")],
)
def test_views_out_of_range_are_said(changed: dict, words: str) -> None:
    with pytest.raises(DataError, match=words):
        RealViews(**changed)


def test_a_crop_as_wide_as_the_image_is_said() -> None:
    with pytest.raises(DataError, match="give less than the 12 pixels"):
        viewed(np.zeros((2, 12, 12, 3), np.uint8), RealViews(True, 12), np.random.default_rng(0))
