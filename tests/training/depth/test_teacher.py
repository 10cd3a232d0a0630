"""A teacher: what is learnt from it, in which metres, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from followme_training.common.card import write_card
from followme_training.common.command import main
from followme_training.common.fitting import TrainingCommand
from followme_training.common.run_folder import Run
from followme_training.depth.command import MONITOR
from followme_training.depth.data import DepthBatch, DepthData
from followme_training.depth.module import DepthTask, LossWeights
from followme_training.depth.network import Prediction
from followme_training.depth.teacher import Teacher, TeacherError, TeacherSettings, open_teacher
from tests.training.conftest import write_settings
from tests.training.stopping import StopsBeforeEpoch, digest

SIZE_HW = (48, 64)
#: Of the teachers; another one than the learner's.
TEACHER_HW = (24, 32)
FOCAL_PX = 52.0
NO_TRUTH = LossWeights(scale_invariant=0, absolute=0, gradient=0, normal=0, gaussian=0)


def write_teacher(
    folder: Path,
    low: float = 1.0,
    high: float = 4.0,
    outputs: Sequence[str] = ("depth",),
    shape: Sequence[int] = (1, *TEACHER_HW),
    taken: str = "uint8[1, 24, 32, 3] image",
) -> Path:
    """Write a network that answers from ``low`` for black to ``high`` for white."""
    name = taken.split()[-1]
    results = ", ".join(f"float[{', '.join(map(str, shape))}] {o}" for o in outputs)
    last = "\n".join(f"{o} = Reshape(map, shape)" for o in outputs)
    text = f"""<ir_version: 9, opset_import: ["": 18]>
    teacher ({taken}) => ({results}) {{
        values = Cast<to = 1>({name})
        axes = Constant<value = int64[1] {{3}}>()
        mean = ReduceMean<keepdims = 0>(values, axes)
        factor = Constant<value = float {{{(high - low) / 255.0}}}>()
        product = Mul(mean, factor)
        low = Constant<value = float {{{float(low)}}}>()
        map = Add(product, low)
        shape = Constant<value = int64[{len(shape)}] {{{", ".join(map(str, shape))}}}>()
        {last}
    }}"""
    file = folder / "teacher.onnx"
    onnx.save(onnx.parser.parse_model(text), file)
    return file


def write_its_card(file: Path, focal_px: float = 26.0, size: Sequence[int] = TEACHER_HW) -> Path:
    facts = {"name": "t", "version": "1", "task": "depth", "training": {}, "metrics": []}
    write_card(
        file, {**facts, "licence": "", "input_size": list(size), "focal_length_px": focal_px}
    )
    return file


@pytest.fixture(scope="module")
def teacher_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("teacher")
    return write_its_card(write_teacher(folder, outputs=("depth", "log_depth_std")))


def made(
    answer: Callable[[np.ndarray], np.ndarray], kind: str = "metric", focal_px: float = 26.0
) -> Teacher:
    """Return a teacher that is a function."""
    return Teacher(
        TeacherSettings(Path("made.onnx"), kind),  # type: ignore[arg-type]
        lambda rgb: {"depth": answer(rgb)},
        TEACHER_HW,
        "depth",
        focal_px if kind == "metric" else None,
    )


def batch(count: int = 1, fx_px: float = FOCAL_PX) -> DepthBatch:
    random = np.random.default_rng(3)
    rgb = torch.from_numpy(random.integers(0, 256, (count, 3, *SIZE_HW)).astype(np.float32))
    unknown = torch.full((count, 1, *SIZE_HW), float("nan"))
    camera = torch.tensor([[fx_px, fx_px, 31.5, 23.5]]).repeat(count, 1)
    return DepthBatch(rgb, unknown, camera, [f"image {n}" for n in range(count)])


def everywhere(log_depth: float) -> torch.Tensor:
    return torch.full((1, 1, *SIZE_HW), log_depth)


# the map of a relative teacher, by hand
RELIEF = np.add.outer(np.linspace(0.2, 0.9, TEACHER_HW[0]), np.linspace(0, 0.4, TEACHER_HW[1]))


def relative(scale: float = 1.0, shift: float = 0.0) -> Teacher:
    return made(lambda rgb: (scale * RELIEF + shift)[None].astype(np.float32), "relative")


@pytest.mark.parametrize(
    ("teacher_focal_px", "canonical_m"),
    # the learner's image is twice as wide: at its size the teacher's lens has 52 px and 104 px
    [(26.0, 2.0), (52.0, 1.0)],
)
def test_metres_of_a_teacher_by_hand(teacher_focal_px: float, canonical_m: float) -> None:
    teacher = made(
        lambda rgb: np.full((1, *TEACHER_HW), 2.0, np.float32), focal_px=teacher_focal_px
    )
    right = teacher.loss_parts(everywhere(float(np.log(canonical_m))), batch(), FOCAL_PX)
    assert {k: v.item() for k, v in right.items()} == pytest.approx(
        {"teacher": 0.0, "teacher_gradient": 0.0}, abs=1e-6
    )
    off = teacher.loss_parts(everywhere(float(np.log(3 * canonical_m))), batch(), FOCAL_PX)
    assert off["teacher"].item() == pytest.approx(np.log(3.0), rel=1e-5)


def test_the_cameras_of_the_batch_do_not_change_what_is_learnt() -> None:
    teacher = made(lambda rgb: np.full((1, *TEACHER_HW), 2.0, np.float32))
    guess = everywhere(0.3)
    one, other = (
        teacher.loss_parts(guess, batch(fx_px=f), FOCAL_PX)["teacher"] for f in (40.0, 90.0)
    )
    assert one == other


def test_weights_are_factors() -> None:
    light = made(lambda rgb: np.linspace(1, 3, 24 * 32, dtype=np.float32).reshape(1, *TEACHER_HW))
    heavy = Teacher(TeacherSettings(Path("x"), "metric", 3.0, 0.25), *_rest(light))
    bare = Teacher(TeacherSettings(Path("x"), "metric", 3.0, 0.0), *_rest(light))
    one, three, none = (t.loss_parts(everywhere(0.1), batch(), 52.0) for t in (light, heavy, bare))
    assert three["teacher"].item() == pytest.approx(3 * one["teacher"].item())
    assert three["teacher_gradient"].item() == pytest.approx(1.5 * one["teacher_gradient"].item())
    assert none.keys() == {"teacher"}


def _rest(t: Teacher) -> tuple[object, ...]:
    return t.engine, t.size_hw, t.output, t.focal_length_px


def test_the_teacher_sees_the_image_as_the_runtime_would_resize_it() -> None:
    seen: list[np.ndarray] = []

    def answer(rgb: np.ndarray) -> np.ndarray:
        seen.append(rgb)
        return np.ones((1, *TEACHER_HW), np.float32)

    checks = np.zeros((*SIZE_HW, 3), np.float32)
    checks[::2, ::2] = 200.0  # one pixel of four: averages 50, where nearest would give 0 or 200
    given_batch = batch()._replace(rgb=torch.from_numpy(checks).permute(2, 0, 1)[None])
    made(answer).answers(given_batch.rgb)
    assert seen[0].shape == (*TEACHER_HW, 3)
    assert seen[0].dtype == np.uint8
    assert (seen[0] == 50).all()


def test_what_the_teacher_does_not_know_is_not_learnt() -> None:
    def holes(rgb: np.ndarray) -> np.ndarray:
        depth = np.full((1, *TEACHER_HW), 2.0, np.float32)
        depth[:, :, :16], depth[:, :4] = np.nan, 0.0
        return depth

    guess = everywhere(float(np.log(4.0))).requires_grad_()
    parts = made(holes).loss_parts(guess, batch(), FOCAL_PX)
    torch.stack(list(parts.values())).sum().backward()
    assert parts["teacher"].item() == pytest.approx(np.log(2.0), rel=1e-3)
    assert guess.grad is not None
    assert (guess.grad[..., :30] == 0).all()
    assert (guess.grad[..., 16:, 34:] != 0).any()


@pytest.mark.parametrize(
    ("kind", "value"), [("metric", np.nan), ("metric", -1.0), ("relative", np.nan), ("relative", 3)]
)
def test_a_teacher_that_tells_nothing_is_named_with_the_images(kind: str, value: float) -> None:
    teacher = made(lambda rgb: np.full((1, *TEACHER_HW), value, np.float32), kind)
    with pytest.raises(TeacherError, match=r"made\.onnx: it tells nothing of image 0, image 1"):
        teacher.loss_parts(everywhere(0.0).repeat(2, 1, 1, 1), batch(2), FOCAL_PX)


def test_a_flat_answer_teaches_nothing_beside_one_with_relief() -> None:
    answers = iter([np.full((1, *TEACHER_HW), 3.0, np.float32), RELIEF[None].astype(np.float32)])
    guess = torch.randn(2, 1, *SIZE_HW).requires_grad_()
    parts = made(lambda rgb: next(answers), "relative").loss_parts(guess, batch(2), FOCAL_PX)
    parts["teacher"].backward()
    assert guess.grad is not None
    assert torch.isfinite(guess.grad).all()
    assert (guess.grad[0] == 0).all()
    assert (guess.grad[1] != 0).any()


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.05, 40.0), shift=st.floats(-5.0, 5.0))
def test_a_relative_teacher_is_indifferent_to_scale_and_shift(scale: float, shift: float) -> None:
    guess = torch.linspace(0.0, 1.5, SIZE_HW[1]).repeat(SIZE_HW[0], 1)[None, None]
    plain, other = (
        t.loss_parts(guess, batch(), FOCAL_PX) for t in (relative(), relative(scale, shift))
    )
    for name, value in plain.items():
        assert other[name].item() == pytest.approx(value.item(), rel=2e-3)


def test_a_relative_teacher_does_not_take_far_for_near() -> None:
    right = -torch.log(torch.from_numpy(RELIEF).float())[None, None]
    right = nn.functional.interpolate(right, SIZE_HW, mode="bilinear")
    for metres in (0.5, 1.0, 3.0):
        guess = right + float(np.log(metres))
        assert relative().loss_parts(guess, batch(), FOCAL_PX)["teacher"].item() < 0.03
    flipped = relative(-1.0).loss_parts(right, batch(), FOCAL_PX)
    assert flipped["teacher"].item() > 1.0


class Pixelwise(nn.Module):
    """A network that is small enough to learn in a second: each pixel's depth from its colour."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 8, 1), nn.Tanh(), nn.Conv2d(8, 1, 1))

    def forward(self, rgb: torch.Tensor) -> Prediction:
        log_depth = self.layers(rgb / 127.5 - 1.0)
        return Prediction(log_depth, torch.zeros_like(log_depth))


