"""What a card says that a segmentation cannot do is so of its own data."""

from __future__ import annotations

from followme_training.segmentation.known_classes import CLASS_LISTS
from followme_training.segmentation.known_limits import known_limits


def test_of_nyuv2_rooms_and_its_rare_classes_are_named() -> None:
    rooms, rare, unnamed = known_limits("nyuv2", "NYUv2", 709, CLASS_LISTS["robot"].names)
    assert "Indoor rooms only; it saw 709 images" in rooms
    assert "person, door, window" in rare
    beside = known_limits("nyuv2", "NYUv2", 1399, CLASS_LISTS["robot"].names, 690)[0]
    assert "it saw 1399 images, 690 of them of further folders" in beside
    assert unnamed.endswith("glass, mirrors, stairs.")
    said = " ".join(known_limits("nyuv2", "NYUv2", 709, CLASS_LISTS["nyu13"].names))
    assert "Rare classes (window)" in said and "person" not in said


def test_of_other_data_nothing_of_nyuv2_is_said() -> None:
    said = known_limits("folder", "own images", 40, ["path", "stairs", "mirror", "glass door"])
    assert said == ["It saw 40 images of own images; a place unlike them it does not know."]
