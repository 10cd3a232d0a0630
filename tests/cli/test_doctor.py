from __future__ import annotations

import argparse
import json
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from followme.cli import doctor as module
from followme.cli.doctor import MISSING, OK, WARNING, Check, add_parser, doctor
from followme.voices.voice import VoiceError
from tests.build import write_card

ROOT = Path(__file__).resolve().parents[2]

Usage = namedtuple("Usage", "total used free")


def run_doctor(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["doctor", *words])
    assert arguments.act is doctor
    return doctor(arguments)


def only(checks: object) -> Check:
    (check,) = checks  # type: ignore[misc]
    assert isinstance(check, Check)
    return check


def without(monkeypatch: pytest.MonkeyPatch, *absent: str) -> None:
    real = module.importlib.import_module

    def import_module(name: str) -> object:
        if name in absent:
            raise ImportError(f"No module named {name!r}")
        return real(name)

    monkeypatch.setattr(module.importlib, "import_module", import_module)


def with_modules(monkeypatch: pytest.MonkeyPatch, **modules: object) -> None:
    monkeypatch.setattr(
        module.importlib, "import_module", lambda name: modules[name.replace(".", "_")]
    )


def the_looks(monkeypatch: pytest.MonkeyPatch, *checks: Check) -> None:
    monkeypatch.setattr(module, "LOOKS", (lambda: iter(checks),))


@pytest.mark.parametrize(
    ("status", "code", "ok"), [(OK, 0, True), (WARNING, 0, True), (MISSING, 1, False)]
)
def test_only_what_is_missing_makes_the_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, status: str, code: int, ok: bool
) -> None:
    the_looks(monkeypatch, Check("thing", status, "a sentence"), Check("other", OK, "fine"))
    report = tmp_path / "report.json"
    assert run_doctor("--json", str(report)) == code
    said = json.loads(report.read_text(encoding="utf-8"))
    assert said["ok"] is ok
    assert said["checks"][0] == {"name": "thing", "status": status, "text": "a sentence"}
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_each_check_is_a_line_and_the_verdict_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    the_looks(monkeypatch, Check("voice", MISSING, "mend it so"), Check("cores", OK, "2"))
    assert run_doctor() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["missing", "voice", "mend", "it", "so"]
    assert lines[-1] == "missing: voice"


def test_a_report_that_cannot_be_written_is_a_users_mistake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    the_looks(monkeypatch, Check("cores", OK, "2"))
    with pytest.raises(ValueError, match=r"--json .*report\.json: cannot be written"):
        run_doctor("--json", str(tmp_path / "absent" / "report.json"))


def test_on_this_machine_every_look_says_something() -> None:
    for look in module.LOOKS:
        for check in look():
            assert check.status in (OK, WARNING, MISSING)
            assert check.name and check.text and "\n" not in check.text


def test_no_rclpy_is_missing_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "rclpy")
    check = only(module.look_at_ros())
    assert check.status == MISSING
    assert "make build" in check.text


def test_messages_that_were_never_built_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "followme_msgs.msg")
    assert module._messages().status == MISSING


def test_messages_whose_libraries_do_not_load_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_for_type_support(kind: object) -> None:
        raise AttributeError("no type support")

    with_modules(
        monkeypatch,
        followme_msgs_msg=SimpleNamespace(ObstacleArray=object, __file__="msg/__init__.py"),
        rclpy_type_support=SimpleNamespace(check_for_type_support=check_for_type_support),
    )
    assert module._messages().status == MISSING


@pytest.mark.parametrize(
    ("distribution", "variable"),
    [
        ("jazzy", "FASTRTPS_DEFAULT_PROFILES_FILE"),
        ("kilted", "FASTDDS_DEFAULT_PROFILES_FILE"),
    ],
)
def test_the_profile_is_looked_for_under_the_name_that_fast_dds_reads(
    monkeypatch: pytest.MonkeyPatch, distribution: str, variable: str
) -> None:
    monkeypatch.delenv("RMW_IMPLEMENTATION", raising=False)
    for name in ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE"):
        monkeypatch.delenv(name, raising=False)
    assert module._fast_dds(distribution).status == WARNING
    monkeypatch.setenv(variable, str(ROOT / "config" / "fastdds.xml"))
    check = module._fast_dds(distribution)
    assert check.status == OK
    assert variable in check.text


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "<profiles>",
        "<profiles/>",
        "<profiles><segment_size>524288</segment_size></profiles>",
        "<profiles><segment_size>much</segment_size></profiles>",
    ],
)
def test_a_profile_that_carries_no_images_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    monkeypatch.delenv("RMW_IMPLEMENTATION", raising=False)
    profile = tmp_path / "profile.xml"
    if text is not None:
        profile.write_text(text, encoding="utf-8")
    monkeypatch.setenv("FASTRTPS_DEFAULT_PROFILES_FILE", str(profile))
    check = module._fast_dds("jazzy")
    assert check.status == WARNING
    assert "lost" in check.text


