from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from followme.sources.depth_faults import DepthFaults
from followme.sources.parts import Material
from followme.sources.renderer import Rendered
from followme.sources.sensor import SensorModel

_H, _W = 120, 160


def _seen(
    depth: NDArray[np.float32] | float,
    material: Material = Material.MATT,
    behind: float | None = None,
) -> Rendered:
    depth_m = np.full((_H, _W), depth, np.float32) if isinstance(depth, float) else depth
    zeros = np.zeros((_H, _W), np.uint8)
    behind_m = depth_m if behind is None else np.full((_H, _W), behind, np.float32)
    return Rendered(
        np.zeros((_H, _W, 3), np.uint8),
        depth_m,
        zeros,
        zeros,
        np.full((_H, _W), material, np.uint8),
        behind_m,
    )


def _step() -> NDArray[np.float32]:
    depth = np.full((_H, _W), 4.0, np.float32)
    depth[:, : _W // 2] = 1.0
    return depth


def _faults(**facts: float) -> DepthFaults:
    return DepthFaults(_W, _H, 0, SensorModel(**facts))


def test_a_sensor_without_faults_changes_nothing() -> None:
    depth = _faults().depth_m(_seen(_step()), 0)
    assert (depth == _step()).all()


def test_at_edges_near_and_far_run_into_each_other() -> None:
    depth = _faults(edge_bleed=0.4).depth_m(_seen(_step()), 0)
    between = (depth > 1.0) & (depth < 4.0)
    columns = np.flatnonzero(between.any(axis=0))
    assert columns.tolist() == [_W // 2 - 1, _W // 2]
    assert between[:, columns].mean() == pytest.approx(0.4, abs=0.08)
    assert depth[between].std() > 0.5


def test_at_edges_depth_is_missing() -> None:
    depth = _faults(edge_dropout=0.3).depth_m(_seen(_step()), 0)
    missing = np.isinf(depth)
    assert missing[:, _W // 2 - 1 : _W // 2 + 1].mean() == pytest.approx(0.3, abs=0.08)
    assert np.count_nonzero(missing.any(axis=0)) == 2


def test_a_slanting_floor_is_no_edge() -> None:
    rows = np.linspace(0.02, 1.0, _H, dtype=np.float32)[:, None]
    floor = np.broadcast_to(1.3 / np.maximum(rows, 0.15), (_H, _W)).astype(np.float32)
    depth = _faults(edge_dropout=1.0).depth_m(_seen(np.ascontiguousarray(floor)), 0)
    assert np.isfinite(depth[20:]).all()


@pytest.mark.parametrize(
    ("material", "name"),
    [
        (Material.GLASS, "glass_dropout"),
        (Material.SHINY, "shiny_dropout"),
        (Material.DARK, "dark_dropout"),
    ],
)
def test_a_share_of_each_material_gives_nothing_in_patches(material: Material, name: str) -> None:
    depth = _faults(**{name: 0.6}).depth_m(_seen(2.0, material), 3)
    missing = np.isinf(depth)
    assert missing.mean() == pytest.approx(0.6, abs=0.1)
    # neighbours are alike far more often than by chance
    assert (missing[:, 1:] == missing[:, :-1]).mean() > 0.8
    assert not np.isinf(_faults(**{name: 0.6}).depth_m(_seen(2.0), 3)).any()


def test_through_glass_the_sensor_sees_what_is_behind() -> None:
    depth = _faults(glass_dropout=0.5).depth_m(_seen(2.0, Material.GLASS, behind=5.0), 0)
    assert set(np.unique(depth[np.isfinite(depth)]).tolist()) == {5.0}


def test_holes_are_larger_than_spots() -> None:
    missing = np.isinf(_faults(hole_share=0.1).depth_m(_seen(2.0), 0))
    assert 0.0 < missing.mean() < 0.3
    assert (missing[:, 3:] == missing[:, :-3]).mean() > 0.9


def test_the_same_seed_and_frame_err_alike() -> None:
    model = SensorModel(edge_bleed=0.4, edge_dropout=0.3)
    one, same, other = (
        DepthFaults(_W, _H, seed, model).depth_m(_seen(_step()), 7) for seed in (1, 1, 2)
    )
    assert (one == same).all()
    assert (one != other).any()
    assert (DepthFaults(_W, _H, 1, model).depth_m(_seen(_step()), 8) != one).any()
