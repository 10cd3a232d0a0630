from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme.geometry.name_votes import FACES, LABELS, OBJECTS, NameVotes
from followme.settings import TrackingSettings

S = 1_000_000_000


def votes(*cast: tuple[str, str], s: TrackingSettings | None = None) -> NameVotes:
    made = NameVotes(s or TrackingSettings())
    for who, name in cast:
        made.cast(who, name, 0)
    return made


def name_of(*cast: tuple[str, str], **more) -> str:
    return votes(*cast, **more).best(0)[0]


def test_nobody_voted():
    assert NameVotes(TrackingSettings()).best(5) == ("", 0.0)


@pytest.mark.parametrize(
    ("names", "best"),
    [
        (["chair"], ""),  # once is chance
        (["chair", "chair"], "chair"),
        (["chair", "door"], ""),
        (["chair"] * 6 + ["door"] * 4, "chair"),
        (["chair"] * 5 + ["door"] * 5, ""),
        (["chair"] * 2 + [""] * 8, ""),
        (["chair"] * 6 + [""] * 4, "chair"),
        ([""] * 10, ""),
        (["door"] * 10 + ["chair"] * 6, "chair"),  # only the last ten count
        (["door"] * 10 + ["chair"] * 5, ""),
    ],
)
def test_a_name_needs_sixty_percent_of_the_last_ten_votes(names, best):
    assert name_of(*((OBJECTS, name) for name in names)) == best


def test_who_looks_seldom_does_not_drown_in_the_silence_of_others():
    silent = [(OBJECTS, "")] * 10
    assert name_of(*silent, (LABELS, "door"), (LABELS, "door")) == "door"


def test_boxes_are_believed_before_faces_and_faces_before_labels():
    labels = [(LABELS, "wall")] * 3
    faces = [(FACES, "person")] * 3
    objects = [(OBJECTS, "chair")] * 3
    assert name_of(*labels, *faces, *objects) == "chair"
    assert name_of(*labels, *faces) == "person"
    assert name_of(*labels) == "wall"


def test_how_sure_a_name_is_falls_with_its_age_but_never_to_nothing():
    cast = votes(*[(OBJECTS, "chair")] * 4)
    assert cast.best(0) == ("chair", 1.0)
    assert cast.best(3 * S)[1] == pytest.approx(0.5)
    assert cast.best(60 * S) == ("chair", 0.5)


def test_how_sure_a_name_is_is_its_share():
    cast = votes(*[(OBJECTS, "chair")] * 3, (OBJECTS, "door"))
    assert cast.best(0) == ("chair", 0.75)


def test_how_many_votes_are_needed_is_a_setting():
    patient = TrackingSettings(label_least=4, label_share=0.0)
    assert name_of(*[(OBJECTS, "chair")] * 3, s=patient) == ""
    assert name_of(*[(OBJECTS, "chair")] * 4, s=patient) == "chair"


@given(st.lists(st.sampled_from(["", "chair", "door"]), max_size=30))
def test_a_name_that_wins_has_the_share_it_needs(names):
    name, sure = votes(*((OBJECTS, n) for n in names)).best(0)
    last = names[-10:]
    if name:
        assert last.count(name) >= max(2, 0.6 * len(last))
        assert sure == pytest.approx(last.count(name) / len(last))
    else:
        assert all(last.count(n) < max(2, 0.6 * len(last)) for n in ("chair", "door"))
