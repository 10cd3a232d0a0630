from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

from followme.perception import session as session_module
from followme.perception.card import ModelError, card_path, load_card
from followme.perception.session import CONTRACTS, Session
from tests import build
from tests.build import save_onnx, tiny_depth_onnx, write_card

RUNTIMES = ("onnxruntime", "openvino")
EACH_RUNTIME = pytest.mark.parametrize("runtime", RUNTIMES)
H, W = 4, 6


def image() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (H, W, 3), dtype=np.uint8)


def open_session(onnx: Path, runtime: str = "onnxruntime", threads: int = 1) -> Session:
    return Session(onnx, load_card(card_path(onnx)), runtime, threads)


def constant_onnx(
    path: Path, task: str, outputs: dict[str, np.ndarray], classes: tuple[str, ...] = ()
) -> Path:
    """Write a network that always gives the same arrays, and the card of its task."""
    facts = {"classes": list(classes) or None, "focal_length_px": 100.0}
    return build.constant_onnx(path, task, H, W, outputs, facts)


def keeping_contract(task: str, n: int = 3, c: int = 2) -> dict[str, np.ndarray]:
    """Return arrays as the contract of a task wants them."""
    rng = np.random.default_rng(3)
    sizes = {"N": n, "C": c, "H": H, "W": W}
    made = {}
    for name, (dtype, shape) in CONTRACTS[task].items():
        lengths = [sizes[s] if isinstance(s, str) else s for s in shape]
        made[name] = (100 * rng.random(lengths)).astype(dtype)
    return made


@EACH_RUNTIME
def test_each_runtime_gives_what_the_network_computes(tmp_path, runtime):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W, near_m=0.5, m_per_red=0.02)
    seen = image()
    outputs = open_session(onnx, runtime).run(seen)
    assert outputs["depth"].shape == outputs["log_depth_std"].shape == (1, H, W)
    assert outputs["depth"][0] == pytest.approx(0.5 + 0.02 * seen[..., 0].astype(float))
    assert outputs["log_depth_std"] == pytest.approx(0.1)


@pytest.mark.parametrize("task", CONTRACTS)
def test_both_runtimes_give_the_same_for_each_task(tmp_path, task):
    classes = ("chair", "person") if task == "objects" else ("floor",)
    onnx = constant_onnx(tmp_path / "net.onnx", task, keeping_contract(task), classes)
    results = [open_session(onnx, runtime).run(image()) for runtime in RUNTIMES]
    for name, (dtype, _) in CONTRACTS[task].items():
        assert results[0][name].dtype == results[1][name].dtype == dtype
        np.testing.assert_array_equal(results[0][name], results[1][name])


@EACH_RUNTIME
def test_a_result_stays_when_the_next_image_runs(tmp_path, runtime):
    session = open_session(tiny_depth_onnx(tmp_path / "depth.onnx", H, W), runtime)
    first = session.run(np.zeros((H, W, 3), np.uint8))["depth"]
    kept = first.copy()
    session.run(np.full((H, W, 3), 255, np.uint8))
    np.testing.assert_array_equal(first, kept)


@EACH_RUNTIME
def test_an_image_may_be_a_view_and_read_only(tmp_path, runtime):
    session = open_session(tiny_depth_onnx(tmp_path / "depth.onnx", H, W), runtime)
    bgr = image()
    bgr.flags.writeable = False
    outputs = session.run(bgr[..., ::-1])
    assert outputs["depth"][0] == pytest.approx(1.0 + 0.01 * bgr[..., 2].astype(float))


@EACH_RUNTIME
@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_is_taken(tmp_path, runtime, threads):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W)
    engine = open_session(onnx, runtime, threads)._engine
    if runtime == "onnxruntime":
        taken = engine._session.get_session_options().intra_op_num_threads
        assert taken == threads
        return
    # OpenVINO gives no more than it sees cores for, of which a shared machine may show it one
    taken, most = (
        open_session(onnx, runtime, n)
        ._engine._request.get_compiled_model()
        .get_property("INFERENCE_NUM_THREADS")
        for n in (threads, 64)
    )
    assert taken == min(threads, most)


