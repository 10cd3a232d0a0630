from __future__ import annotations

import math

import pytest
import torch

from followme_training.depth.virtual_normal import draw_triples, points_of, virtual_normal

CAMERA = torch.tensor([[10.0, 10.0, 4.5, 3.5]], dtype=torch.float64)
SIZE = (8, 10)
ALL = torch.ones(1, 1, *SIZE, dtype=torch.bool)


def plane(slope: float, distance_m: float = 3.0) -> torch.Tensor:
    """Return depth of the plane z = distance + slope * x: turned about the vertical."""
    u = torch.arange(SIZE[1], dtype=torch.float64).repeat(SIZE[0], 1)
    x = (u - 4.5) / 10.0
    return (distance_m / (1.0 - slope * x))[None, None]


TRIPLES = draw_triples(1, SIZE, 400, torch.Generator().manual_seed(0))


def test_points_lie_on_the_rays_of_their_pixels() -> None:
    points = points_of(torch.full((1, 1, *SIZE), 2.0, dtype=torch.float64), CAMERA)
    assert points.shape == (1, *SIZE, 3)
    assert points[0, 0, 0].tolist() == pytest.approx([-0.9, -0.7, 2.0])
    assert points[0, 7, 9].tolist() == pytest.approx([0.9, 0.7, 2.0])


def test_the_right_depth_costs_nothing() -> None:
    assert virtual_normal(plane(0.3), plane(0.3), ALL, CAMERA, TRIPLES).item() < 1e-9


def test_a_wrong_scale_costs_nothing() -> None:
    doubled = plane(0.3, 6.0)
    assert virtual_normal(doubled, plane(0.3), ALL, CAMERA, TRIPLES).item() < 1e-9


def test_a_turned_plane_costs_the_distance_of_the_normals() -> None:
    # normals (0, 0, 1) and (-1, 0, 1) / sqrt(2)
    expected = math.sqrt(0.5) + 1 - math.sqrt(0.5)
    value = virtual_normal(plane(1.0), plane(0.0), ALL, CAMERA, TRIPLES).item()
    assert value == pytest.approx(expected)
    mirrored = virtual_normal(plane(1.0), plane(-1.0), ALL, CAMERA, TRIPLES).item()
    assert mirrored == pytest.approx(2 * math.sqrt(0.5))


def test_another_camera_is_another_normal() -> None:
    wide = CAMERA * torch.tensor([0.5, 0.5, 1.0, 1.0], dtype=torch.float64)
    narrow = virtual_normal(plane(0.5), plane(0.0), ALL, CAMERA, TRIPLES)
    assert virtual_normal(plane(0.5), plane(0.0), ALL, wide, TRIPLES) < narrow


@pytest.mark.parametrize(
    "triple",
    [
        [0, 4, 9],  # on a line
        [44, 45, 54],  # all within 0.3 m
        [0, 0, 79],  # a corner twice
    ],
)
def test_triples_without_a_stable_plane_do_not_count(triple: list[int]) -> None:
    triples = torch.tensor([[triple]])
    assert virtual_normal(plane(1.0), plane(0.0), ALL, CAMERA, triples).item() == 0.0


def test_triples_with_an_unknown_corner_do_not_count_and_do_not_poison() -> None:
    truth, mask = plane(0.0), ALL.clone()
    truth[0, 0, 0, 0], mask[0, 0, 0, 0] = float("nan"), False
    triples = torch.tensor([[[0, 9, 75], [1, 9, 75]]])
    guess = plane(1.0).requires_grad_()
    value = virtual_normal(guess, truth, mask, CAMERA, triples)
    value.backward()
    assert value.item() == pytest.approx(1.0)
    assert torch.isfinite(guess.grad).all()


def test_no_known_pixel_costs_nothing() -> None:
    value = virtual_normal(plane(1.0), plane(0.0), torch.zeros_like(ALL), CAMERA, TRIPLES)
    assert value.item() == 0.0


def test_derivatives_are_those_of_the_value() -> None:
    # bumps, as where two normals agree in a coordinate the distance has a kink
    bumps = torch.rand(1, 1, *SIZE, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    guess = (plane(0.4) + 0.3 * bumps).requires_grad_()
    triples = TRIPLES[:, :40]
    assert torch.autograd.gradcheck(
        lambda g: virtual_normal(g, plane(0.0), ALL, CAMERA, triples), (guess,)
    )
