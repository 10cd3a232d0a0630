from __future__ import annotations

import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.imaging import (
    COLOUR_ENCODINGS,
    DEPTH_ENCODINGS,
    ImageCodecError,
    decode_colour,
    decode_depth,
    decode_grey,
    encode_colour,
    encode_depth_mm,
)

WRITTEN = ("bgr8", "rgb8", "bgra8", "rgba8", "mono8")
sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))


def pixels(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def padded(packed: bytes, height: int, padding: int) -> tuple[bytes, int]:
    """Return the rows of an image with bytes of 0xAA between them, and their step."""
    rows = np.frombuffer(packed, np.uint8).reshape(height, -1)
    full = np.pad(rows, ((0, 0), (0, padding)), constant_values=0xAA)
    return full.tobytes(), full.shape[1]


@pytest.mark.parametrize("encoding", [*COLOUR_ENCODINGS, *DEPTH_ENCODINGS])
@pytest.mark.parametrize(("height", "width"), [(0, 4), (4, 0), (0, 0), (-1, 4), (4, -2)])
def test_image_without_pixels_is_refused(encoding: str, height: int, width: int) -> None:
    decode = decode_depth if encoding in DEPTH_ENCODINGS else decode_colour
    with pytest.raises(ImageCodecError, match="at least one pixel"):
        decode(b"", encoding, height, width, 0)


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("bgr", "'bgr8'"), ("rgb", "'rgb8'"), ("yuv422_yuyv", "'yuv422_yuy2'"), ("", "bgra8")],
)
def test_unknown_colour_encoding_is_refused_with_the_nearest(encoding: str, told: str) -> None:
    with pytest.raises(ImageCodecError, match=told) as caught:
        decode_colour(bytes(12), encoding, 2, 2, 6)
    assert repr(encoding) in str(caught.value)


@pytest.mark.parametrize(("encoding", "told"), [("16UC", "'16UC1'"), ("32FC3", "'32FC1'")])
def test_unknown_depth_encoding_is_refused_with_the_nearest(encoding: str, told: str) -> None:
    with pytest.raises(ImageCodecError, match=f"did you mean {told}"):
        decode_depth(bytes(8), encoding, 2, 2, 4)


def test_colour_is_no_depth_and_depth_no_colour() -> None:
    with pytest.raises(ImageCodecError, match="no depth encoding"):
        decode_depth(bytes(12), "bgr8", 2, 2, 6)
    with pytest.raises(ImageCodecError, match="no colour encoding"):
        decode_colour(bytes(8), "16UC1", 2, 2, 4)


def test_odd_yuv_width_is_refused() -> None:
    with pytest.raises(ImageCodecError, match="its width is 3"):
        decode_colour(bytes(6), "yuv422_yuy2", 1, 3, 6)


@pytest.mark.parametrize("data", [None, "text", [1, 2, 3], 12])
def test_what_is_no_buffer_is_refused(data: object) -> None:
    with pytest.raises(ImageCodecError, match="expected bytes"):
        decode_colour(data, "mono8", 2, 2, 2)  # type: ignore[arg-type]


def test_strided_buffer_is_refused() -> None:
    with pytest.raises(ImageCodecError, match="without gaps"):
        decode_colour(np.zeros(8, np.uint8)[::2], "mono8", 2, 2, 2)


@given(
    encoding=st.sampled_from([*COLOUR_ENCODINGS, *DEPTH_ENCODINGS]),
    size=sizes,
    padding=st.integers(0, 5),
    wrong=st.integers(-40, 40).filter(bool),
)
def test_every_wrong_length_is_refused(
    encoding: str, size: tuple[int, int], padding: int, wrong: int
) -> None:
    height, width = size[0], 2 * size[1]
    step = width * (COLOUR_ENCODINGS | DEPTH_ENCODINGS)[encoding] + padding
    length = max(0, height * step + wrong)
    decode = decode_depth if encoding in DEPTH_ENCODINGS else decode_colour
    with pytest.raises(ImageCodecError, match=f"expected {height * step} bytes.* got {length}$"):
        decode(bytes(length), encoding, height, width, step)


