"""The second look at landmarks: squares by hand, what is worth a look, and that it learns."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from followme_training.detection.exported import ExportedDetector, decoded
from followme_training.detection.module import DetectionTask
from followme_training.detection.point_refinement import (
    FRONTAL_FACE,
    LEAST_SCORE,
    MOST_FACES,
    PointRefiner,
    Refinement,
    RefinementError,
    as_said_first,
    cut_out,
    frontal_face,
    looked_at_again,
    refinement_loss,
    upright,
    worth_a_look,
)
from followme_training.detection.sample import MIRRORED, Boxes

from .conftest import SIZE_HW
from .test_module import batch_of, task

SMALL = Refinement(side_px=32, width=8)
FACE = torch.tensor([FRONTAL_FACE])
place, side, angle = st.floats(-200, 500), st.floats(2, 200), st.floats(-3, 3)


def similar(x: float, y: float, size: float, turn: float) -> torch.Tensor:
    """Return the frontal face (1, 5, 2) with its middle at x, y, turned clockwise as seen."""
    c, s = math.cos(turn), math.sin(turn)
    face = frontal_face(FACE.double())
    return face[None] @ torch.tensor([[c, s], [-s, c]]).double() * size + torch.tensor([x, y])


def test_the_square_of_a_turned_face_by_hand() -> None:
    # turned clockwise by a quarter: what was right of the middle is below it, what was below left
    frames = upright(similar(100, 50, 20, math.pi / 2), reach=1.5)
    assert torch.allclose(frames.centre, torch.tensor([[100.0, 50.0]]).double())
    assert torch.allclose(
        frames.axes, torch.tensor([[[0.0, -30.0], [30.0, 0.0]]]).double(), atol=1e-9
    )
    corner = frames.to_image(torch.tensor([[[1.0, 0.0], [0.0, 1.0]]]).double())
    assert torch.allclose(corner, torch.tensor([[[100.0, 80.0], [70.0, 50.0]]]).double())


@given(place, place, side, angle)
def test_each_face_stands_the_same_way_in_its_square(x, y, size, turn) -> None:
    points = similar(x, y, size, turn)
    seen = upright(points, 2.0).from_image(points)
    assert torch.allclose(seen[0], frontal_face(points) / 2.0, atol=1e-6)


@given(st.lists(st.tuples(place, place), min_size=5, max_size=5), place, place, side, angle)
def test_places_come_back(points, x, y, size, turn) -> None:
    frames = upright(similar(x, y, size, turn), 1.6)
    pixels = torch.tensor([points]).double()
    assert torch.allclose(frames.to_image(frames.from_image(pixels)), pixels, atol=1e-6)


def test_a_square_shows_what_is_there() -> None:
    # red is x and green is y, counted from the edge of the first pixel
    y, x = torch.meshgrid(torch.arange(60) + 0.5, torch.arange(80) + 0.5, indexing="ij")
    image = torch.stack((x, y, torch.zeros_like(x)))[None]
    frames = upright(similar(42, 27, 8, 0.7).float(), 1.5)
    seen = cut_out(image, frames, 16)
    assert seen.shape == (1, 3, 16, 16)
    at = (torch.arange(16) + 0.5) / 8 - 1
    rows, columns = torch.meshgrid(at, at, indexing="ij")
    wanted = frames.to_image(torch.stack((columns, rows), -1).reshape(1, -1, 2))
    assert torch.allclose(seen[0, :2].flatten(1).T, wanted[0], atol=1e-3)


def test_beyond_the_image_its_edge_goes_on() -> None:
    image = torch.full((1, 3, 20, 30), 77.0)
    assert torch.allclose(
        cut_out(image, upright(similar(0, 0, 50, 0).float(), 2), 16), torch.tensor(77.0)
    )


def boxes_at(*places: tuple[float, float]) -> torch.Tensor:
    return torch.tensor([[x, y, x + 20, y + 24] for x, y in places])


def test_one_box_a_face_is_worth_a_look_the_surest_first() -> None:
    boxes = boxes_at((0, 0), (1, 0), (100, 0), (101, 1), (50, 50))
    scores = torch.tensor([0.6, 0.8, 0.9, 0.3, LEAST_SCORE / 2])
    assert worth_a_look(boxes, scores).tolist() == [2, 1]


def test_the_surest_is_looked_at_however_unsure() -> None:
    assert worth_a_look(boxes_at((0, 0), (90, 0)), torch.tensor([0.01, 0.02])).tolist() == [1]


def test_no_more_faces_are_looked_at_than_time_allows() -> None:
    boxes = boxes_at(*((40.0 * i, 0.0) for i in range(100)))
    scores = torch.linspace(0.2, 0.9, 100)
    assert worth_a_look(boxes, scores).tolist() == list(range(99, 99 - MOST_FACES, -1))


def test_only_the_faces_found_are_told_anew() -> None:
    refiner = PointRefiner(SMALL).eval()
    boxes = boxes_at((0, 0), (1, 0), (60, 10))
    points = torch.cat([similar(10 + 2 * i, 12, 8 + i, 0.2 * i).float() for i in range(3)])
    points[2] += torch.tensor([[3.0, 0], [-3, 0], [0, 4], [0, 0], [2, 2]])
    image = torch.rand(1, 3, 64, 96) * 255
    scores = torch.tensor([0.5, 0.9, 0.8])
    said = looked_at_again(refiner, image, boxes, scores, points)
    assert torch.equal(said[0], points[0])
    # an untrained second look tells a face from the front, wherever the first one put it
    assert torch.allclose(said[1], points[1], atol=1e-4)
    frames = upright(points[2:], SMALL.reach)
    frontal = frames.to_image(frontal_face(points)[None] / SMALL.reach)
    assert torch.allclose(said[2], frontal[0], atol=1e-4)
    assert not torch.allclose(said[2], points[2], atol=1)


def test_a_mirrored_image_has_mirrored_points() -> None:
    torch.manual_seed(0)
    refiner = PointRefiner(SMALL).eval()
    torch.nn.init.normal_(refiner.points.weight, std=2.0)
    image = torch.rand(1, 3, 64, 96) * 255
    points = similar(40, 30, 12, 0.3).float()
    flip = torch.tensor([-1.0, 1.0])
    mirrored = (points * flip + torch.tensor([96.0, 0.0]))[:, list(MIRRORED)]
    said = refiner.refined(image, points)
    other = refiner.refined(image.flip(3), mirrored)
    back = (other * flip + torch.tensor([96.0, 0.0]))[:, list(MIRRORED)]
    assert torch.allclose(said, back, atol=0.02)
    assert not torch.allclose(said, points, atol=0.2)


def test_points_in_one_place_break_nothing() -> None:
    refiner = PointRefiner(SMALL).eval()
    said = refiner.refined(torch.rand(1, 3, 64, 96) * 255, torch.full((1, 5, 2), 30.0))
    assert torch.allclose(said, torch.full((1, 5, 2), 30.0))


def test_first_looks_are_as_wrong_as_is_said() -> None:
    torch.manual_seed(0)
    points = similar(50, 40, 30, 0.1).float().repeat(4000, 1, 1)
    exact = Refinement(place_noise=0, point_noise=0, size_noise=0, turn_noise_rad=0)
    assert torch.allclose(as_said_first(points, exact), points, atol=1e-4)
    moved = as_said_first(points, Refinement(point_noise=0, size_noise=0, turn_noise_rad=0))
    off = (moved - points)[:, 0] / 30
    assert torch.allclose(moved - points, (moved - points)[:, :1], atol=1e-4)
    # a fifth to nearly twice of it, in the mean square 1.04 times
    assert off.std().item() == pytest.approx(0.08 * 1.043, rel=0.05)
    turned = as_said_first(points, Refinement(point_noise=0, place_noise=0, size_noise=0))
    eyes = turned[:, 1] - turned[:, 0]
    assert torch.allclose(eyes.norm(dim=1), torch.tensor(30.0), atol=1e-3)
    assert torch.atan2(eyes[:, 1], eyes[:, 0]).std().item() == pytest.approx(0.125, rel=0.05)


def test_faces_of_which_points_are_unknown_teach_nothing() -> None:
    refiner = PointRefiner(SMALL)
    unknown = similar(40, 30, 12, 0).float()
    unknown[0, 3] = float("nan")
    image = torch.rand(2, 3, 64, 96) * 255
    loss = refinement_loss(refiner, image, [unknown, torch.zeros(0, 5, 2)])
    assert loss.item() == 0.0
    loss.backward()
    known = refinement_loss(refiner, image, [unknown, similar(40, 30, 12, 0).float()])
    assert known.item() > 0.0


def test_it_learns_where_the_points_are(boxes_zip) -> None:
    torch.manual_seed(0)
    batch = batch_of(boxes_zip, ["face"], 6)
    # each face eight times, wrong in other ways
    points = [torch.from_numpy(b.points).repeat(8, 1, 1) for b in batch.boxes]
    refiner = PointRefiner(SMALL)
    optimiser = torch.optim.AdamW(refiner.parameters(), 5e-3)
    for _ in range(80):
        optimiser.zero_grad()
        refinement_loss(refiner, batch.rgb, points).backward()
        optimiser.step()
    refiner.eval()
    before, after = [], []
    for image, there in zip(batch.rgb.split(1), points, strict=True):
        said = as_said_first(there, refiner.s)
        before.append((said - there).norm(dim=2).mean())
        after.append((refiner.refined(image, said) - there).norm(dim=2).mean())
    assert torch.stack(after).mean() < 0.5 * torch.stack(before).mean()


def refining() -> DetectionTask:
    return task(["face"], True, refinement=SMALL)


def test_the_second_look_learns_and_the_detector_stays(boxes_zip) -> None:
    learner, batch = refining(), batch_of(boxes_zip, ["face"], 4)
    taught = {n for n, p in learner.named_parameters() if p.requires_grad}
    assert taught == {n for n, _ in learner.named_parameters() if ".refiner." in n}
    # what was trained without a second look is still read
    without = task(["face"], True).state_dict()
    assert set(without) == {n for n in learner.state_dict() if ".refiner." not in n}
    parts = learner.refinement_parts(batch)
    assert set(parts) == {"points"} and parts["points"].requires_grad
    assert task(["face"], True).refinement_parts(batch) == {}


def test_a_training_and_a_file_see_the_same(boxes_zip) -> None:
    learner, batch = refining().eval(), batch_of(boxes_zip, ["face"], 2)
    with torch.no_grad():
        raw = learner(batch.rgb)
        each = decoded(learner.network, batch.rgb, raw, learner.anchor_boxes)
        exported = ExportedDetector(learner.network, learner.anchor_boxes)
        for image, said in zip(batch.rgb, each, strict=True):
            boxes, _, points = exported(image.permute(1, 2, 0)[None].byte())
            assert torch.allclose(boxes, said.boxes, atol=1e-3)
            assert said.points is not None
            assert torch.allclose(points, said.points, atol=1e-2)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"side_px": 40}, "side_px is 40; give a multiple of 16"),
        ({"side_px": 0}, "side_px is 0; give a multiple of 16"),
        ({"reach": 0.0}, "reach is 0.0; give a number above 0"),
        ({"width": -1}, "width is -1; give a number above 0"),
        ({"beta": float("nan")}, "beta is nan; give a number above 0"),
        ({"turn_noise_rad": -0.1}, "turn_noise_rad is -0.1; give 0 or more"),
    ],
)
def test_settings_that_cannot_be_are_said(settings, words) -> None:
    with pytest.raises(RefinementError, match=words):
        Refinement(**settings)


def test_without_landmarks_there_is_nothing_to_look_at_again() -> None:
    with pytest.raises(RefinementError, match=r"model\.landmarks is false; give true"):
        task(["face"], False, refinement=SMALL)


def test_an_image_without_faces_is_no_trouble() -> None:
    learner = refining().eval()
    with torch.no_grad():
        found = learner.found(torch.zeros(1, 3, *SIZE_HW))
    assert all(things.points is not None for things in found)
    assert Boxes.of().points.shape == (0, 5, 2)
