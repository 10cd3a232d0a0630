from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.imaging import (
    ImageCodecError,
    decode_compressed_colour,
    decode_compressed_depth,
    decode_image,
    decode_png16,
    encode_jpeg,
)

KINDS = (".jpg", ".png", ".bmp", ".webp")


def smooth(height: int = 24, width: int = 32) -> np.ndarray:
    """Return an image that JPEG keeps nearly as it is: blue grows right, red grows down."""
    bgr = np.zeros((height, width, 3), np.uint8)
    bgr[..., 0] = np.linspace(0, 250, width)
    bgr[..., 2] = np.linspace(0, 250, height)[:, None]
    return bgr


def packed(kind: str, pixels: np.ndarray) -> bytes:
    ok, data = cv2.imencode(kind, pixels)
    assert ok
    return data.tobytes()


@pytest.mark.parametrize("decode", [decode_image, lambda d: decode_compressed_colour(d, "jpeg")])
@pytest.mark.parametrize("data", [b"", b"\0", b"no image at all", b"\xff\xd8", b"BM"])
def test_what_is_no_image_is_refused(decode: object, data: bytes) -> None:
    assert callable(decode)
    with pytest.raises(ImageCodecError, match="image file"):
        decode(data)


@pytest.mark.parametrize("kind", KINDS)
@given(share=st.floats(0.0, 1.0, exclude_max=True))
def test_image_cut_anywhere_is_refused(kind: str, share: float) -> None:
    whole = packed(kind, smooth())
    with pytest.raises(ImageCodecError):
        decode_image(whole[: int(share * len(whole))])


def test_cut_jpeg_with_a_whole_thumbnail_is_refused() -> None:
    thumbnail = packed(".jpg", smooth(8, 8))
    main = packed(".jpg", smooth())
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    whole = main[:2] + segment + main[2:]
    assert decode_image(whole).shape == (24, 32, 3)
    with pytest.raises(ImageCodecError, match="its end is missing"):
        decode_image(whole[:-20])


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_after_the_end_do_no_harm(kind: str) -> None:
    decoded = decode_image(packed(kind, smooth()) + b"\0" * 7)
    assert decoded.shape == (24, 32, 3)


@pytest.mark.parametrize("kind", [".png", ".bmp"])
def test_lossless_files_are_read_exactly(kind: str) -> None:
    decoded = decode_image(packed(kind, smooth()))
    np.testing.assert_array_equal(decoded, smooth())
    assert not decoded.flags.writeable


@pytest.mark.parametrize(
    ("kind", "format", "swapped"),
    [
        (".png", "png", False),
        (".jpg", "jpeg", False),
        (".jpg", "jpg", False),
        (".jpg", "JPEG", False),
        (".jpg", "rgb8; jpeg compressed bgr8", False),
        (".png", "bgr8; png compressed bgr8", False),
        (".png", "rgb8; png compressed rgb8", True),
    ],
)
def test_format_says_the_order_of_the_channels(kind: str, format: str, swapped: bool) -> None:
    expected = smooth()[..., ::-1] if swapped else smooth()
    decoded = decode_compressed_colour(packed(kind, smooth()), format)
    assert np.abs(decoded.astype(int) - expected).mean() < 3.0
    assert not decoded.flags.writeable


def test_grey_jpeg_becomes_three_channels() -> None:
    assert decode_compressed_colour(packed(".jpg", smooth()[..., 0]), "jpeg").shape == (24, 32, 3)


@pytest.mark.parametrize(
    ("format", "told"),
    [("jpegg", "did you mean 'jpeg'"), ("h264", "none of jpeg"), ("", "none of jpeg")],
)
def test_unknown_format_is_refused(format: str, told: str) -> None:
    with pytest.raises(ImageCodecError, match=told):
        decode_compressed_colour(packed(".jpg", smooth()), format)


def test_compressed_depth_is_no_colour() -> None:
    with pytest.raises(ImageCodecError, match="is depth, not colour"):
        decode_compressed_colour(b"", "16UC1; compressedDepth png")


@pytest.mark.parametrize(
    ("format", "header"),
    [
        ("16UC1; compressedDepth png", bytes(12)),
        ("16UC1; compressedDepth", bytes(12)),
        ("16UC1; png compressed ", b""),
    ],
)
def test_depth_png_gives_metres_and_nan(format: str, header: bytes) -> None:
    depth_mm = np.array([[0, 1], [1500, 65535]], np.uint16)
    decoded = decode_compressed_depth(header + packed(".png", depth_mm), format)
    expected = np.array([[np.nan, 0.001], [1.5, 65.535]], np.float32)
    np.testing.assert_allclose(decoded, expected, rtol=1e-6)
    assert decoded.dtype == np.float32
    assert not decoded.flags.writeable


@pytest.mark.parametrize(
    "format", ["32FC1; compressedDepth png", "16UC1; compressedDepth rvl", "jpeg", ""]
)
def test_other_depth_formats_are_refused_by_name(format: str) -> None:
    with pytest.raises(ImageCodecError, match="cannot be read") as caught:
        decode_compressed_depth(bytes(40), format)
    assert repr(format) in str(caught.value)


def test_depth_of_eight_bits_or_three_channels_is_refused() -> None:
    with pytest.raises(ImageCodecError, match="got 1 of 8 bits"):
        decode_png16(packed(".png", smooth()[..., 0]))
    with pytest.raises(ImageCodecError, match="got 3 of 8 bits"):
        decode_png16(packed(".png", smooth()))


@pytest.mark.parametrize("data", [b"", bytes(5), bytes(12), bytes(40)])
def test_compressed_depth_without_a_png_is_refused(data: bytes) -> None:
    with pytest.raises(ImageCodecError):
        decode_compressed_depth(data, "16UC1; compressedDepth png")


def test_a_jpeg_is_smaller_with_less_quality_and_is_read_back() -> None:
    small, large = (encode_jpeg(smooth(), quality) for quality in (20, 95))
    assert len(small) < len(large)
    assert np.abs(decode_compressed_colour(large, "jpeg").astype(int) - smooth()).mean() < 3.0


def test_what_no_jpeg_can_hold_is_refused() -> None:
    with pytest.raises(ImageCodecError, match="JPEG"):
        encode_jpeg(np.zeros((0, 0, 3), np.uint8))
