"""A catalogue is read strictly: what is wrong is named with the mend (D)."""

from __future__ import annotations

from pathlib import Path

import pytest

from followme.alerts.catalogue import PhraseError, read_catalogue
from followme.alerts.phrases import Phrases
from followme.settings import PhraseSettings
from followme.values.intent import Intent, Priority
from tests.alerts.world import CATALOGUE, a_thing

TEXT = CATALOGUE.read_text(encoding="utf-8")


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "phrases.xx.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) == 1, f"{old!r} occurs {TEXT.count(old)} times"
    return TEXT.replace(old, new)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(PhraseError, match=r"phrases\.xx\.yaml: cannot be read \(No such file"):
        read_catalogue(tmp_path / "phrases.xx.yaml")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(PhraseError, match="cannot be read"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "it is empty, write a mapping"),
        (b"# only a comment\n", "it is empty, write a mapping"),
        (b"- stop\n- warn\n", "it is a list, write a mapping"),
        (b"Stop", "it is a str, write a mapping"),
        (b"\xff\xfe\x00stop", "no YAML text"),
        (b"stop: {object: 'Stop", "no YAML text in line"),
        (b"a: 2021-99-99\n", "no YAML text"),
        (b"[" * 5000, "no YAML text"),
        (b"!!python/object/apply:os.system ['true']\n", "no YAML text"),
        (TEXT[:1500].encode(), "is missing|no YAML text|write"),
    ],
)
def test_content_that_is_no_catalogue(tmp_path: Path, text: bytes, message: str) -> None:
    with pytest.raises(PhraseError, match=message):
        read_catalogue(written(tmp_path, text))


@pytest.mark.parametrize("cut", range(0, len(TEXT) - 40, 211))
def test_a_truncated_file_is_never_accepted(tmp_path: Path, cut: int) -> None:
    with pytest.raises(PhraseError):
        read_catalogue(written(tmp_path, TEXT[:cut]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  chair: Chair\n", "", "type.chair is missing"),
        ("  chair: Chair\n", "  chiar: Chair\n", "'type.chiar', .*did you mean 'type.chair'"),
        ("  chair: Chair\n", "  chair: 5\n", "type.chair is 5, write its words in quotes"),
        ("  chair: Chair\n", "  chair: no\n", "type.chair is False, write its words"),
        ("  chair: Chair\n", "  chair:\n", "type.chair is None"),
        ("  chair: Chair\n", "  chair: ' '\n", "type.chair is ' '"),
        ("  chair: Chair\n", "  chair: [Chair]\n", "type.chair is no text"),
        ("  chair: Chair\n", "  chair: &c [*c]\n", "type.chair is no text"),
        ("  chair: Chair\n", "  7: Chair\n", "unknown entry 'type.7'"),
        ("language: en\n", "langauge: en\n", "'langauge', .*did you mean 'language'"),
        ("language: en\n", "language: no\n", "language is False"),
        ("max_words: 6\n", "max_words: six\n", "max_words is 'six', give a whole number"),
        ("max_words: 6\n", "max_words: 7\n", "max_words is 7, give a whole number from 1 to 6"),
        ("max_words: 6\n", "max_words: 0\n", "max_words is 0"),
        ("max_words: 6\n", "max_words: 5\n", "grows to 6 words, shorten it to 5"),
        ("health:\n", "health: fine\n#", "no YAML text|health is 'fine', write a mapping"),
        ('  drop: "Stop. Drop"', '  drop: "Stop. {type}"', r"unknown slot {type}, allowed: none"),
        ('"Stop. {type} {dir}"', '"Stop. {typ} {dir}"', "slot {typ}, .*did you mean 'type'"),
        ('"Stop. {type} {dir}"', '"Stop. {type}"', "stop.object lacks the slot {dir}"),
        ('"Stop. {type} {dir}"', '"Stop. {type!r} {dir}"', "stop.object has the unknown slot"),
        ('"Stop. {type} {dir}"', '"Stop. {type:9} {dir}"', "stop.object has the unknown slot"),
        ('"Stop. {type} {dir}"', '"Stop. {} {dir}"', "stop.object has the unknown slot {}"),
        ('"Stop. {type} {dir}"', '"Stop. {type.x} {dir}"', "the unknown slot {type.x}"),
        ('"Stop. {type} {dir}"', '"Stop. {type {dir}"', "stop.object has a single brace"),
        ('"Stop. {type} {dir}"', '"Stop. {type} {dir} at once now"', "grows to 7 words"),
        ('"Ready. Keep using your cane"', '"Do not forget to use your cane"', "grows to 7 words"),
        ("  cart: Cart\n", "  cart: Big trolley with rather many words\n", "grows to"),
        ("{one: metre, other: metres}", "{one: metre}", "unit.metre.other is missing"),
        ("{one: metre, other: metres}", "metres", "unit.metre is 'metres', write a mapping"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(PhraseError, match=message) as caught:
        read_catalogue(written(tmp_path, changed(old, new)))
    assert str(caught.value).startswith("phrases.xx.yaml: ")
    assert "\n" not in str(caught.value)


def test_another_language_orders_its_words_as_it_likes(tmp_path: Path) -> None:
    text = TEXT.replace('"{type} {dir}, {n} {unit}"', '"In {n} {unit} {dir}: {type}"')
    text = text.replace("chair: Chair", "chair: Stuhl").replace('decimal: "."', 'decimal: ","')
    text = text.replace("ahead: ahead", "ahead: voraus").replace("other: metres", "other: Metern")
    phrases = Phrases.load(written(tmp_path, text))
    intent = Intent("warn.object", Priority.WARN, 0, 0.0, 1.0, a_thing(distance_m=2.4))
    said = phrases.utterance(intent, PhraseSettings(), distances_known=True)
    assert said.text == "In 2,5 Metern voraus: Stuhl"


ENGLISH = read_catalogue(CATALOGUE)


def test_another_language_lends_what_is_missing(tmp_path: Path) -> None:
    path = written(tmp_path, changed("  chair: Chair\n", "").replace("Stop. Drop", "Stopp. Kante"))
    read = read_catalogue(path, ENGLISH)
    assert read.borrowed == ("type.chair",)
    assert read.texts["type.chair"] == "Chair"
    assert read.texts["stop.drop"] == "Stopp. Kante"


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("language: en\n", "language"),
        ("max_words: 6\n", "max_words"),
        ('decimal: "."\n', "decimal"),
    ],
)
def test_some_entries_nobody_can_lend(tmp_path: Path, entry: str, name: str) -> None:
    with pytest.raises(PhraseError, match=f"{name} is missing"):
        read_catalogue(written(tmp_path, changed(entry, "")), ENGLISH)


SHIPPED = sorted(CATALOGUE.parent.glob("phrases.*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_each_shipped_language_has_every_word_of_its_own(path: Path) -> None:
    language = path.name.split(".")[1]
    assert read_catalogue(path).language == language
    assert Phrases.load(language).borrowed == ()
