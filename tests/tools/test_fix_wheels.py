from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE, NUMPY = "/here/include/python3.12", "/here/numpy/_core/include"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fix_wheels", ROOT / "tools" / "fix_wheels.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ('"${_IMPORT_PREFIX}/include"', '"${_IMPORT_PREFIX}/include"'),
        ("/opt/python/cp312-cp312/include/python3.12", HERE),
        ("/opt/python/cp312-cp312/lib/python3.12/site-packages/numpy/_core/include", NUMPY),
        ("/opt/python/cp311-cp311/lib/python3.11/site-packages/numpy/core/include", NUMPY),
        (
            '"/opt/python/a/include/python3.12;/opt/python/a/x/numpy/_core/include;${P}/include"',
            f'"{HERE};{NUMPY};${{P}}/include"',
        ),
        ("/usr/include/python3.12", "/usr/include/python3.12"),
    ],
)
def test_only_folders_of_the_build_machine_are_replaced(before: str, after: str) -> None:
    assert tool.mend(before, HERE, NUMPY) == after
    assert tool.mend(after, HERE, NUMPY) == after


def test_a_backslash_in_a_folder_stays_one() -> None:
    text = "/opt/python/cp312-cp312/include/python3.12"
    assert tool.mend(text, r"C:\1include", NUMPY) == r"C:\1include"


def test_only_exports_of_python_generators_are_touched_and_only_once(tmp_path: Path) -> None:
    folder = tmp_path / "std_msgs" / "cmake"
    folder.mkdir(parents=True)
    text = "/opt/python/cp312-cp312/include/python3.12"
    export = folder / "export_std_msgs__rosidl_generator_pyExport.cmake"
    other = folder / "std_msgsConfig.cmake"
    for path in (export, other):
        path.write_text(text, encoding="utf-8")
    assert tool.mend_all(tmp_path, HERE, NUMPY) == 1
    assert tool.mend_all(tmp_path, HERE, NUMPY) == 0
    assert export.read_text(encoding="utf-8") == HERE
    assert other.read_text(encoding="utf-8") == text
    assert sorted(p.name for p in folder.iterdir()) == sorted([export.name, other.name])


def test_no_wheels_are_no_mistake(tmp_path: Path) -> None:
    assert tool.mend_all(tmp_path, HERE, NUMPY) == 0
