from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from followme.supervision.lines import Lines


def test_nothing_gives_nothing():
    lines = Lines()
    assert [*lines.feed(b""), *lines.end()] == []


def test_a_line_is_given_out_when_it_is_complete():
    lines = Lines()
    assert list(lines.feed(b"one\ntw")) == ["one"]
    assert list(lines.feed(b"o\n\nlast")) == ["two", ""]
    assert list(lines.end()) == ["last"]
    assert list(lines.end()) == []


def test_what_is_no_text_is_shown_as_well_as_it_can_be():
    assert list(Lines().feed(b"a\xffb\r\n")) == ["a\ufffdb"]


def test_a_line_without_an_end_fills_no_memory():
    lines = Lines()
    given_out = [line for _ in range(100) for line in lines.feed(b"x" * 1000)]
    assert sum(map(len, given_out)) > 80_000


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"))), st.integers(1, 7)
)
def test_it_does_not_matter_how_the_pipe_cuts(texts, size):
    data = "".join(f"{text}\n" for text in texts).encode()
    lines = Lines()
    found = [x for i in range(0, len(data), size) for x in lines.feed(data[i : i + size])]
    assert [*found, *lines.end()] == texts
