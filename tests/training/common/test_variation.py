from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followme_training.common.variation import (
    StudyError,
    Variant,
    split_outside_brackets,
    variants_of,
)


def test_a_value_is_a_variant() -> None:
    assert variants_of(["model.loss=dice, focal"]) == [
        Variant("loss=dice", (("model.loss", "dice"),)),
        Variant("loss=focal", (("model.loss", "focal"),)),
    ]


def test_each_option_is_varied_on_its_own() -> None:
    found = variants_of(["model.head=v3,v3plus", "model.lr=1e-2"])
    assert [v.name for v in found] == ["head=v3", "head=v3plus", "lr=1e-2"]
    assert all(len(v.changes) == 1 for v in found)


def test_keys_that_belong_together_change_together() -> None:
    first, second = variants_of(["model.output_stride=16,8; model.rates=[1,2,4],[2,4,8]"])
    assert first.name == "output_stride=16 rates=[1,2,4]"
    assert first.options == ["--model.output_stride=16", "--model.rates=[1,2,4]"]
    assert second.options == ["--model.output_stride=8", "--model.rates=[2,4,8]"]


def test_a_path_is_shown_by_its_end_where_that_tells_it_apart() -> None:
    first, second, third = variants_of(["model.weights=null,../a/lite0.bin,../a/lite0.bin;k=0,1,2"])
    assert [v.name for v in (first, second, third)] == [
        "weights=null k=0",
        "weights=lite0.bin k=1",
        "weights=lite0.bin k=2",
    ]
    assert second.changes[0] == ("model.weights", "../a/lite0.bin")
    alike = variants_of(["model.weights=a/x.bin,b/x.bin"])
    assert [v.name for v in alike] == ["weights=a/x.bin", "weights=b/x.bin"]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("loss=dice", "loss=dice"),
        ("output_stride=8 rates=[2,4,8]", "output_stride=8-rates=-2-4-8"),
        ("weights=../a/b.bin", "weights=..-a-b.bin"),
        ("lr=1e-2", "lr=1e-2"),
    ],
)
def test_a_folder_has_the_name_of_its_variant(name: str, folder: str) -> None:
    assert Variant(name, ()).folder == folder


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["model.loss"], "what to vary is 'model.loss'; give KEY=VALUE,VALUE"),
        (["=dice"], "what to vary is '=dice'"),
        (["model.loss="], "what to vary is 'model.loss='"),
        (["model.loss=dice,,focal"], "give KEY=VALUE,VALUE"),
        (["a.b=1;a.b=2"], "what to vary is 'a.b=1;a.b=2'"),
        (["a=1,2;b=1"], "need as many values each, but a has 2, b has 1"),
        (["a=1,1"], "variant 'a=1' is given twice; give each value once"),
        (["x.a=1", "y.a=1"], "variant 'a=1' is given twice"),
        (["a=[1],(1)"], r"variant 'a=\(1\)' has the folder of another"),
    ],
)
def test_what_cannot_be_varied_is_said(options: list[str], words: str) -> None:
    with pytest.raises(StudyError, match=words):
        variants_of(options)


def test_marks_inside_of_brackets_belong_to_a_value() -> None:
    text = "a, {b: [1,2], c: (3,4)} ,[ [5,6],7 ]"
    assert split_outside_brackets(text, ",") == ["a", "{b: [1,2], c: (3,4)}", "[ [5,6],7 ]"]
    assert split_outside_brackets("", ",") == [""]


@given(st.lists(st.text("ab.[]", max_size=4), min_size=1))
def test_without_marks_in_values_it_is_the_split_of_strings(parts: list[str]) -> None:
    plain = [p.replace("[", "").replace("]", "") for p in parts]
    assert split_outside_brackets(",".join(plain), ",") == plain
