from __future__ import annotations

import threading

from followme.health.latest import LatestSlot

# Long enough for a loaded machine; nothing waits for it unless something is broken.
PATIENCE_S = 20.0


def test_an_empty_slot_gives_nothing():
    slot: LatestSlot[int] = LatestSlot()
    assert slot.take(0) is None
    assert (slot.received, slot.dropped) == (0, 0)


def test_the_newest_item_is_taken_once_and_the_unseen_are_counted():
    slot: LatestSlot[str] = LatestSlot()
    for item in ("a", "b", "c"):
        slot.put(item)
    assert slot.take(0) == "c"
    assert slot.take(0) is None
    assert (slot.received, slot.dropped) == (3, 2)


def test_what_was_taken_is_not_dropped():
    slot: LatestSlot[int] = LatestSlot()
    for item in range(5):
        slot.put(item)
        assert slot.take(0) == item
    assert (slot.received, slot.dropped) == (5, 0)


def test_a_false_item_is_an_item():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(0)
    slot.put(0)
    assert slot.take(0) == 0
    assert slot.dropped == 1


def test_clear_forgets_without_counting():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.clear()
    assert slot.take(0) is None
    slot.put(2)
    assert slot.take(0) == 2
    assert (slot.received, slot.dropped) == (2, 0)


def test_a_closed_slot_refuses_items_until_it_is_cleared():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.close()
    slot.put(2)
    assert slot.take() is None  # at once, also without a timeout
    assert (slot.received, slot.dropped) == (1, 0)
    slot.clear()
    slot.put(3)
    assert slot.take(0) == 3


def test_a_waiting_taker_wakes_for_an_item():
    slot: LatestSlot[str] = LatestSlot()
    taken: list[str | None] = []
    taker = threading.Thread(target=lambda: taken.append(slot.take(PATIENCE_S)))
    taker.start()
    slot.put("late")
    taker.join(PATIENCE_S)
    assert taken == ["late"]


def test_closing_wakes_every_taker_that_waits_for_ever():
    slot: LatestSlot[int] = LatestSlot()
    takers = [threading.Thread(target=slot.take, daemon=True) for _ in range(3)]
    for taker in takers:
        taker.start()
    slot.close()
    for taker in takers:
        taker.join(PATIENCE_S)
    assert not any(taker.is_alive() for taker in takers)


def test_no_wake_up_is_lost_between_two_threads():
    """Each item is put only after the last was taken: one lost wake-up would end it here."""
    forth: LatestSlot[int] = LatestSlot()
    back: LatestSlot[int] = LatestSlot()

    def echo() -> None:
        while (item := forth.take(PATIENCE_S)) is not None:
            back.put(item)

    echoer = threading.Thread(target=echo, daemon=True)
    echoer.start()
    for item in range(2000):
        forth.put(item)
        assert back.take(PATIENCE_S) == item
    forth.close()
    echoer.join(PATIENCE_S)
    assert (forth.dropped, back.dropped) == (0, 0)


def test_with_many_putting_each_item_is_taken_or_counted_and_none_comes_twice():
    slot: LatestSlot[tuple[int, int]] = LatestSlot()
    taken: list[tuple[int, int]] = []

    def take_all() -> None:
        while (item := slot.take(PATIENCE_S)) != (-1, -1):
            assert item is not None
            taken.append(item)

    def put_all(who: int) -> None:
        for number in range(1, 1001):
            slot.put((who, number))

    taker = threading.Thread(target=take_all, daemon=True)
    putters = [threading.Thread(target=put_all, args=(who,)) for who in range(4)]
    for thread in (taker, *putters):
        thread.start()
    for putter in putters:
        putter.join(PATIENCE_S)
    slot.put((-1, -1))
    taker.join(PATIENCE_S)
    assert not taker.is_alive()
    assert slot.received == 4001
    assert len(taken) + slot.dropped == 4000
    for who in range(4):
        numbers = [number for sender, number in taken if sender == who]
        assert numbers == sorted(set(numbers))


def test_a_newer_item_overtakes_the_one_that_was_taken():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    assert slot.take(0) == 1
    assert not slot.overtakes()
    slot.put(2)
    assert slot.overtakes()
    assert (slot.received, slot.dropped) == (2, 1)
    assert slot.take(0) == 2
