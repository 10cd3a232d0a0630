from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from followme_training.common.order import Draw
from followme_training.datasets.errors import DataError
from followme_training.datasets.pasting import Pasting
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.pasted_things import with_things
from followme_training.segmentation.sample import SegmentationSample
from tests.training.datasets.test_cutouts import a_large_set
from tests.training.datasets.test_pasting import P, a_thing

CLASSES = ("floor", "chair")


def test_labels_are_the_thing_s_where_it_is_seen_and_only_there() -> None:
    rgb = np.full((96, 128, 3), 60, np.uint8)
    sample = SegmentationSample("room", rgb, np.zeros((96, 128), np.uint8))
    p = replace(P, most=1)
    for seed in range(40):
        view = with_things(sample, np.random.default_rng(seed), {"chair": [a_thing()]}, p, CLASSES)
        seen = np.abs(view.rgb.astype(int) - 60).sum(2)
        assert (view.labels == 1).any() and set(np.unique(view.labels)) == {0, 1}
        assert not (seen[view.labels == 0] > 160).any()
        assert (seen[view.labels == 1] > 8).mean() > 0.95
    assert not sample.labels.any()


def test_training_shows_things_that_were_cut_out(tmp_path: Path) -> None:
    file = a_large_set(tmp_path / "n.zip")
    plain, pasting = (
        SegmentationData(file, size_hw=(48, 64), batch_size=2, hold_out_every=2, pasting=p)
        for p in (None, Pasting(file, {"chair": [5]}, share=1.0, least_px=10.0))
    )
    chair = plain.classes.names.index("chair")
    shares = []
    for data in (plain, pasting):
        views = data.train_dataloader().dataset
        labels = [views[Draw(n % len(views), n, 0)].labels for n in range(30)]
        shares.append(float(np.mean([np.mean(x == chair) for x in labels])))
    assert shares[1] > 1.1 * shares[0]


def test_settings_name_a_class_that_is_not_learnt(nyu_zip: Path) -> None:
    with pytest.raises(DataError, match=r"'stool' is none of the classes"):
        SegmentationData(nyu_zip, pasting=Pasting(nyu_zip, {"stool": [5]}))
