from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.voices.framing import LONGEST, Decoder, MessageError, encode

values = st.one_of(
    st.text(max_size=40),
    st.integers(-(2**63), 2**63),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
)
messages = st.builds(
    lambda op, rest: {**rest, "op": op},
    st.text(max_size=10),
    st.dictionaries(st.text(max_size=10), values, max_size=4),
)


@given(st.lists(messages, max_size=8), st.lists(st.integers(1, 40), min_size=1, max_size=20))
def test_messages_survive_a_pipe_that_returns_any_pieces(sent: list, sizes: list[int]) -> None:
    data = b"".join(encode(m) for m in sent)
    decoder, received, i = Decoder(), [], 0
    while data:
        size = sizes[i % len(sizes)]
        received += decoder.feed(data[:size])
        data, i = data[size:], i + 1
    assert received == sent and decoder.damaged == 0


@given(st.binary(max_size=200))
def test_whatever_comes_the_next_message_is_understood(noise: bytes) -> None:
    decoder = Decoder()
    decoder.feed(noise + b"\n")
    assert decoder.feed(encode({"op": "bye"})) == [{"op": "bye"}]


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"7", b"null", b"[]", b"{}", b'{"op":7}', b"\xff\xfe", b"[" * 5000, b'{"op":"x"'],
)
def test_a_line_that_is_no_message_is_skipped_and_counted(line: bytes) -> None:
    decoder = Decoder()
    assert decoder.feed(line + b"\n" + encode({"op": "cut"})) == [{"op": "cut"}]
    assert decoder.damaged == 1


def test_nothing_is_no_message() -> None:
    assert Decoder().feed(b"") == []


def test_an_endless_line_does_not_fill_the_memory() -> None:
    decoder = Decoder()
    for _ in range(100):
        decoder.feed(b"x" * 1000)
    decoder.feed(b"\n")
    assert decoder.feed(encode({"op": "cut"})) == [{"op": "cut"}]
    assert decoder.damaged >= 1


def test_a_message_that_a_pipe_might_split_is_refused() -> None:
    assert len(encode({"op": "say", "text": "a" * (LONGEST - 40)})) <= LONGEST
    with pytest.raises(MessageError, match="shorten its text"):
        encode({"op": "say", "text": "ä" * LONGEST})


def test_a_number_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode({"op": "onset", "at_s": float("nan")})
