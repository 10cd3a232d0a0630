from __future__ import annotations

import importlib.util
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CameraInfo as CameraInfoMsg
from sensor_msgs.msg import Image

from followme.imaging.codec import (
    COLOUR_ENCODINGS,
    DEPTH_ENCODINGS,
    ImageCodecError,
    encode_colour,
    encode_depth_mm,
)
from followme.ros import images
from followme.ros.stamps import header
from followme.values.camera import Camera
from followme.values.frame import CameraInfo, ColourImage, DepthImage

from .any_values import COLOURS, DEPTHS, INFOS

HEIGHT, WIDTH = 6, 8
BGR = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
DEPTH_M = np.array([[0.001, 1.234, np.nan], [65.535, 0.5, 3.0]], np.float32)


def through_the_wire(message):
    return deserialize_message(serialize_message(message), type(message))


def a_message(rows: np.ndarray, encoding: str, width: int, padding: int = 0) -> Image:
    """Return an image whose rows of bytes are followed by padding that is no picture."""
    padded = np.pad(rows, ((0, 0), (0, padding)), constant_values=0xAB)
    return Image(
        header=header(7, "camera"),
        height=rows.shape[0],
        width=width,
        encoding=encoding,
        step=padded.shape[1],
        data=padded.tobytes(),
    )


def yuv_rows(bgr: np.ndarray, luma_first: bool) -> np.ndarray:
    """Return rows of two bytes a pixel, the colour of a pair being that of its first pixel."""
    yuv = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV)  # (H, W, 3)
    chroma = np.where(np.arange(bgr.shape[1]) % 2 == 0, yuv[:, :, 1], np.roll(yuv[..., 2], 1, 1))
    pair = [yuv[..., 0], chroma] if luma_first else [chroma, yuv[..., 0]]
    return np.stack(pair, axis=-1).reshape(bgr.shape[0], -1)


def rows_of(encoding: str, bgr: np.ndarray) -> np.ndarray:
    if COLOUR_ENCODINGS[encoding] == 2:
        return yuv_rows(bgr, luma_first=encoding in ("yuv422_yuy2", "yuyv"))
    return np.frombuffer(encode_colour(bgr, encoding), np.uint8).reshape(bgr.shape[0], -1)