@pytest.mark.parametrize(
    "seen",
    [
        np.zeros((W, H, 3), np.uint8),
        np.zeros((H, W), np.uint8),
        np.zeros((1, H, W, 3), np.uint8),
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((H, W, 3), np.float32),
    ],
)
def test_an_image_of_another_size_or_type_is_refused(tmp_path, seen):
    session = open_session(tiny_depth_onnx(tmp_path / "depth.onnx", H, W))
    with pytest.raises(ValueError, match=r"^depth.onnx: image is .*, resize it to \(4, 6, 3\)"):
        session.run(seen)


def test_a_closed_session_says_so_and_closing_twice_is_no_error(tmp_path):
    session = open_session(tiny_depth_onnx(tmp_path / "depth.onnx", H, W))
    session.close()
    session.close()
    with pytest.raises(ModelError, match="the session is closed"):
        session.run(image())


def test_an_unknown_runtime_is_refused_with_the_known_ones(tmp_path):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W)
    with pytest.raises(ModelError, match="'tensorrt' is unknown; give one of onnxruntime, openvi"):
        open_session(onnx, "tensorrt")


@EACH_RUNTIME
def test_a_runtime_that_is_not_installed_is_said_in_one_sentence(tmp_path, runtime, monkeypatch):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W)
    monkeypatch.setitem(sys.modules, runtime, None)  # import then fails as if it were absent
    with pytest.raises(ModelError) as refused:
        open_session(onnx, runtime)
    text = str(refused.value)
    assert text.startswith(f"runtime {runtime!r} is not installed (")
    assert f"pip install {runtime}" in text
    assert "\n" not in text


def test_a_name_that_is_no_package_is_said_in_the_same_way(tmp_path, monkeypatch):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W)
    engine = session_module._ENGINES["onnxruntime"]
    monkeypatch.setitem(session_module._ENGINES, "engine_not_installed", engine)
    with pytest.raises(ModelError, match="runtime 'engine_not_installed' is not installed"):
        open_session(onnx, "engine_not_installed")


