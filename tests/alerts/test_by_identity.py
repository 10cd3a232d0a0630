"""Notes by identity: of equal objects each has its own, and a deep copy has them all."""

from __future__ import annotations

import copy

from followme.alerts.by_identity import ByIdentity
from followme.values.intent import Intent, Priority


def an_intent() -> Intent:
    return Intent("warn.object", Priority.WARN, 0, 0.0, 0.5)


def test_nothing_is_noted_of_what_is_not_known():
    notes: ByIdentity[Intent, int] = ByIdentity()
    assert notes.get(an_intent()) is None and notes.pop(None) is None


def test_equal_objects_are_told_apart():
    notes: ByIdentity[Intent, int] = ByIdentity()
    first, second = an_intent(), an_intent()
    notes[first], notes[second] = 1, 2
    assert (notes.get(first), notes.get(second), notes.get(an_intent())) == (1, 2, None)
    assert notes.pop(first) == 1 and notes.get(first) is None and len(notes) == 1


def test_a_deep_copy_knows_the_copies_of_its_keys():
    notes: ByIdentity[Intent, list[int]] = ByIdentity()
    key = an_intent()
    notes[key] = [1]
    twin, its_key = copy.deepcopy((notes, key))
    its_note = twin.get(its_key)
    assert its_key is not key and its_note == [1]
    its_note.append(2)
    assert notes.get(key) == [1] and twin.get(key) is None