def slopes() -> DepthBatch:
    """Return two smooth images of unknown depth."""
    across = torch.linspace(0, 255, SIZE_HW[1]).expand(3, *SIZE_HW)
    down = torch.linspace(255, 0, SIZE_HW[0])[:, None].expand(3, *SIZE_HW)
    return batch(2)._replace(rgb=torch.stack([across, down]))


def learnt(teacher: TeacherSettings) -> torch.Tensor:
    """Return log depth of what training without truth makes of :func:`slopes`."""
    torch.manual_seed(0)
    learner = DepthTask("mobilenet_v2", focal_length_px=FOCAL_PX, loss=NO_TRUTH, teacher=teacher)
    learner.network = Pixelwise()  # type: ignore[assignment]
    learner.on_fit_start()
    images = slopes()
    optimiser = torch.optim.AdamW(learner.parameters(), 0.03)
    for _ in range(150):
        optimiser.zero_grad()
        parts = learner.loss_parts(learner(images.rgb), images)
        if parts:
            torch.stack(list(parts.values())).sum().backward()
            optimiser.step()
    with torch.no_grad():
        said: torch.Tensor = learner(images.rgb).log_depth
    return said


def test_a_learner_gets_near_to_its_teacher_and_to_twice_its_metres(tmp_path: Path) -> None:
    brightness = slopes().rgb.mean(1, keepdim=True) / 255.0
    target = torch.log(1.0 + 3.0 * brightness)
    without = (learnt(TeacherSettings()) - target).abs().mean()
    assert without > 0.3
    for factor in (1.0, 2.0):
        file = write_its_card(write_teacher(tmp_path, factor, 4.0 * factor))
        said = learnt(TeacherSettings(file))
        assert (said - target - np.log(factor)).abs().mean() < 0.06


