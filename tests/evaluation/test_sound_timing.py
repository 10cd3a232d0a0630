"""The command that holds the constant of the walks against the real sound process."""

from __future__ import annotations

import json

import pytest

from followme.evaluation.sound_timing import KINDS, Timing, main, table_of
from followme.voices.engine import espeak_libraries


@pytest.mark.parametrize("arguments", [["--count", "0"], ["--count", "x"], ["--device", "horn"]])
def test_a_wrong_argument_is_a_user_s_mistake(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_the_table_has_percentiles_in_milliseconds():
    table = table_of([Timing("words, new", (0.010, 0.020, 0.030))])
    assert "| words, new | 3 | 20.0 | 29.8 | 30.0 |" in table


def test_real_delays_are_measured_and_written(tmp_path, capsys):
    if not espeak_libraries():
        pytest.skip("espeak-ng is absent")
    main(["--device", "none", "--count", "2", "--json", str(tmp_path / "t.json")])
    printed = capsys.readouterr().out
    assert all(kind in printed for kind in KINDS)
    figures = json.loads((tmp_path / "t.json").read_text())
    assert set(figures) == {"tone_and_words_new", "words_new", "words_known", "tone_alone"}
    assert all(f["n"] == 2 and 0.0 < f["p50_ms"] <= f["max_ms"] for f in figures.values())
