from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.common import order
from followme_training.common.order import Draw, SeededOrder


def samples(length: int, seed: int, epoch: int) -> list[int]:
    made = SeededOrder(range(length), seed)
    made.set_epoch(epoch)
    return [draw.sample for draw in made]


def test_without_images_there_is_nothing_to_draw() -> None:
    assert samples(0, 0, 0) == []


@given(st.integers(0, 50), st.integers(0, 5), st.integers(0, 5))
def test_each_image_comes_once_an_epoch(length, seed, epoch) -> None:
    assert sorted(samples(length, seed, epoch)) == list(range(length))


def test_order_follows_from_seed_and_epoch_alone() -> None:
    assert samples(30, 1, 2) == samples(30, 1, 2)
    assert samples(30, 1, 2) != samples(30, 1, 3)
    assert samples(30, 1, 2) != samples(30, 2, 2)


@pytest.mark.parametrize("ranks", [2, 3])
def test_processes_share_the_images(ranks, monkeypatch) -> None:
    shares = []
    for rank in range(ranks):
        monkeypatch.setattr(order, "_place", lambda rank=rank: (rank, ranks))
        shares.append(samples(20, 0, 0))
        assert len(shares[-1]) == len(SeededOrder(range(20), 0)) == 20 // ranks
    together = [s for share in shares for s in share]
    assert len(set(together)) == len(together)


def test_each_draw_has_randomness_of_its_own() -> None:
    drawn = {Draw(*d).generator().random() for d in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]}
    assert len(drawn) == 4
    assert Draw(3, 4, 5).generator().random() == Draw(3, 4, 5).generator().random()