def test_a_relative_teacher_teaches_shape(tmp_path: Path) -> None:
    file = write_teacher(tmp_path, -40.0, 90.0, ("disparity",), (1, 1, *TEACHER_HW))
    inverse = torch.exp(-learnt(TeacherSettings(file, "relative")))
    brightness = slopes().rgb.mean(1, keepdim=True)
    for image, light in zip(inverse, brightness, strict=True):
        assert torch.corrcoef(torch.stack([image.flatten(), light.flatten()]))[0, 1] > 0.97


def with_teacher(folder: Path, nyu_zip: Path, teacher: Path, epochs: int = 2) -> Path:
    file = write_settings(folder, nyu_zip, epochs)
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["model"]["teacher"] = {"onnx": str(teacher)}
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def test_a_resumed_run_has_the_bits_of_an_unbroken_one_and_nothing_of_the_teacher(
    tmp_path: Path, nyu_zip: Path, teacher_file: Path
) -> None:
    found = []
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
        command = TrainingCommand(
            DepthTask,
            DepthData,
            ["--config", str(with_teacher(tmp_path / name, nyu_zip, teacher_file))],
            MONITOR,
            run=False,
        )
        if name == "broken":
            command.trainer.callbacks.append(StopsBeforeEpoch(1))  # type: ignore[attr-defined]
            with pytest.raises(InterruptedError):
                command.trainer.fit(command.model, command.datamodule)
            last = Run(tmp_path / name / "run").checkpoint("last")
            arguments = ["--config", str(tmp_path / name / "tiny.yaml")]
            command = TrainingCommand(DepthTask, DepthData, arguments, MONITOR, run=False)
            command.trainer.fit(command.model, command.datamodule, ckpt_path=str(last))
        else:
            command.trainer.fit(command.model, command.datamodule)
        found.append(digest(command.model))
    assert found[0] == found[1]
    state = torch.load(last, weights_only=True)
    assert {key.partition(".")[0] for key in state["state_dict"]} == {"network"}
    # who reads the run needs the teacher no more
    gone = with_teacher(tmp_path, nyu_zip, tmp_path / "gone.onnx")
    gone.replace(tmp_path / "whole" / "run" / "config.yaml")
    assert Run(tmp_path / "whole" / "run").load(DepthTask, DepthData)[0] is not None


