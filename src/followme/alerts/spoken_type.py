"""What a thing is called aloud: a closed set of names, so that a user knows them all (D)."""

from __future__ import annotations

from followme.alerts.catalogue import TYPES
from followme.values.obstacle import Kind, Obstacle

#: What has no name of the set, or none at all.
NAMELESS = "obstacle"
# Detectors call things by the words of their data sets: COCO's, NYUv2's, ADE20K's.
_OTHER_WORDS = {
    "backpack": "bag",
    "bookshelf": "cupboard",
    "cabinet": "cupboard",
    "couch": "sofa",
    "desk": "table",
    "dining table": "table",
    "dresser": "cupboard",
    "handbag": "bag",
    "monitor": "screen",
    "potted plant": "plant",
    "suitcase": "bag",
    "tv": "screen",
    "wardrobe": "cupboard",
}


def spoken_type(thing: Obstacle) -> str:
    """Return the name of a thing's sort, one of :data:`followme.alerts.catalogue.TYPES`."""
    if thing.kind is Kind.PERSON:
        return "person"
    label = thing.label.strip().lower()
    label = _OTHER_WORDS.get(label, label)
    return label if label in TYPES else NAMELESS
