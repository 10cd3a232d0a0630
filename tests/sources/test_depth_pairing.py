from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from followme.sources.depth_pairing import DepthPairing
from followme.values.frame import DEPTH_SLOP_NS
from tests.sources.build_recordings import MS


def pairs(
    events: list[tuple[str, int, int]], has_depth: bool = True
) -> list[tuple[int, int | None]]:
    """Return stamps of images and of their depth; an event is a kind, a stamp and a time."""
    pairing = DepthPairing[int](has_depth)
    found: list[tuple[int, int | None]] = []
    for kind, stamp, recorded in events:
        came = pairing.colour_came if kind == "colour" else pairing.depth_came
        came(stamp * MS, recorded * MS, stamp)
        found += [(c, d) for _, c, d in pairing.settled(recorded * MS)]
    return found + [(c, d) for _, c, d in pairing.settled()]


def test_nothing_gives_nothing() -> None:
    assert pairs([]) == []
    assert pairs([("depth", 0, 0)]) == []


def test_without_depth_images_do_not_wait() -> None:
    pairing = DepthPairing[int](has_depth=False)
    pairing.colour_came(5, 5, 1)
    assert list(pairing.settled(5)) == [(5, 1, None)]


def test_equal_stamp_goes_before_a_nearer_arrival() -> None:
    assert pairs([("depth", 95, 95), ("colour", 100, 100), ("depth", 100, 130)]) == [(100, 100)]


def test_depth_before_or_after_its_image_is_found() -> None:
    assert pairs([("depth", 100, 90), ("colour", 100, 100)]) == [(100, 100)]
    assert pairs([("colour", 100, 100), ("depth", 100, 190)]) == [(100, 100)]


def test_nearest_within_20_ms_is_taken() -> None:
    events = [("depth", 85, 85), ("colour", 100, 100), ("depth", 110, 110)]
    assert pairs(events) == [(100, 110)]
    assert pairs([("depth", 79, 79), ("colour", 100, 100), ("depth", 121, 121)]) == [(100, None)]


def test_image_waits_for_depth_half_a_second_at_most() -> None:
    pairing = DepthPairing[int](has_depth=True)
    pairing.colour_came(0, 0, 0)
    assert list(pairing.settled(500 * MS)) == []
    assert list(pairing.settled(501 * MS)) == [(0, 0, None)]


def test_images_keep_their_order_while_one_waits() -> None:
    events = [
        *(("colour", 0, 0), ("colour", 100, 100), ("depth", 100, 110)),
        *(("colour", 200, 200), ("depth", 200, 210)),
    ]
    assert pairs(events) == [(0, None), (100, 100), (200, 200)]


def test_depth_without_images_is_not_hoarded() -> None:
    pairing = DepthPairing[int](has_depth=True)
    for n in range(1000):
        pairing.depth_came(n * 33 * MS, n * 33 * MS, n)
        assert list(pairing.settled(n * 33 * MS)) == []
    assert len(pairing._depths) < 40


@given(
    colour=st.lists(st.integers(0, 3000), unique=True, max_size=20),
    depth=st.lists(st.integers(0, 3000), unique=True, max_size=40),
    lag=st.integers(-100, 100),
)
def test_online_pairing_equals_looking_at_all(
    colour: list[int], depth: list[int], lag: int
) -> None:
    events = [("colour", s, s + 200) for s in sorted(colour)]
    events += [("depth", s, s + 200 + lag) for s in sorted(depth)]
    found = pairs(sorted(events, key=lambda e: e[2]))
    assert [c for c, _ in found] == sorted(colour)
    for stamp, paired in found:
        best = min((abs(d - stamp) for d in depth), default=10**9)
        if best * MS > DEPTH_SLOP_NS:
            assert paired is None
        else:
            assert paired is not None
            assert abs(paired - stamp) == best
