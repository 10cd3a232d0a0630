"""WIDER FACE's protocol: counted by hand, its files, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from followme_training.common.command import main
from followme_training.datasets.errors import DataError
from followme_training.datasets.file_tree import FileTree
from followme_training.detection.detections import Found
from followme_training.detection.wider import measured_network, measured_texts, table_of
from followme_training.detection.wider_files import read_found, read_truth, write_found
from followme_training.detection.wider_protocol import (
    LEVELS,
    THRESHOLDS,
    WiderImage,
    average_precision,
    counts_of,
    normalised,
    wider_results,
)

from .wider_set import EVENTS, column, write_texts, write_truth

#: Both faces of the first image, once a wrong one, and the second image's face.
FOUND = {
    "0_Parade_1": [[50, 10, 20, 20, 0.9], [10, 10, 20, 20, 0.7], [80, 60, 10, 10, 0.5]],
    "0_Parade_2": [[5, 5, 30, 40, 0.1]],
}


def an_image(boxes: list[list[float]], asked: list[bool]) -> WiderImage:
    flags = dict.fromkeys(LEVELS, np.array(asked, np.bool_))
    return WiderImage("e", "n", np.array(boxes, np.float64).reshape(-1, 4), flags)


def test_precision_and_recall_by_hand() -> None:
    """Two faces are asked for, a third is not; scores .9 right, .8 the third, .6 wrong, .5 right.

    What finds the third counts neither way: after .9 it is 1 of 1, after .6 1 of 2, after .5 2 of
    3. The area is .5 * 1 + .5 * 2/3.
    """
    image = an_image([[0, 0, 10, 10], [20, 0, 10, 10], [40, 0, 10, 10]], [True, True, False])
    found = [[0, 0, 10, 10, 0.9], [40, 0, 10, 10, 0.8], [70, 0, 10, 10, 0.6], [20, 0, 10, 10, 0.5]]
    # so that stretching changes nothing
    ends = np.array([[90, 90, 1, 1, 0.0], [0, 0, 10, 10, 1.0]])
    other = an_image([[0, 0, 10, 10]], [False])
    result = wider_results([image, other], [np.array(found), ends])["easy"]
    assert result.faces == 2
    assert result.recall[[98, 99, 399, 498, 499]].tolist() == [0, 0.5, 0.5, 0.5, 1.0]
    at = [99, 250, 399, 499]
    assert result.precision[at] == pytest.approx([1.0, 1.0, 0.5, 2 / 3])
    assert result.average_precision == pytest.approx(0.5 + 0.5 * 2 / 3)


def test_the_same_face_found_twice_is_wrong_once_and_an_ignored_one_never() -> None:
    overlaps = np.array([[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.0, 0.6]])
    counts = counts_of(overlaps, np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False]))
    assert counts[-1].tolist() == [2, 1]
    # at a threshold of .85 only the first is there, at .95 nothing
    assert counts[149].tolist() == [1, 1] and counts[49].tolist() == [0, 0]
    assert counts.shape == (THRESHOLDS, 2)


def test_half_an_overlap_is_enough_and_sides_count_a_pixel_more() -> None:
    """9 by 9 is 10 by 10 in the protocol; 5 of its 10 columns are half, 4 of 9 would not be."""
    image = an_image([[0, 0, 9, 9]], [True])
    half = [np.array([[0, 0, 4, 9, 0.5]])]
    assert wider_results([image], half)["hard"].recall[-1] == 1.0
    less = [np.array([[0, 0, 3.9, 9, 0.5]])]
    assert wider_results([image], less)["hard"].recall[-1] == 0.0


def test_an_image_without_faces_says_nothing_and_one_without_finds_misses() -> None:
    empty, face = an_image([], []), an_image([[0, 0, 9, 9]], [True])
    result = wider_results([empty, face], [np.array([[0, 0, 9, 9, 0.9]]), np.zeros((0, 5))])
    assert result["easy"].faces == 1 and result["easy"].average_precision == 0.0


def test_a_level_that_asks_for_nothing_has_no_figure() -> None:
    result = wider_results([an_image([[0, 0, 9, 9]], [False])], [np.array([[0, 0, 9, 9, 0.9]])])
    assert np.isnan(result["easy"].average_precision)


def test_scores_are_stretched_over_all_images() -> None:
    found = [np.array([[0, 0, 1, 1, 3.0]]), np.zeros((0, 5)), np.array([[0, 0, 1, 1, -1.0]])]
    assert [f[:, 4].tolist() for f in normalised(found)] == [[1.0], [], [0.0]]
    assert normalised([found[0]])[0][:, 4].tolist() == [1.0]
    assert normalised([]) == []


@pytest.mark.parametrize(
    ("recall", "precision", "area"),
    [
        ([0.0, 0.5, 1.0], [0.0, 1.0, 0.5], 0.75),
        # a dip is filled by what is better later
        ([0.25, 0.5, 0.75], [1.0, 0.2, 0.6], 0.25 + 0.5 * 0.6),
        ([0.0, 0.0], [0.0, 0.0], 0.0),
    ],
)
def test_the_area_by_hand(recall, precision, area) -> None:
    assert average_precision(np.array(recall), np.array(precision)) == pytest.approx(area)


@st.composite
def an_evaluation(draw: st.DrawFn):
    """Return overlaps, scores without two alike, and flags."""
    m, g = draw(st.integers(1, 8)), draw(st.integers(1, 5))
    overlaps = draw(hnp.arrays(np.float64, (m, g), elements=st.floats(0, 1)))
    scores = draw(st.lists(st.integers(0, 1000), min_size=m, max_size=m, unique=True))
    asked = draw(st.lists(st.booleans(), min_size=g, max_size=g))
    return overlaps, np.sort(np.array(scores) / 1000)[::-1], np.array(asked)


@given(an_evaluation())
def test_counts_are_those_of_the_loop_in_the_protocol(made) -> None:
    overlaps, scores, asked = made
    m, g = overlaps.shape
    found, proposals, recalled = [0] * g, [1] * m, []
    for h in range(m):
        best = int(overlaps[h].argmax())
        if overlaps[h, best] >= 0.5:
            if not asked[best]:
                found[best] = -1
                proposals[h] = -1
            elif found[best] == 0:
                found[best] = 1
        recalled.append(found.count(1))
    counts = counts_of(overlaps, scores, asked)
    for t in range(0, THRESHOLDS, 7):
        sure = np.flatnonzero(scores >= 1 - (t + 1) / THRESHOLDS)
        expected = [0, 0]
        if len(sure):
            expected = [proposals[: sure[-1] + 1].count(1), recalled[sure[-1]]]
        assert counts[t].tolist() == expected


def test_the_files_of_the_protocol_are_read(tmp_path) -> None:
    images = read_truth(FileTree(write_truth(tmp_path / "truth")))
    assert [(i.event, i.name) for i in images] == [
        (event, name) for event, named in EVENTS.items() for name in named
    ]
    assert images[0].boxes.tolist() == [[10, 10, 20, 20], [50, 10, 20, 20]]
    assert images[0].counted["easy"].tolist() == [True, False]
    assert images[1].counted["hard"].tolist() == [True]
    assert images[2].boxes.shape == (0, 4)


def test_what_was_written_is_read_again(tmp_path) -> None:
    images = read_truth(FileTree(write_truth(tmp_path / "truth")))
    found = [np.array([[1, 2, 3, 4, 0.5], [5, 6, 7, 8, 0.25]]), np.zeros((0, 5)), np.zeros((0, 5))]
    write_found(tmp_path / "texts", images, found)
    again = read_found(FileTree(tmp_path / "texts"), images)
    assert [a.tolist() for a in again] == [f.tolist() for f in found]


def test_texts_are_measured(tmp_path) -> None:
    """Easy asks for the first face of the first image, found at .7 after one that is ignored."""
    truth, texts = write_truth(tmp_path / "truth"), write_texts(tmp_path / "texts", FOUND)
    count, results = measured_texts(truth, texts)
    assert count == 3
    assert {level: r.faces for level, r in results.items()} == {"easy": 1, "medium": 2, "hard": 3}
    assert results["easy"].average_precision == pytest.approx(1.0)
    assert results["medium"].average_precision == pytest.approx(1.0)
    # 1 of 1, 2 of 2, 2 of 3, 3 of 4
    assert results["hard"].average_precision == pytest.approx(2 / 3 + 3 / 4 / 3)


def test_a_network_is_measured_and_writes_its_texts(tmp_path) -> None:
    truth = write_truth(tmp_path / "truth")
    for event, images in EVENTS.items():
        (tmp_path / "images" / event).mkdir(parents=True)
        for name in images:
            cv2.imwrite(
                str(tmp_path / "images" / event / f"{name}.jpg"), np.zeros((60, 90, 3), np.uint8)
            )

    def predict(rgb):
        assert rgb.shape == (60, 90, 3)
        box = np.array([[10, 10, 30, 30]], np.float32)
        return Found(box, np.array([0.5], np.float32), np.zeros(1, np.int64), None)

    count, results = measured_network(truth, tmp_path / "images", predict, tmp_path / "texts")
    # right in the first image, wrong in the second, not asked in the third
    assert count == 3 and results["easy"].average_precision == pytest.approx(0.5)
    again = measured_texts(truth, tmp_path / "texts")[1]
    assert {k: v.average_precision for k, v in again.items()} == {
        k: v.average_precision for k, v in results.items()
    }
    (tmp_path / "images" / "0--Parade" / "0_Parade_2.jpg").unlink()
    with pytest.raises(DataError, match=r"0_Parade_2\.jpg and 0 more images are missing"):
        measured_network(truth, tmp_path / "images", predict)


def test_boxes_become_sides() -> None:
    things = Found(
        np.array([[1, 2, 4, 8]], np.float32), np.array([0.5], np.float32), np.zeros(1, int), None
    )
    assert table_of(things).tolist() == [[1, 2, 3, 6, 0.5]]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"face": None}, "wider_face_val.mat is missing"),
        ({"hard": None}, "wider_hard_val.mat is missing"),
        ({"easy": {"other": 1}}, "wider_easy_val.mat has no gt_list"),
        ({"easy": {"gt_list": np.zeros((2, 2))}}, "do not fit together"),
        ({"easy": {"gt_list": column([])}}, "do not fit together"),
        (
            {"face": {k: column([]) for k in ("event_list", "file_list", "face_bbx_list")}},
            "has no image",
        ),
    ],
)
def test_odd_truth_is_refused(tmp_path, changed, words) -> None:
    with pytest.raises(DataError, match=words):
        read_truth(FileTree(write_truth(tmp_path / "truth", **changed)))


def test_a_face_that_is_not_there_is_refused(tmp_path) -> None:
    one = {"gt_list": column([column([np.array([[9]])] * 2), column([np.array([[1]])])])}
    with pytest.raises(DataError, match="a level asks for face 9 of 2"):
        read_truth(FileTree(write_truth(tmp_path / "truth", easy=one)))


def test_a_name_that_leads_elsewhere_is_refused(tmp_path) -> None:
    face = {
        "event_list": column(["../x"]),
        "file_list": column([column(["a"])]),
        "face_bbx_list": column([column([np.zeros((1, 4))])]),
    }
    lists = {level: {"gt_list": column([column([np.array([[1]])])])} for level in LEVELS}
    with pytest.raises(DataError, match=r"'\.\./x' is no name of a file"):
        read_truth(FileTree(write_truth(tmp_path / "truth", face=face, **lists)))


@pytest.mark.parametrize("keep", [0, 3, 100, 300])
def test_a_truncated_file_is_refused(tmp_path, keep) -> None:
    folder = write_truth(tmp_path / "truth")
    file = folder / "wider_face_val.mat"
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"wider_face_val\.mat"):
        read_truth(FileTree(folder))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a name, a number"),
        ("name\n", "is not a name, a number"),
        ("name\nmany\n", "is not a name, a number"),
        ("name\n1\n1 2 3 4\n", "'1 2 3 4' is none"),
        ("name\n1\n1 2 3 4 nan\n", "'1 2 3 4 nan' is none"),
        ("name\n1\n1 2 -3 4 0.5\n", "is none"),
        ("name\n2\n1 2 3 4 0.5\n", "says 2 and has 1 lines"),
    ],
)
def test_odd_texts_are_refused(tmp_path, text, words) -> None:
    truth, texts = write_truth(tmp_path / "truth"), write_texts(tmp_path / "texts", FOUND)
    (texts / "0--Parade" / "0_Parade_1.txt").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        measured_texts(truth, texts)


def test_the_command_measures_texts(tmp_path, capsys) -> None:
    truth, texts = write_truth(tmp_path / "truth"), write_texts(tmp_path / "texts", FOUND)
    out, curves = tmp_path / "figures.json", tmp_path / "curves.png"
    command = ["detection", "evaluate", "--wider", str(truth), "--texts", str(texts)]
    assert main([*command, "--json", str(out), "--curves", str(curves)]) == 0
    figures = json.loads(out.read_text(encoding="utf-8"))
    assert figures["images"] == 3 and figures["faces/hard"] == 3
    assert figures["ap50/hard"] == pytest.approx(11 / 12)
    assert cv2.imread(str(curves)).std() > 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--wider", "{truth}"], "wider: nothing is given to measure; add --run, --onnx or"),
        (["--wider", "{truth}", "--onnx", "x.onnx"], "wider: --data is missing"),
        (["--wider", "{none}", "--texts", "{none}"], "is neither a folder nor a zip file"),
        (["--wider", "{truth}", "--texts", "{truth}"], "0_Parade_1.txt is missing"),
        ([], "a network is missing; give --run FOLDER or --onnx FILE"),
    ],
)
def test_mistakes_are_one_sentence(arguments, words, tmp_path: Path, capsys) -> None:
    places = {"truth": write_truth(tmp_path / "truth"), "none": tmp_path / "none"}
    assert main(["detection", "evaluate", *(a.format(**places) for a in arguments)]) == 2
    said = capsys.readouterr().err.strip()
    assert words in said and len(said.splitlines()) == 1