def test_a_missing_teacher_is_said_by_the_command(tmp_path, nyu_zip, capsys) -> None:
    file = with_teacher(tmp_path, nyu_zip, tmp_path / "none.onnx")
    assert main(["depth", "fit", "--config", str(file)]) == 2
    said = capsys.readouterr().err
    assert f"teacher {tmp_path / 'none.onnx'}: there is no such file" in said
    assert len(said.strip().splitlines()) == 1


def test_no_file_is_no_teacher() -> None:
    assert open_teacher(TeacherSettings()) is None


def refused(words: str, file: Path, kind: str = "metric") -> None:
    with pytest.raises(TeacherError, match=words) as raised:
        open_teacher(TeacherSettings(file, kind))  # type: ignore[arg-type]
    said = str(raised.value)
    assert said.startswith(f"teacher {file.with_suffix('')}.")
    assert "\n" not in said


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "broken.onnx"
    refused("there is no such file; export it, or give another", file)
    file.write_bytes(b"no model")
    refused("onnxruntime cannot load it", file)


def test_a_metric_teacher_needs_a_card_with_its_lens_and_size(tmp_path: Path) -> None:
    file = write_teacher(tmp_path)
    refused("without a card its metres hold for no lens", file)
    assert open_teacher(TeacherSettings(file, "relative")) is not None
    refused("focal_length_px of its card is -3.0", write_its_card(file, -3.0))
    words = r"takes images of \[24, 32\], its card says \[48, 64\]"
    refused(words, write_its_card(file, size=(48, 64)))


def test_a_teacher_with_other_outputs_is_refused(tmp_path: Path, teacher_file: Path) -> None:
    words = "outputs are depth, log_depth_std; kind relative needs one output"
    refused(words, teacher_file, "relative")
    words = "outputs are metres; kind metric needs an output 'depth'"
    refused(words, write_its_card(write_teacher(tmp_path, outputs=("metres",))))
    file = write_its_card(write_teacher(tmp_path, shape=(1, 1, 24, 32)))
    refused(r"'depth' is \(1, 1, 24, 32\), kind metric needs \(1, 24, 32\)", file)
    assert open_teacher(TeacherSettings(file, "relative")) is not None
    refused(r"\(24, 32\), kind relative needs", write_teacher(tmp_path, shape=(24, 32)), "relative")
    refused(r"needs \(1, h, w\)", write_teacher(tmp_path, shape=(2, 12, 32)), "relative")


@pytest.mark.parametrize(
    "taken",
    [
        "uint8[1, 24, 32, 3] pixels",
        "float[1, 24, 32, 3] image",
        "uint8[N, 24, 32, 3] image",
        "uint8[1, 24, 32, 3] more, uint8[1, 24, 32, 3] image",
    ],
)
def test_a_teacher_has_to_take_an_image_as_the_contract_says(tmp_path: Path, taken: str) -> None:
    words = r"its inputs are .*; it has to take one, 'image' uint8 \(1, H, W, 3\) of a fixed size"
    refused(words, write_teacher(tmp_path, taken=taken), "relative")
