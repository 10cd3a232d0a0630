from __future__ import annotations

import pytest

from followme.graph import TOPICS
from followme.health.streams import STREAMS


def test_each_stream_is_a_topic_of_the_graph():
    assert set(STREAMS) <= set(TOPICS)


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_may_miss_some_items_before_it_is_stale(name):
    stream = STREAMS[name]
    assert stream.rate_hz > 0
    assert stream.stale_s >= 3 / stream.rate_hz


def test_what_is_required_falls_silent_audibly_within_a_second():
    """B4: lost sight is audible 1.0 s after its cause; the voice needs some of that."""
    required = {name for name, s in STREAMS.items() if s.required}
    assert required == {"camera/image_raw", "depth/image", "depth/status", "obstacles"}
    assert all(STREAMS[name].stale_s <= 0.7 for name in required)
