"""The rules of the house that a linter does not know; see CONTRIBUTING.md."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    [
        *(ROOT / "src" / "followme").rglob("*.py"),
        *(ROOT / "training" / "followme_training").rglob("*.py"),
    ]
)
TREES = ("src", "training", "tools", "config", "launch", "docs", "examples", ".ci")
TEXTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "QUALITY_DECLARATION.md",
    "Makefile",
    "setup.py",
    "pyproject.toml",
)

FILE_LINES, FUNCTION_LINES = 350, 60
# a name that would fit any content tells nothing about this one; what all training tasks share is
# called by the name that the field has for it
SHARED_BY_TASKS = ROOT / "training" / "followme_training" / "common"
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "misc", "manager", "common", "stuff"}
MACHINE_PATH = re.compile(r"(?<![\w./~-])/(?:work|farm|home|root|Users|mnt)/\w")
WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@functools.cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path), str(path))


@functools.cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(path)))


def place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def report(breaches: list[str], rule: str) -> None:
    if breaches:
        pytest.fail("\n".join([rule, *breaches]), pytrace=False)


def words_of(name: str) -> set[str]:
    return {word.lower() for word in WORDS.findall(name)}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes_of(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(path: Path) -> Iterator[ast.Call]:
    for node in nodes_of(path):
        if isinstance(node, ast.Call):
            yield node


def shared_texts() -> Iterator[Path]:
    yield from (ROOT / name for name in TEXTS if (ROOT / name).is_file())
    for tree in TREES:
        for path in sorted((ROOT / tree).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and is_text(path):
                yield path


def is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return b"\0" not in file.read(1024)


def test_the_rules_have_something_to_look_at() -> None:
    assert len(SOURCES) > 20


def test_a_file_has_one_subject_and_few_lines() -> None:
    lengths = {path: len(text_of(path).splitlines()) for path in SOURCES}
    report(
        [f"{place(path)} has {n} lines" for path, n in lengths.items() if n > FILE_LINES],
        f"A file over {FILE_LINES} lines has two subjects: give the second a file of its own.",
    )


def test_a_function_fits_on_a_screen() -> None:
    breaches = []
    for path in SOURCES:
        for node in functions(path):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            lines -= docstring_lines(node)
            if lines > FUNCTION_LINES:
                breaches.append(f"{place(path, node.lineno)} {node.name} has {lines} lines")
    report(breaches, f"A function over {FUNCTION_LINES} lines wants to be two.")


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    text = ast.get_docstring(node, clean=False)
    return 0 if text is None else len(text.splitlines())


def test_names_tell_what_is_inside() -> None:
    breaches = []
    for path in SOURCES:
        own = path.relative_to(SHARED_BY_TASKS if SHARED_BY_TASKS in path.parents else ROOT)
        for part in own.with_suffix("").parts:
            if words_of(part) & EMPTY_NAMES:
                breaches.append(f"{place(path)} {part}")
        for node in nodes_of(path):
            if isinstance(node, ast.ClassDef) and words_of(node.name) & EMPTY_NAMES:
                breaches.append(f"{place(path, node.lineno)} {node.name}")
    report(breaches, f"A name with {', '.join(sorted(EMPTY_NAMES))} in it fits any content.")


def test_no_exception_is_caught_unnamed() -> None:
    breaches = [
        place(path, node.lineno)
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    report(breaches, "A bare except swallows what nobody thought of: name the exception.")


def test_every_exception_that_is_caught_wholesale_goes_on() -> None:
    breaches = [
        place(path, node.lineno)
        for path in SOURCES
        for node in nodes_of(path)
        if isinstance(node, ast.ExceptHandler) and catches_all(node) and not goes_on(node)
    ]
    report(
        breaches,
        "`except Exception` has to raise, or to hand the error on: to a log, a state or a caller.",
    )


def catches_all(node: ast.ExceptHandler) -> bool:
    return isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")


def goes_on(node: ast.ExceptHandler) -> bool:
    inside = [found for statement in node.body for found in ast.walk(statement)]
    raises = any(isinstance(found, ast.Raise) for found in inside)
    uses = any(isinstance(found, ast.Name) and found.id == node.name for found in inside)
    logs = any(isinstance(found, ast.Attribute) and "exc" in found.attr for found in inside)
    return raises or uses or logs


def test_nothing_is_unpickled() -> None:
    breaches = [
        place(path, node.lineno)
        for path in SOURCES
        for node in nodes_of(path)
        for name in imported(node)
        if name.partition(".")[0] in ("pickle", "dill", "shelve", "marshal", "joblib")
    ]
    report(breaches, "A pickle runs code of whoever wrote it: use JSON, npz or ONNX.")


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def test_yaml_is_loaded_safely() -> None:
    breaches = [
        place(path, call.lineno)
        for path in SOURCES
        for call in calls(path)
        if ast.unparse(call.func) in ("yaml.load", "yaml.load_all", "yaml.unsafe_load")
    ]
    report(breaches, "yaml.load makes objects of any class: use yaml.safe_load.")


def test_numpy_loads_no_objects() -> None:
    breaches = [
        place(path, call.lineno)
        for path in SOURCES
        for call in calls(path)
        if has_true(call, "allow_pickle")
    ]
    report(breaches, "allow_pickle=True unpickles: save plain arrays.")


def test_no_shell_reads_a_command() -> None:
    breaches = [
        place(path, call.lineno)
        for path in SOURCES
        for call in calls(path)
        if has_true(call, "shell") or ast.unparse(call.func) in ("os.system", "os.popen")
    ]
    report(breaches, "A shell reads file names as commands: give a list of arguments.")


def has_true(call: ast.Call, name: str) -> bool:
    return any(
        keyword.arg == name
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is True
        for keyword in call.keywords
    )


def test_every_public_module_says_what_it_is() -> None:
    breaches = [
        place(path)
        for path in SOURCES
        if (not path.name.startswith("_") or path.name == "__init__.py")
        and not ast.get_docstring(tree_of(path))
    ]
    report(breaches, "A module begins with a sentence that says what is in it.")


def test_no_text_names_a_path_of_one_machine() -> None:
    breaches = [
        f"{place(path, number)} {line.strip()}"
        for path in shared_texts()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    report(breaches, "This path exists on one machine only: find it from the file's own place.")


def test_no_network_says_where_it_was_made() -> None:
    # the exporter notes the source line of each node, with the whole path of its file
    networks = [p for tree in ("models", "training") for p in (ROOT / tree).rglob("*.onnx")]
    assert len(networks) >= 4
    breaches = [place(p) for p in networks if b"/followme_training/" in p.read_bytes()]
    report(breaches, "This network names files of the machine that exported it: export it anew.")


def test_the_executables_of_the_package_are_the_nodes_of_the_graph() -> None:
    from followme.graph import ALL_NODES

    module = ast.parse(text_of(ROOT / "setup.py"))
    (listed,) = (
        ast.literal_eval(node.value)
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NODES"
    )
    assert listed == tuple(node.name for node in ALL_NODES)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("open('/home/you/x')", True),
        ("see /Users/you", True),
        ("https://example.org/home/page", False),
        ("src/work/x", False),
        ("/opt/ros/jazzy and /dev/shm", False),
        ("~/home/x", False),
    ],
)
def test_a_path_of_one_machine_is_told_from_others(line: str, found: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("utils", True),
        ("box_utils", True),
        ("FrameManager", True),
        ("manage", False),
        ("futile", False),
        ("TrackManagement", False),
    ],
)
def test_an_empty_name_is_told_from_others(name: str, found: bool) -> None:
    assert bool(words_of(name) & EMPTY_NAMES) is found
