"""Arguments that the verbs of several tasks have."""

from __future__ import annotations

from pathlib import Path

import pytest

from followme_training.common.arguments import export_parser


def test_a_run_is_all_that_export_needs() -> None:
    parser = export_parser("depth", "ONNX file", Path("models/depth.onnx"))
    given = parser.parse_args(["runs/a"])
    assert vars(given) == {
        "run": Path("runs/a"),
        "checkpoint": "best",
        "out": Path("models/depth.onnx"),
        "reports": Path("training/reports/depth"),
    }
    assert parser.prog == "followme-train depth export"
    assert export_parser("gan", "file").parse_args(["runs/a"]).out is None


@pytest.mark.parametrize("words", [[], ["runs/a"]])
def test_a_task_may_ask_for_the_file(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        export_parser("detection", "such as models/face.onnx", out_required=True).parse_args(words)
    assert ended.value.code == 2
    assert "--out" in capsys.readouterr().err
