from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.voices.part_file import part_name
from followme.voices.track import TrackWriter, wav_header
from followme.voices.voice import VoiceError
from tests.voices.listening import read_track


def test_a_folder_that_is_a_file_is_a_user_s_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VoiceError, match=r"t\.wav cannot be written \(.*\): give a file in a"):
        TrackWriter(tmp_path / "file" / "t.wav")


def test_an_empty_track_is_a_valid_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "t.wav"
    TrackWriter(path).close()
    assert len(read_track(path)) == 0 and path.read_bytes() == wav_header(0)


def test_the_name_comes_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "t.wav"
    track = TrackWriter(path)
    assert not path.exists() and part_name(path).exists()
    track.close()
    assert path.exists() and not part_name(path).exists()


def test_sound_stands_at_its_time_with_silence_around_it(tmp_path: Path) -> None:
    track = TrackWriter(tmp_path / "t.wav")
    track.write(100, np.full(10, 7, np.int16))
    track.write(300, np.full(10, -9, np.int16))
    track.reach(400)
    track.reach(50)  # time never goes back
    track.close()
    sound = read_track(tmp_path / "t.wav")
    assert len(sound) == 400
    assert np.flatnonzero(sound).tolist() == [*range(100, 110), *range(300, 310)]
    assert sound[105] == 7 and sound[305] == -9


def test_a_killed_process_leaves_a_file_that_lacks_a_second_at_most(tmp_path: Path) -> None:
    track = TrackWriter(tmp_path / "t.wav")
    for i in range(500):  # 5 s in blocks of 10 ms
        track.write(220 * i, np.full(220, 5, np.int16))
    sound = read_track(part_name(tmp_path / "t.wav"))
    assert 110000 - 22050 - 220 <= len(sound) <= 110000 and sound.all()
    track.close()


def test_a_second_life_goes_on_with_the_track(tmp_path: Path) -> None:
    path = tmp_path / "t.wav"
    first = TrackWriter(path)
    first.write(10, np.full(10, 3, np.int16))  # and is killed
    second = TrackWriter(path, resume=True)
    second.write(50, np.full(10, 4, np.int16))
    second.close()
    sound = read_track(path)
    assert sound[15] == 3 and sound[55] == 4 and len(sound) == 60 and not sound[20:50].any()


def test_a_track_whose_writer_is_still_at_work_is_put_aside_and_stays_whole(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.wav"
    orphan, next_life = TrackWriter(path), TrackWriter(path)
    orphan.write(0, np.full(10, 3, np.int16))
    next_life.write(0, np.full(10, 4, np.int16))
    orphan.close()
    assert not path.exists()
    next_life.close()
    assert read_track(path).tolist() == [4] * 10
    assert read_track(tmp_path / "t.earlier.wav").tolist() == [3] * 10


def test_silence_takes_no_room_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "t.wav"
    track = TrackWriter(path)
    for second in range(1, 600):
        track.reach(22050 * second)
    track.close()
    if path.stat().st_blocks * 512 >= path.stat().st_size:
        pytest.skip("this file system keeps no holes")
    assert path.stat().st_blocks * 512 < 100_000


def test_what_riff_cannot_count_is_left_out(tmp_path: Path) -> None:
    most = (2**32 - 1 - 44) // 2
    assert len(wav_header(most)) == 44
    track = TrackWriter(tmp_path / "t.wav")
    track.reach(most - 5)
    track.write(most - 5, np.ones(100, np.int16))
    track.close()
    assert (tmp_path / "t.wav").stat().st_size == 44 + 2 * most
    with wave.open(str(tmp_path / "t.wav")) as file:
        assert file.getnframes() == most


@given(
    st.lists(
        st.tuples(st.integers(0, 500), st.lists(st.integers(-32768, 32767), max_size=50)),
        max_size=10,
    )
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[int, list[int]]]
) -> None:
    path = tmp_path_factory.mktemp("track") / "t.wav"
    track, expected, at = TrackWriter(path), [], 0
    for gap, samples in pieces:
        at += gap
        expected += [0] * gap + samples
        track.write(at, np.array(samples, np.int16))
        at += len(samples)
    track.close()
    assert read_track(path).tolist() == expected


def test_two_channels_stand_at_their_times_also_after_a_second_life(tmp_path: Path) -> None:
    path = tmp_path / "t.wav"
    first = TrackWriter(path, channels=2)
    first.write(10, np.array([[1, 2], [3, 4]], np.int16))  # and is killed
    second = TrackWriter(path, resume=True, channels=2)
    second.write(20, np.array([[5, 6]], np.int16))
    second.close()
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getnframes()) == (2, 21)
        sound = np.frombuffer(file.readframes(21), "<i2").reshape(-1, 2)
    assert sound[10:12].tolist() == [[1, 2], [3, 4]] and sound[20].tolist() == [5, 6]
    assert not sound[12:20].any()