@EACH_RUNTIME
@pytest.mark.parametrize("keep", [0, 7, 0.5, -40], ids=["empty", "7 bytes", "half", "nearly all"])
def test_a_truncated_file_is_said_in_one_sentence(tmp_path, runtime, keep):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W)
    data = onnx.read_bytes()
    onnx.write_bytes(data[: keep if isinstance(keep, int) else len(data) // 2])
    write_card(onnx, "depth", (H, W), {"focal_length_px": 100.0})
    with pytest.raises(ModelError) as refused:
        open_session(onnx, runtime)
    assert str(refused.value).startswith("depth.onnx: ")
    assert "\n" not in str(refused.value)


def test_a_file_that_went_away_is_named(tmp_path):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W)
    card = load_card(card_path(onnx))
    onnx.unlink()
    with pytest.raises(ModelError, match=r"^depth.onnx: cannot be read from "):
        Session(onnx, card, "onnxruntime", 1)


@EACH_RUNTIME
@pytest.mark.parametrize(
    ("name", "kind", "shape"),
    [
        ("picture", TensorProto.UINT8, [1, H, W, 3]),
        ("image", TensorProto.FLOAT, [1, H, W, 3]),
        ("image", TensorProto.INT8, [1, H, W, 3]),
        ("image", TensorProto.UINT8, [1, 3, H, W]),
        ("image", TensorProto.UINT8, [1, W, H, 3]),
        ("image", TensorProto.UINT8, [2, H, W, 3]),
        ("image", TensorProto.UINT8, [H, W, 3]),
        ("image", TensorProto.UINT8, ["batch", H, W, 3]),
    ],
)
def test_an_input_that_is_not_the_contracts_is_refused(tmp_path, runtime, name, kind, shape):
    onnx = tmp_path / "depth.onnx"
    info = helper.make_tensor_value_info
    graph = helper.make_graph(
        [
            helper.make_node("Cast", [name], ["depth"], to=TensorProto.FLOAT),
            helper.make_node("Cast", [name], ["log_depth_std"], to=TensorProto.FLOAT),
        ],
        "net",
        [info(name, kind, shape)],
        [info(n, TensorProto.FLOAT, shape) for n in ("depth", "log_depth_std")],
    )
    opset = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.write_bytes(model.SerializeToString())
    write_card(onnx, "depth", (H, W), {"focal_length_px": 100.0})
    with pytest.raises(ModelError, match=r"^depth.onnx: its inputs are .* the card asks for "):
        open_session(onnx, runtime)


@EACH_RUNTIME
def test_an_input_of_another_size_than_the_cards_is_refused(tmp_path, runtime):
    onnx = tiny_depth_onnx(tmp_path / "depth.onnx", H, W, card={"input_size": [W, H]})
    with pytest.raises(ModelError, match="its inputs are "):
        open_session(onnx, runtime)


@EACH_RUNTIME
@pytest.mark.parametrize("task", CONTRACTS)
def test_each_missing_output_is_named(tmp_path, runtime, task):
    for name in CONTRACTS[task]:
        outputs = {k: v for k, v in keeping_contract(task).items() if k != name}
        onnx = constant_onnx(tmp_path / "net.onnx", task, outputs, ("chair", "person"))
        with pytest.raises(ModelError, match=rf"net.onnx: it has no output '{name}' \(it has "):
            open_session(onnx, runtime)


def test_further_outputs_do_no_harm(tmp_path):
    outputs = {**keeping_contract("depth"), "debug": np.zeros(3, np.float32)}
    onnx = constant_onnx(tmp_path / "net.onnx", "depth", outputs)
    assert "debug" in open_session(onnx).run(image())


@EACH_RUNTIME
@pytest.mark.parametrize(
    ("task", "name", "array", "needs"),
    [
        ("depth", "depth", np.ones((1, H, W), np.float16), "(1, 4, 6) float32"),
        ("depth", "depth", np.ones((1, H, W), np.int32), "(1, 4, 6) float32"),
        ("depth", "depth", np.ones((H, W), np.float32), "(1, 4, 6) float32"),
        ("depth", "depth", np.ones((1, W, H), np.float32), "(1, 4, 6) float32"),
        ("depth", "log_depth_std", np.ones((1, 1, H, W), np.float32), "(1, 4, 6) float32"),
        ("segmentation", "labels", np.ones((1, H, W), np.int64), "(1, 4, 6) uint8"),
        ("segmentation", "confidence", np.ones((1, H, W), np.float32), "(1, 4, 6) uint8"),
        ("face", "scores", np.ones(2, np.float32), "(3) float32"),
        ("face", "landmarks", np.ones((3, 5, 3), np.float32), "(3, 5, 2) float32"),
        ("face", "boxes", np.ones((1, 3, 4), np.float32), "(N, 4) float32"),
        ("objects", "scores", np.ones((3, 3), np.float32), "(3, 2) float32"),
        ("objects", "scores", np.ones((2, 2), np.float32), "(3, 2) float32"),
    ],
)
def test_an_output_of_another_shape_or_type_is_refused(tmp_path, runtime, task, name, array, needs):
    outputs = {**keeping_contract(task), name: array}
    onnx = constant_onnx(tmp_path / "net.onnx", task, outputs, ("chair", "person"))
    with pytest.raises(ModelError) as refused:
        open_session(onnx, runtime)
    text = str(refused.value)
    assert text.startswith(f"net.onnx: output {name!r} is {array.shape} ")
    assert needs in text


def test_a_kernel_that_fails_on_one_image_is_said_in_one_sentence(tmp_path):
    """A Gather whose index comes from the pixels: 127 is inside, 255 is not."""
    onnx = tmp_path / "depth.onnx"
    nodes = [
        helper.make_node("Cast", ["image"], ["index"], to=TensorProto.INT64),
        helper.make_node("ReduceMax", ["index"], ["highest"], keepdims=0),
        helper.make_node("Gather", ["table", "highest"], ["row"], axis=0),
        helper.make_node("Expand", ["row", "shape"], ["depth"]),
        helper.make_node("Identity", ["depth"], ["log_depth_std"]),
    ]
    constants = {
        "table": np.ones(200, np.float32),
        "shape": np.array([1, H, W], np.int64),
    }
    outputs = dict.fromkeys(("depth", "log_depth_std"), (TensorProto.FLOAT, [1, H, W]))
    save_onnx(onnx, H, W, nodes, constants, outputs)
    write_card(onnx, "depth", (H, W), {"focal_length_px": 100.0})
    session = open_session(onnx, "onnxruntime")
    session.run(np.full((H, W, 3), 199, np.uint8))
    with pytest.raises(ModelError, match=r"^depth.onnx: the engine failed \(") as refused:
        session.run(np.full((H, W, 3), 255, np.uint8))
    assert "\n" not in str(refused.value)
