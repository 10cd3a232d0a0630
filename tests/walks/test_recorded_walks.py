"""The walks that come as bags: what they hold, and that their truth belongs to their images."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rosbags.highlevel import AnyReader

from followme.sources.scene_file import load_walk
from followme.values.obstacle import Kind

ROOT = Path(__file__).resolve().parents[2]
WALKS = ROOT / "walks"
TOPICS = {
    "/camera/image_raw/compressed",
    "/camera/camera_info",
    "/camera/depth/image_raw/compressedDepth",
    "/ego_motion",
    "/truth/obstacles",
    "/truth/depth_status",
}


@pytest.mark.parametrize(("name", "count"), [("sample", 250), ("held_a", 20), ("held_b", 20)])
def test_a_walk_is_whole(name: str, count: int) -> None:
    walk = load_walk(WALKS / f"{name}.yaml")
    assert round(walk.seconds * walk.rate_hz) == count
    with AnyReader([WALKS / name]) as bag:
        counts = Counter({c.topic: c.msgcount for c in bag.connections})
    assert counts == dict.fromkeys(TOPICS, count)


def test_the_sample_walk_is_small() -> None:
    assert sum(f.stat().st_size for f in (WALKS / "sample").iterdir()) < 20_000_000


def test_the_sample_walk_meets_what_it_promises() -> None:
    in_the_way: Counter[tuple[int, str]] = Counter()
    labels: Counter[str] = Counter()
    with AnyReader([WALKS / "sample"]) as bag:
        truth = [c for c in bag.connections if c.topic == "/truth/obstacles"]
        for connection, _, data in bag.messages(truth):
            message = bag.deserialize(data, connection.msgtype)
            for o in message.obstacles:
                assert 0.0 <= o.distance_m <= 6.0
                labels[o.label] += 1
                in_the_way[o.kind, o.label] += o.in_corridor
            # walls have negative numbers
            things = [o for o in message.obstacles if o.track_id > 0]
            in_the_way[-1, "clear"] += not any(o.in_corridor for o in things)
    assert labels["door"] > 20
    for kind, label in (
        (Kind.OBJECT, "chair"),
        (Kind.PERSON, "person"),
        (Kind.OVERHANG, "cupboard"),
        (Kind.DROP_OFF, "hole"),
    ):
        assert in_the_way[int(kind), label] > 5, label
    assert in_the_way[-1, "clear"] > 40