def test_another_middleware_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RMW_IMPLEMENTATION", "rmw_cyclonedds_cpp")
    assert module._fast_dds("jazzy").status == WARNING


def test_onnxruntime_is_needed_and_openvino_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "onnxruntime", "openvino")
    found = {check.name: check.status for check in module.look_at_libraries()}
    assert found["onnxruntime"] == MISSING
    assert found["openvino"] == WARNING


def the_voice(monkeypatch: pytest.MonkeyPatch, engine: object, device: object) -> list[Check]:
    monkeypatch.setattr("followme.voices.engine.shared_engine", engine)
    monkeypatch.setattr("followme.voices.device.Device", device)
    return list(module.look_at_speech())


def fail(*_: object) -> object:
    raise VoiceError("no such thing")


class Heard:
    name = "Headphones"
    open_devices = 0

    def __init__(self, name: str) -> None:
        assert name == "auto"
        Heard.open_devices += 1

    def close(self) -> None:
        Heard.open_devices -= 1


class Speaker:
    def render(self, text: str, words_per_minute: int, language: str) -> list[int]:
        return [1] * 22050


def test_no_voice_is_missing_and_no_device_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    voice, device = the_voice(monkeypatch, fail, fail)
    assert voice.status == MISSING
    assert "espeak-ng" in voice.text
    assert device.status == WARNING
    assert "WAV" in device.text


def test_a_voice_and_a_device_are_tried_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    voice, device = the_voice(monkeypatch, Speaker, Heard)
    assert (voice.status, device.status) == (OK, OK)
    assert device.text == "Headphones"
    assert Heard.open_devices == 0


def test_a_missing_library_is_a_line_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def look() -> Iterator[Check]:
        yield Check("first", OK, "seen")
        raise ImportError("No module named 'numpy'", name="numpy")

    monkeypatch.setattr(module, "LOOKS", (look, lambda: iter([Check("last", OK, "seen")])))
    first, numpy, last = module.examine()
    assert (first.name, last.name) == ("first", "last")
    assert (numpy.name, numpy.status) == ("library numpy", MISSING)


def models_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(module, "share_path", lambda *parts: folder)


def test_no_model_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    models_in(monkeypatch, tmp_path)
    assert only(module.look_at_models()).status == WARNING


def test_no_folder_of_models_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def share_path(*parts: str) -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(module, "share_path", share_path)
    assert only(module.look_at_models()).status == WARNING


@pytest.mark.parametrize(("weights", "status"), [(b"weights", OK), (b"others", MISSING)])
def test_a_model_is_held_against_its_card(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, weights: bytes, status: str
) -> None:
    file = tmp_path / "depth.onnx"
    file.write_bytes(b"weights")
    write_card(file, "depth", (24, 32), {"focal_length_px": 30.0})
    file.write_bytes(weights)
    models_in(monkeypatch, tmp_path)
    check = only(module.look_at_models())
    assert (check.name, check.status) == ("model depth", status)


def test_a_model_without_a_card_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "depth.onnx").write_bytes(b"weights")
    models_in(monkeypatch, tmp_path)
    assert only(module.look_at_models()).status == MISSING


@pytest.mark.parametrize(("mib", "status"), [(64, WARNING), (512, OK)])
def test_shared_memory_as_docker_gives_it_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mib: int, status: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(mib * 2**20, 0, 0))
    assert module._shared_memory(tmp_path).status == status


def test_no_shared_memory_is_a_warning(tmp_path: Path) -> None:
    assert module._shared_memory(tmp_path / "shm").status == WARNING


@pytest.mark.parametrize(
    ("text", "status"), [("212992\n", WARNING), ("4194304\n", OK), ("", OK), (None, OK)]
)
def test_small_socket_buffers_are_a_warning(tmp_path: Path, text: str | None, status: str) -> None:
    limit = tmp_path / "rmem_max"
    if text is not None:
        limit.write_text(text, encoding="ascii")
    assert module._socket_buffers(limit).status == status


@pytest.mark.parametrize(("count", "status"), [(1, WARNING), (2, OK)])
def test_one_core_is_a_warning(monkeypatch: pytest.MonkeyPatch, count: int, status: str) -> None:
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda pid: set(range(count)))
    assert next(iter(module.look_at_machine())).status == status


def test_a_folder_that_does_not_exist_yet_counts_as_its_parent(tmp_path: Path) -> None:
    assert module._writable("results", tmp_path / "a" / "b", "mend").status == OK


def test_a_file_in_the_way_cannot_be_written_into(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", encoding="utf-8")
    assert module._writable("results", tmp_path / "a", "mend").status == MISSING


def test_a_folder_without_rights_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module.os, "access", lambda path, mode: False)
    check = module._writable("logs", tmp_path, "set ROS_LOG_DIR")
    assert check.status == MISSING
    assert "set ROS_LOG_DIR" in check.text
