from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from followme.drawing.labels import Room

AREA = (0, 20, 300, 220)


def meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_a_plate_stands_on_the_box_when_there_is_room():
    assert Room(AREA, []).place(60, 15, (50, 100, 120, 180)) == (50, 85, 110, 100)


def test_a_plate_at_the_upper_edge_goes_inside_the_box():
    left, top, _, bottom = Room(AREA, []).place(60, 15, (50, 20, 120, 180))
    assert left == 50
    assert 20 <= top < bottom <= 40


def test_a_plate_larger_than_the_area_has_no_place():
    assert Room(AREA, []).place(301, 15, (0, 50, 10, 60)) is None
    assert Room(AREA, []).place(10, 201, (0, 50, 10, 60)) is None


boxes = st.tuples(*[st.integers(-50, 350)] * 4)


@given(around=st.lists(boxes, max_size=12), width=st.integers(1, 120), height=st.integers(1, 30))
def test_plates_stay_inside_and_never_cover_each_other(around, width, height):
    room = Room(AREA, [])
    for box in around:
        plate = room.place(width, height, box)
        if plate is not None:
            assert AREA[0] <= plate[0] < plate[2] <= AREA[2]
            assert AREA[1] <= plate[1] < plate[3] <= AREA[3]
            assert not any(meet(plate, other) for other in room.taken)
            room.taken.append(plate)
