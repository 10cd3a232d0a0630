from __future__ import annotations

import pytest

from followme_training.common.wording import did_you_mean, one_sentence

KEYS = ["model.lr", "model.optimiser.lr", "trainer.max_epochs", "data.size_hw", "threads"]


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("", "the arguments cannot be used"),
        (
            "Subcommand 'fit' does not accept option 'trainer.max_epoch'",
            "key 'trainer.max_epoch' is unknown; did you mean 'trainer.max_epochs'?",
        ),
        (
            "Option 'model.optimiser.lrr' is not accepted",
            "key 'model.optimiser.lrr' is unknown; did you mean 'model.optimiser.lr'?",
        ),
        ("unrecognized arguments: --thread 3", "key 'thread' is unknown; did you mean 'threads'?"),
        ("Key 'zebra' is not expected", "key 'zebra' is unknown"),
        ("first line\n\nusage: and more", "first line"),
    ],
)
def test_a_complaint_becomes_one_sentence(message: str, sentence: str) -> None:
    assert one_sentence(message, KEYS) == sentence


def test_a_wrong_value_keeps_its_reason() -> None:
    message = "Parser key \"model.lr\":\n  Expected a <class 'float'>. Got value: abc\nand more"
    assert one_sentence(message, KEYS) == (
        "Parser key \"model.lr\": Expected a <class 'float'>. Got value: abc"
    )


def test_a_key_beside_it_is_nearer_than_one_elsewhere() -> None:
    assert did_you_mean("model.l", ["data.model.l1", "model.lr"]) == "; did you mean 'model.lr'?"
    assert did_you_mean("quite.else", KEYS) == ""