@given(encoding=st.sampled_from([*COLOUR_ENCODINGS, *DEPTH_ENCODINGS]), size=sizes)
def test_step_below_a_row_is_refused(encoding: str, size: tuple[int, int]) -> None:
    height, width = size[0], 2 * size[1]
    row = width * (COLOUR_ENCODINGS | DEPTH_ENCODINGS)[encoding]
    decode = decode_depth if encoding in DEPTH_ENCODINGS else decode_colour
    with pytest.raises(ImageCodecError, match=f"step is {row - 1} bytes, a row alone has {row}"):
        decode(bytes(height * (row - 1)), encoding, height, width, row - 1)


@given(
    encoding=st.sampled_from(WRITTEN),
    size=sizes,
    padding=st.integers(0, 7),
    big_endian=st.booleans(),
    seed=st.integers(0, 99),
)
def test_colour_survives_encoding_and_decoding(
    encoding: str, size: tuple[int, int], padding: int, big_endian: bool, seed: int
) -> None:
    height, width = size
    bgr = pixels(height, width, seed)
    if encoding == "mono8":  # the others hold colour, this one grey
        bgr = np.repeat(bgr[..., :1], 3, axis=2)
    data, step = padded(encode_colour(bgr, encoding).tobytes(), height, padding)
    decoded = decode_colour(data, encoding, height, width, step, big_endian)
    np.testing.assert_array_equal(decoded, bgr)
    assert decoded.flags.c_contiguous
    assert not decoded.flags.writeable


@given(size=sizes, padding=st.integers(0, 7), big_endian=st.booleans(), seed=st.integers(0, 99))
def test_millimetres_survive_decoding_and_encoding(
    size: tuple[int, int], padding: int, big_endian: bool, seed: int
) -> None:
    depth_mm = np.random.default_rng(seed).integers(0, 65536, size).astype(np.uint16)
    packed = depth_mm.astype(">u2" if big_endian else "<u2").tobytes()
    data, step = padded(packed, size[0], padding)
    depth_m = decode_depth(data, "16UC1", *size, step, big_endian)
    np.testing.assert_array_equal(encode_depth_mm(depth_m), depth_mm)
    np.testing.assert_array_equal(np.isnan(depth_m), depth_mm == 0)
    assert not depth_m.flags.writeable


@given(size=sizes, padding=st.integers(0, 7), big_endian=st.booleans(), seed=st.integers(0, 99))
def test_metres_survive_decoding(
    size: tuple[int, int], padding: int, big_endian: bool, seed: int
) -> None:
    depth_m = np.random.default_rng(seed).uniform(0.1, 20.0, size).astype(np.float32)
    data, step = padded(depth_m.astype(">f4" if big_endian else "<f4").tobytes(), size[0], padding)
    np.testing.assert_array_equal(decode_depth(data, "32FC1", *size, step, big_endian), depth_m)


def test_wrong_byte_order_gives_other_metres() -> None:
    data = np.array([[1000]], "<u2").tobytes()
    assert decode_depth(data, "16UC1", 1, 1, 2, False)[0, 0] == pytest.approx(1.0)
    assert decode_depth(data, "16UC1", 1, 1, 2, True)[0, 0] == pytest.approx(59.395)


@pytest.mark.parametrize("nothing", [0.0, -0.0, -1.0, np.inf, -np.inf, np.nan])
def test_float_depth_that_is_no_distance_is_unknown(nothing: float) -> None:
    data = np.array([[nothing, 2.0]], np.float32)
    decoded = decode_depth(data.tobytes(), "32FC1", 1, 2, 8)
    np.testing.assert_array_equal(decoded, np.array([[np.nan, 2.0]], np.float32))


@pytest.mark.parametrize(
    ("metres", "millimetres"),
    [
        (np.nan, 0),
        (np.inf, 0),
        (-1.0, 0),
        (0.0004, 0),
        (0.0006, 1),
        (1.2344, 1234),
        (65.535, 65535),
        (65.54, 0),
        (1e9, 0),
    ],
)
def test_depth_that_does_not_fit_becomes_unknown(metres: float, millimetres: int) -> None:
    encoded = encode_depth_mm(np.array([[metres]], np.float32))
    assert encoded.dtype == np.uint16
    assert encoded[0, 0] == millimetres


