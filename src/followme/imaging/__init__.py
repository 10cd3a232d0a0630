"""Pixels of messages and files to numpy and back; knows neither ROS nor where they came from."""

from followme.imaging.codec import (
    COLOUR_ENCODINGS,
    DEPTH_ENCODINGS,
    ImageCodecError,
    decode_colour,
    decode_depth,
    decode_grey,
    encode_colour,
    encode_depth_mm,
    metres_from_counts,
)
from followme.imaging.compressed import (
    decode_compressed_colour,
    decode_compressed_depth,
    decode_image,
    decode_png16,
    encode_jpeg,
)

__all__ = [
    "COLOUR_ENCODINGS",
    "DEPTH_ENCODINGS",
    "ImageCodecError",
    "decode_colour",
    "decode_compressed_colour",
    "decode_compressed_depth",
    "decode_depth",
    "decode_grey",
    "decode_image",
    "decode_png16",
    "encode_colour",
    "encode_depth_mm",
    "encode_jpeg",
    "metres_from_counts",
]
