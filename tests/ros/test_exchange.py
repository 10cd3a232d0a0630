from __future__ import annotations

import threading

from followme.ros.exchange import Exchange


def test_nobody_gives_and_nobody_takes_at_first():
    exchange = Exchange()
    assert not exchange.has_giver("/a")
    exchange.give("/a", object(), "walker")


def test_the_very_object_is_handed_over_with_its_frame():
    exchange, got = Exchange(), []
    exchange.listen("/a", lambda value, frame_id: got.append((value, frame_id)))
    value = object()
    exchange.give("/a", value, "walker")
    assert got[0][0] is value
    assert got == [(value, "walker")]


def test_a_topic_is_told_from_another():
    exchange, got = Exchange(), []
    exchange.listen("/a", lambda value, _: got.append(value))
    exchange.give("/b", 1, "")
    exchange.give("/ns/a", 2, "")
    assert got == []


def test_each_taker_takes_until_it_leaves():
    exchange, one, two = Exchange(), [], []
    leave = exchange.listen("/a", lambda value, _: one.append(value))
    exchange.listen("/a", lambda value, _: two.append(value))
    exchange.give("/a", 1, "")
    leave()
    exchange.give("/a", 2, "")
    assert (one, two) == ([1], [1, 2])


def test_leaving_twice_does_nothing_more():
    exchange, got = Exchange(), []
    exchange.listen("/a", lambda value, _: got.append(value))
    leave = exchange.listen("/a", lambda value, _: None)
    leave()
    leave()
    exchange.give("/a", 1, "")
    assert got == [1]


def test_who_leaves_while_he_takes_does_not_hinder_the_others():
    exchange, got = Exchange(), []
    leaves = []

    def once(value, _frame_id):
        got.append(("once", value))
        leaves[0]()

    leaves.append(exchange.listen("/a", once))
    exchange.listen("/a", lambda value, _: got.append(("ever", value)))
    exchange.give("/a", 1, "")
    exchange.give("/a", 2, "")
    assert got == [("once", 1), ("ever", 1), ("ever", 2)]


def test_a_giver_counts_until_the_last_of_them_is_gone():
    exchange = Exchange()
    exchange.add_giver("/a")
    exchange.add_giver("/a")
    exchange.remove_giver("/a")
    assert exchange.has_giver("/a")
    exchange.remove_giver("/a")
    assert not exchange.has_giver("/a")
    assert not exchange.has_giver("/b")


def test_values_are_taken_in_the_thread_of_who_gives():
    exchange, threads = Exchange(), []
    exchange.listen("/a", lambda *_: threads.append(threading.current_thread()))
    giver = threading.Thread(target=exchange.give, args=("/a", 1, ""))
    giver.start()
    giver.join()
    assert threads == [giver]


def test_threads_that_come_and_go_lose_nothing_of_who_stays():
    exchange, got = Exchange(), []
    exchange.listen("/a", lambda value, _: got.append(value))

    def come_and_go():
        for _ in range(200):
            exchange.listen("/a", lambda *_: None)()

    def give():
        for n in range(200):
            exchange.give("/a", n, "")

    threads = [threading.Thread(target=act) for act in (come_and_go, come_and_go, give, give)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted([*range(200), *range(200)])


def test_what_is_latched_comes_to_those_who_listen_later():
    exchange, got = Exchange(), []
    exchange.give("/a", 1, "camera", latched=True)
    exchange.give("/a", 2, "camera", latched=True)
    exchange.give("/b", 3, "camera")
    for topic in ("/a", "/b"):
        exchange.listen(topic, lambda value, frame_id: got.append((value, frame_id)))
    assert got == [(2, "camera")]


def test_what_is_latched_goes_with_its_giver():
    exchange, got = Exchange(), []
    exchange.add_giver("/a")
    exchange.give("/a", 1, "camera", latched=True)
    exchange.remove_giver("/a")
    exchange.listen("/a", lambda value, _: got.append(value))
    assert got == []