def test_blue_is_not_red() -> None:
    red = bytes([255, 0, 0])
    assert decode_colour(red, "rgb8", 1, 1, 3).tolist() == [[[0, 0, 255]]]
    assert decode_colour(red, "bgr8", 1, 1, 3).tolist() == [[[255, 0, 0]]]
    assert decode_colour(red + b"\0", "rgba8", 1, 1, 4).tolist() == [[[0, 0, 255]]]
    assert decode_colour(red + b"\0", "bgra8", 1, 1, 4).tolist() == [[[255, 0, 0]]]


@pytest.mark.parametrize(
    ("encoding", "order"),
    [("yuv422_yuy2", "yuyv"), ("yuyv", "yuyv"), ("yuv422", "uyvy"), ("uyvy", "uyvy")],
)
def test_yuv_follows_bt601(encoding: str, order: str) -> None:
    values = {"u": 90, "v": 200}
    lumas = iter((81, 120))
    data = bytes(next(lumas) if c == "y" else values[c] for c in order)
    decoded = decode_colour(data, encoding, 1, 2, 4).astype(float)
    u, v = values["u"] - 128, values["v"] - 128
    for x, luma in enumerate((81, 120)):
        y = 1.164 * (luma - 16)
        expected = [y + 2.018 * u, y - 0.391 * u - 0.813 * v, y + 1.596 * v]
        np.testing.assert_allclose(decoded[0, x], np.clip(expected, 0, 255), atol=1.0)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, "array", "numpy"])
def test_bgr_without_padding_is_a_view_on_the_message(kind: object) -> None:
    raw = bytearray(range(12))
    data = {"array": array.array("B", raw), "numpy": np.frombuffer(raw, np.uint8)}.get(
        kind if isinstance(kind, str) else ""
    )
    if data is None:
        assert callable(kind)
        data = kind(raw)
    decoded = decode_colour(data, "bgr8", 2, 2, 6)
    assert np.shares_memory(decoded, np.frombuffer(data, np.uint8))
    assert not decoded.flags.writeable
    assert decoded.reshape(-1).tolist() == list(range(12))


def test_bgr_is_encoded_without_a_copy() -> None:
    bgr = pixels(3, 4, 0)
    assert np.shares_memory(np.frombuffer(encode_colour(bgr, "bgr8"), np.uint8), bgr)


def test_strided_and_read_only_images_are_encoded() -> None:
    bgr = pixels(4, 6, 1)
    bgr.flags.writeable = False
    assert encode_colour(bgr[:, ::2]).tobytes() == np.ascontiguousarray(bgr[:, ::2]).tobytes()
    assert encode_colour(bgr, "rgb8").tobytes() == bgr[..., ::-1].tobytes()


@pytest.mark.parametrize(
    "bgr",
    [
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
    ],
)
def test_what_is_no_colour_image_is_not_encoded(bgr: np.ndarray) -> None:
    with pytest.raises(ImageCodecError, match="expected \\(height, width, 3\\) uint8"):
        encode_colour(bgr)


def test_encoding_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ImageCodecError, match="no written colour encoding"):
        encode_colour(pixels(2, 2, 0), "yuyv")


@pytest.mark.parametrize("encoding", ["mono8", "8UC1"])
@pytest.mark.parametrize("padding", [0, 3])
def test_grey_is_read_to_the_bit(encoding: str, padding: int) -> None:
    grey = pixels(4, 5, 3)[..., 0]
    data, step = padded(grey.tobytes(), 4, padding)
    read = decode_grey(data, encoding, 4, 5, step)
    assert np.array_equal(read, grey)
    assert not read.flags.writeable


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ((b"", "mono8", 0, 4, 4), "at least one pixel"),
        ((bytes(15), "mono8", 4, 4, 4), "expected 16 bytes"),
        ((bytes(16), "mono8", 4, 4, 3), "step"),
        ((bytes(48), "bgr8", 4, 4, 12), "no grey encoding"),
    ],
)
def test_what_is_no_grey_image_is_refused(facts: tuple, words: str) -> None:
    with pytest.raises(ImageCodecError, match=words):
        decode_grey(*facts)
