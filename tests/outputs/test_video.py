from __future__ import annotations

import cv2
import numpy as np
import pytest

from followme.outputs.files import OutputError
from followme.outputs.video import VideoWriter

SECOND_NS = 1_000_000_000


def plain(shade, size=(48, 64)):
    return np.full((*size, 3), shade, np.uint8)


def shades_of(path):
    """Return the mean brightness of each picture of a film."""
    film = cv2.VideoCapture(str(path))
    shades = []
    while True:
        more, bgr = film.read()
        if not more:
            return shades
        shades.append(round(float(bgr.mean())))


def film_of(path, stamps_s, rate_hz=10.0):
    """Write pictures of growing brightness and return what can be seen in the film."""
    video = VideoWriter(path, rate_hz, (64, 48))
    for i, stamp_s in enumerate(stamps_s):
        video.write(plain(20 + 20 * i), round(stamp_s * SECOND_NS))
    video.close()
    return [round((shade - 20) / 20) for shade in shades_of(path)]


def test_pictures_at_the_rate_become_one_each(tmp_path):
    stamps = [100.0, 100.103, 100.198, 100.304, 100.4]
    assert film_of(tmp_path / "a.mp4", stamps) == [0, 1, 2, 3, 4]


def test_a_picture_stays_on_while_none_comes(tmp_path):
    assert film_of(tmp_path / "a.mp4", [5.0, 5.1, 5.5, 5.6]) == [0, 1, 1, 1, 1, 2, 3]


def test_a_picture_whose_place_is_taken_is_not_shown(tmp_path):
    assert film_of(tmp_path / "a.mp4", [5.0, 5.02, 5.1, 5.05, 5.2]) == [0, 2, 4]


@pytest.mark.parametrize("jump_to", [0.0, 5000.0])
def test_a_jump_in_time_leaves_no_gap(tmp_path, jump_to):
    stamps = [50.0, 50.1, jump_to, jump_to + 0.1, jump_to + 0.3]
    assert film_of(tmp_path / "a.mp4", stamps) == [0, 1, 2, 3, 3, 4]


def test_the_film_has_its_name_only_when_it_is_complete(tmp_path):
    video = VideoWriter(tmp_path / "a.mp4", 10.0, (64, 48))
    video.write(plain(9), 0)
    assert [p.name for p in tmp_path.iterdir()] == ["a.part.mp4"]
    video.close()
    video.close()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (641, 479)])
def test_odd_sizes_can_be_written_and_read(tmp_path, size):
    video = VideoWriter(tmp_path / "a.mp4", 10.0, size)
    video.write(plain(120, size[::-1]), 0)
    video.close()
    assert shades_of(tmp_path / "a.mp4")[0] == pytest.approx(120, abs=4)


def test_a_picture_of_another_size_is_resized(tmp_path):
    video = VideoWriter(tmp_path / "a.mp4", 10.0, (64, 48))
    video.write(plain(50), 0)
    video.write(plain(150, (480, 640)), SECOND_NS // 10)
    video.close()
    assert shades_of(tmp_path / "a.mp4") == pytest.approx([50, 150], abs=4)


def test_the_rate_of_the_file_is_the_rate_asked_for(tmp_path):
    film_of(tmp_path / "a.mp4", [0.0, 0.2], rate_hz=5.0)
    assert cv2.VideoCapture(str(tmp_path / "a.mp4")).get(cv2.CAP_PROP_FPS) == pytest.approx(5.0)


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(tmp_path, rate_hz):
    with pytest.raises(OutputError, match="expected a rate"):
        VideoWriter(tmp_path / "a.mp4", rate_hz, (64, 48))


def test_a_missing_folder_says_so(tmp_path):
    with pytest.raises(OutputError, match="the folder is gone"):
        VideoWriter(tmp_path / "no" / "a.mp4", 10.0, (64, 48))


def test_a_missing_codec_is_one_sentence_with_the_mend(tmp_path, monkeypatch):
    class NoCodec:
        fourcc = staticmethod(cv2.VideoWriter.fourcc)

        def __init__(self, *_):
            pass

        def isOpened(self):
            return False

    monkeypatch.setattr(cv2, "VideoWriter", NoCodec)
    with pytest.raises(OutputError, match="no mp4v encoder, install opencv-python-headless"):
        VideoWriter(tmp_path / "a.mp4", 10.0, (64, 48))
    assert not list(tmp_path.iterdir())
