from __future__ import annotations

from pathlib import Path

import pytest

from followme.sources.bag import BagSource
from followme.sources.folder import ImageFolder
from followme.sources.open import open_source
from followme.sources.rgbd import SevenScenesFolder
from followme.sources.source import Source, SourceError
from followme.sources.synthetic import SyntheticSource
from followme.sources.tum import TumFolder
from tests.sources.build_recordings import (
    an_image,
    colour_msg,
    seven_scenes,
    tum,
    write_bag,
    write_image,
)


def opened(text: str, rate_hz: float = 10.0) -> Source:
    return open_source(
        text, rate_hz=rate_hz, width=64, height=48, seed=3, seconds=0.3, report=lambda _: None
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "source '' is neither a folder nor a file"),
        ("syntetic", "did you mean 'synthetic'?"),
        ("Synthetic", "did you mean 'synthetic'?"),
        ("wecam:0", "did you mean 'webcam:0'?"),
        ("a film", "give 'synthetic', 'webcam:0', a folder of images"),
        ("/no/such/folder", "'/no/such/folder' is neither"),
        ("~nobody-of-this-name/walk", "cannot be opened"),
        ("a" * 5000, "cannot be opened"),
        ("a\0b", "source 'a"),
    ],
)
def test_text_that_is_no_source_is_refused_with_what_is_possible(text: str, told: str) -> None:
    with pytest.raises(SourceError) as caught:
        opened(text)
    assert told in str(caught.value)
    assert ".mcap" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_misspelt_file_is_told_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "corridor.mcap").write_bytes(b"")
    with pytest.raises(SourceError, match=r"did you mean '.*corridor\.mcap'"):
        opened(str(tmp_path / "coridor.mcap"))


@pytest.mark.parametrize("name", ["film.gif", "noise", "notes.txt"])
def test_file_that_cannot_be_played_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(SourceError, match="is a file that cannot be played"):
        opened(str(tmp_path / name))


def test_empty_folder_and_empty_bag_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="folder without images or a bag"):
        opened(str(tmp_path))
    (tmp_path / "a.mcap").write_bytes(b"")
    with pytest.raises(SourceError, match="the bag cannot be read"):
        opened(str(tmp_path / "a.mcap"))


def test_a_webcam_that_is_not_there_is_refused_with_the_mend() -> None:
    with pytest.raises(SourceError, match="webcam /dev/video987: there is no such device"):
        opened("webcam:987")
    with pytest.raises(SourceError, match="give webcam:0 or webcam:/dev/video0"):
        opened("webcam:front")


def test_synthetic_walk_is_opened_as_asked() -> None:
    source = opened("synthetic")
    assert isinstance(source, SyntheticSource)
    frames = list(source.frames())
    assert len(frames) == 3
    assert frames[0].bgr.shape == (48, 64, 3)
    assert source.rate_hz == 10.0
    source.close()


def test_folders_are_told_apart_by_what_they_hold(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "a.png", an_image())
    seven_scenes(tmp_path / "scenes", [0, 6])
    tum(tmp_path / "tum", [0, 100])
    bag = write_bag(tmp_path / "bag", [("/camera/image_raw", n, colour_msg(n)) for n in (1, 2)])
    for name, kind in (
        *(("images", ImageFolder), ("scenes", SevenScenesFolder)),
        *(("tum", TumFolder), ("bag", BagSource), ("bag/bag.mcap", BagSource)),
    ):
        source = opened(str(tmp_path / name))
        assert isinstance(source, kind), name
        assert len(list(source.frames())) > 0
    (bag / "metadata.yaml").unlink()
    assert isinstance(opened(str(bag)), BagSource)


def test_images_beside_some_other_metadata_are_no_bag(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image())
    (tmp_path / "metadata.yaml").write_text("author: somebody\n")
    assert isinstance(opened(str(tmp_path)), ImageFolder)


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_image(tmp_path / "walk" / "a.png", an_image())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert isinstance(opened("~/walk"), ImageFolder)


def test_reports_reach_the_caller(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", an_image())
    (tmp_path / "b.png").write_bytes(b"")
    told: list[str] = []
    source = open_source(
        str(tmp_path), rate_hz=10.0, width=64, height=48, seed=0, report=told.append
    )
    assert len(list(source.frames())) == 1
    assert "b.png" in told[0]


def test_real_folders_are_recognised(data_dir: Path) -> None:
    assert isinstance(opened(str(data_dir / "kitchen_rgbd")), SevenScenesFolder)
    assert isinstance(opened(str(data_dir / "hallway")), ImageFolder)


def test_a_bag_is_opened_with_the_topics_that_were_named(tmp_path: Path) -> None:
    t = 10**18
    messages = [("/a", t, colour_msg(t)), ("/b", t, colour_msg(t)), ("/b", t + 1, colour_msg(t))]
    path = write_bag(tmp_path / "walk", messages)
    source = opened_with(str(path), "/a:=camera/image_raw")
    assert isinstance(source, BagSource) and source.topics.colour == "/a"


@pytest.mark.parametrize("text", ["synthetic", "webcam:0", "folder"])
def test_remaps_for_what_has_no_topics_are_refused(tmp_path: Path, text: str) -> None:
    write_image(tmp_path / "folder" / "0.png", an_image())
    given = str(tmp_path / text) if text == "folder" else text
    with pytest.raises(SourceError, match="is no bag and has no topics; leave them away"):
        opened_with(given, "/a:=camera/image_raw")


def opened_with(text: str, remaps: str) -> Source:
    return open_source(
        text, rate_hz=10.0, width=64, height=48, seed=0, remaps=remaps, report=lambda _: None
    )