class TestColour:
    @pytest.mark.parametrize("carried", [lambda m: m, through_the_wire], ids=["made", "wire"])
    @given(image=COLOURS)
    @settings(max_examples=50)
    def test_every_bit_survives(self, carried, image):
        message = carried(images.colour_to_msg(image, "camera"))
        back = images.colour_from_msg(message)
        assert back.stamp_ns == image.stamp_ns
        assert np.array_equal(back.bgr, image.bgr)
        assert message.header.frame_id == "camera"
        assert message.encoding == "bgr8"
        assert message.step == 3 * message.width

    def test_an_image_with_gaps_in_memory_is_the_same_picture(self):
        mirrored = ColourImage(1, BGR[:, ::-1])
        back = images.colour_from_msg(images.colour_to_msg(mirrored, "camera"))
        assert np.array_equal(back.bgr, BGR[:, ::-1])
        assert not np.array_equal(back.bgr, BGR)

    @pytest.mark.parametrize("padding", [0, 5])
    @pytest.mark.parametrize("encoding", ["bgr8", "rgb8", "bgra8", "rgba8"])
    def test_every_lossless_encoding_is_read_to_the_bit(self, encoding, padding):
        message = a_message(rows_of(encoding, BGR), encoding, WIDTH, padding)
        assert np.array_equal(images.colour_from_msg(through_the_wire(message)).bgr, BGR)

    @pytest.mark.parametrize("padding", [0, 5])
    @pytest.mark.parametrize("encoding", sorted(COLOUR_ENCODINGS))
    def test_every_encoding_of_the_codec_is_read(self, encoding, padding):
        # one grey and two colours, each as wide as a pair of pixels that share their colour
        flat = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        flat[:, :2], flat[:, 2:4], flat[:, 4:6] = (128, 128, 128), (200, 90, 60), (40, 120, 210)
        expected = flat
        if encoding == "mono8":
            expected = cv2.cvtColor(cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        message = a_message(rows_of(encoding, flat), encoding, WIDTH, padding)
        got = images.colour_from_msg(through_the_wire(message)).bgr
        # full range here, studio range there: brightness of yuv differs by up to a seventh
        tolerance = 40 if COLOUR_ENCODINGS[encoding] == 2 else 0
        assert np.abs(got.astype(int) - expected).max() <= tolerance

    @pytest.mark.parametrize(("right", "wrong"), [("bgr8", "rgb8"), ("yuyv", "uyvy")])
    def test_an_encoding_is_not_taken_for_its_neighbour(self, right, wrong):
        rows = rows_of(right, BGR)
        read = [
            images.colour_from_msg(a_message(rows, e, WIDTH)).bgr.astype(int)
            for e in (right, wrong)
        ]
        assert np.abs(read[0] - read[1]).max() > 40

    @pytest.mark.parametrize("side", ["height", "width"])
    def test_an_image_without_pixels_is_refused(self, side):
        message = Image(encoding="bgr8", height=1, width=1, step=3, data=b"abc")
        setattr(message, side, 0)
        with pytest.raises(ImageCodecError):
            images.colour_from_msg(message)

    @pytest.mark.parametrize(
        ("field", "value"),
        [("step", 3 * WIDTH - 1), ("step", 3 * WIDTH + 1), ("height", HEIGHT + 1), ("step", 0)],
    )
    def test_a_size_that_does_not_fit_the_data_is_refused(self, field, value):
        message = images.colour_to_msg(ColourImage(0, BGR), "camera")
        setattr(message, field, value)
        with pytest.raises(ImageCodecError, match="bgr8"):
            images.colour_from_msg(message)

    def test_data_that_was_cut_off_is_refused(self):
        message = images.colour_to_msg(ColourImage(0, BGR), "camera")
        message.data = message.data[:-1]
        with pytest.raises(ImageCodecError, match="expected"):
            images.colour_from_msg(message)

    @pytest.mark.parametrize("encoding", ["", "bgr", "bayer_rggb8", "32FC1"])
    def test_an_unknown_encoding_is_named(self, encoding, monkeypatch):
        monkeypatch.setattr(images.importlib.util, "find_spec", lambda _: None)
        message = a_message(rows_of("bgr8", BGR), encoding, WIDTH)
        with pytest.raises(ImageCodecError, match=repr(encoding)):
            images.colour_from_msg(message)


class FakeBridge:
    """What a robot's cv_bridge looks like from here."""

    CvBridgeError = type("CvBridgeError", (TypeError,), {})

    @staticmethod
    def CvBridge() -> SimpleNamespace:
        def convert(message, desired_encoding):
            assert desired_encoding == "bgr8"
            if message.encoding == "nonsense":
                raise FakeBridge.CvBridgeError("no conversion from nonsense")
            if message.encoding == "8UC7":
                raise TypeError("buffer is too small for requested array")
            return np.full((message.height, message.width, 3), 9, np.uint8)

        return SimpleNamespace(imgmsg_to_cv2=convert)


@pytest.fixture
def bridged(monkeypatch):
    """Let cv_bridge be there."""
    monkeypatch.setattr(images.importlib.util, "find_spec", lambda _: object())
    monkeypatch.setitem(__import__("sys").modules, "cv_bridge", FakeBridge)


def test_what_the_codec_does_not_know_is_left_to_cv_bridge(bridged):
    message = a_message(rows_of("mono8", BGR), "bayer_rggb8", WIDTH)
    back = images.colour_from_msg(message)
    assert back.stamp_ns == 7
    assert (back.bgr == 9).all()


def test_what_the_codec_knows_never_goes_to_cv_bridge(bridged):
    message = a_message(rows_of("bgr8", BGR), "bgr8", WIDTH)
    assert np.array_equal(images.colour_from_msg(message).bgr, BGR)


def test_what_cv_bridge_refuses_is_a_codec_error(bridged):
    message = a_message(rows_of("mono8", BGR), "nonsense", WIDTH)
    with pytest.raises(ImageCodecError, match="'nonsense'"):
        images.colour_from_msg(message)


def test_no_error_of_cv_bridge_ends_a_node(bridged):
    message = a_message(rows_of("mono8", BGR), "8UC7", WIDTH)
    with pytest.raises(ImageCodecError, match=r"'8UC7' is no colour encoding.*buffer is too small"):
        images.colour_from_msg(message)


@pytest.mark.parametrize("left", [0, 1, -1])
def test_cut_data_never_come_to_cv_bridge(bridged, left):
    message = a_message(rows_of("mono8", BGR), "bayer_rggb8", WIDTH)
    message.data = message.data[:left]
    with pytest.raises(ImageCodecError, match=r"bayer_rggb8 image .*expected \d+ bytes"):
        images.colour_from_msg(message)


@pytest.mark.skipif(
    importlib.util.find_spec("cv_bridge") is None,
    reason="cv_bridge comes with a robot's ROS 2 only",
)
@pytest.mark.parametrize("encoding", ["bgr8", "rgb8", "bgra8", "rgba8", "mono8"])
def test_pixels_are_those_of_cv_bridge(encoding):
    import cv_bridge

    message = a_message(rows_of(encoding, BGR), encoding, WIDTH, padding=4)
    theirs = cv_bridge.CvBridge().imgmsg_to_cv2(message, desired_encoding="bgr8")
    assert np.array_equal(images.colour_from_msg(message).bgr, theirs)


class TestDepth:
    @pytest.mark.parametrize("carried", [lambda m: m, through_the_wire], ids=["made", "wire"])
    @given(depth=DEPTHS)
    @settings(max_examples=50)
    def test_every_bit_survives(self, carried, depth):
        message = carried(images.depth_to_msg(depth, "camera"))
        back = images.depth_from_msg(message)
        assert back.stamp_ns == depth.stamp_ns
        assert np.array_equal(back.depth_m, depth.depth_m, equal_nan=True)
        assert message.encoding == "32FC1"
        assert not message.is_bigendian

    @pytest.mark.parametrize("padding", [0, 3])
    @pytest.mark.parametrize("big_endian", [False, True])
    @pytest.mark.parametrize("encoding", sorted(DEPTH_ENCODINGS))
    def test_every_encoding_and_byte_order_is_read(self, encoding, big_endian, padding):
        pixels = DEPTH_M if encoding == "32FC1" else encode_depth_mm(DEPTH_M)
        pixels = pixels.astype(pixels.dtype.newbyteorder(">" if big_endian else "<"))
        rows = np.frombuffer(pixels.tobytes(), np.uint8).reshape(2, -1)
        message = a_message(rows, encoding, 3, padding)
        message.is_bigendian = int(big_endian)
        got = images.depth_from_msg(through_the_wire(message)).depth_m
        assert np.array_equal(got, DEPTH_M, equal_nan=True)

    @pytest.mark.parametrize(("encoding", "counted"), [("16UC1", True), ("32FC1", False)])
    def test_whole_numbers_are_told_from_metres(self, encoding, counted):
        pixels = DEPTH_M if encoding == "32FC1" else encode_depth_mm(DEPTH_M)
        rows = np.frombuffer(pixels.tobytes(), np.uint8).reshape(2, -1)
        assert images.depth_from_msg(a_message(rows, encoding, 3)).counted is counted

    def test_the_wrong_byte_order_is_not_the_same_depth(self):
        message = images.depth_to_msg(DepthImage(0, DEPTH_M), "camera")
        message.is_bigendian = 1
        assert not np.array_equal(images.depth_from_msg(message).depth_m, DEPTH_M, equal_nan=True)

    @pytest.mark.parametrize("value", [0.0, -1.0, np.inf, -np.inf, np.nan])
    def test_what_is_no_distance_is_unknown(self, value):
        rows = np.frombuffer(np.array([[value, 2.0]], np.float32).tobytes(), np.uint8)[None]
        got = images.depth_from_msg(a_message(rows, "32FC1", 2)).depth_m
        assert np.isnan(got[0, 0])
        assert got[0, 1] == 2.0

    @pytest.mark.parametrize("encoding", ["", "bgr8", "64FC1", "16SC1"])
    def test_an_unknown_encoding_is_named(self, encoding):
        message = images.depth_to_msg(DepthImage(0, DEPTH_M), "camera")
        message.encoding = encoding
        with pytest.raises(ImageCodecError, match=repr(encoding)):
            images.depth_from_msg(message)

    @pytest.mark.parametrize(("field", "value"), [("step", 11), ("step", 13), ("height", 3)])
    def test_a_size_that_does_not_fit_the_data_is_refused(self, field, value):
        message = images.depth_to_msg(DepthImage(0, DEPTH_M), "camera")
        setattr(message, field, value)
        with pytest.raises(ImageCodecError, match="32FC1"):
            images.depth_from_msg(message)


class TestCalibration:
    @pytest.mark.parametrize("carried", [lambda m: m, through_the_wire], ids=["made", "wire"])
    @given(info=INFOS)
    def test_every_figure_survives_and_a_guess_stays_a_guess(self, carried, info):
        message = carried(images.info_to_msg(info, "camera"))
        assert images.info_from_msg(message) == info
        assert message.header.frame_id == "camera"

    def test_a_camera_that_is_not_calibrated_is_refused(self):
        # sensor_msgs: K[0] is 0 then
        with pytest.raises(ValueError, match="not calibrated"):
            images.info_from_msg(CameraInfoMsg(width=640, height=480))

    @pytest.mark.parametrize("focal_px", [np.nan, -500.0, np.inf])
    def test_a_focal_length_that_is_none_is_refused(self, focal_px):
        message = images.info_to_msg(CameraInfo(0, Camera(8, 6, 10, 10, 4, 3)), "camera")
        message.k[0] = focal_px
        with pytest.raises(ValueError, match="camera"):
            images.info_from_msg(message)

    def test_a_calibration_without_a_size_is_refused(self):
        message = images.info_to_msg(CameraInfo(0, Camera(8, 6, 10, 10, 4, 3)), "camera")
        message.width = 0
        with pytest.raises(ValueError, match="width"):
            images.info_from_msg(message)

    def test_width_and_height_keep_their_places(self):
        camera = Camera(8, 6, 11.0, 12.0, 4.0, 3.0)
        message = images.info_to_msg(CameraInfo(0, camera), "camera")
        assert (message.width, message.height) == (8, 6)
        assert list(message.k) == [11.0, 0.0, 4.0, 0.0, 12.0, 3.0, 0.0, 0.0, 1.0]
        p = np.reshape(message.p, (3, 4))
        assert np.array_equal(p[:, :3], np.reshape(message.k, (3, 3)))
        assert np.array_equal(np.reshape(message.r, (3, 3)), np.eye(3))


@given(st.integers(0, 10**18), st.integers(1, 5), st.integers(1, 5))
@settings(max_examples=20)
def test_a_map_of_floats_becomes_the_value_of_its_topic(stamp_ns, height, width):
    sigma_m = np.full((height, width), 0.1, np.float32)
    image = images.float_image(sigma_m, stamp_ns)
    assert image.stamp_ns == stamp_ns
    assert np.shares_memory(image.depth_m, sigma_m)
    assert not image.depth_m.flags.writeable
