"""Each settings file that is shipped can be used, and says where its numbers come from."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pytest
import yaml
from torchvision.models import ResNet50_Weights, resnet50

from followme_training.backbones import make_backbone
from followme_training.classification.data import ClassificationData
from followme_training.classification.module import ClassificationTask
from followme_training.common.fitting import TrainingCommand
from followme_training.common.recolouring import recoloured
from followme_training.depth.data import DepthData
from followme_training.depth.module import DepthTask
from followme_training.detection.data import DetectionData
from followme_training.detection.module import DetectionTask
from followme_training.gan.data import GanData
from followme_training.gan.module import GanTask
from followme_training.segmentation.augmentation import Augmentation
from followme_training.segmentation.data import SegmentationData
from followme_training.segmentation.module import SegmentationTask

FOLDER = Path(__file__).resolve().parents[2] / "training" / "configs"
FILES = sorted(FOLDER.rglob("*.yaml"))
TASKS = {
    "classification": (ClassificationTask, ClassificationData),
    "depth": (DepthTask, DepthData),
    "detection": (DetectionTask, DetectionData),
    "gan": (GanTask, GanData),
    "segmentation": (SegmentationTask, SegmentationData),
}
#: NYUv2's focal length at its 320 pixels; see the intrinsics in the data.
NYU_FX_PX, NYU_WIDTH = 259.43, 320


def test_there_are_settings() -> None:
    assert len(FILES) >= 3


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_every_key_is_known_and_every_value_fits(file: Path) -> None:
    arguments = ["--config", str(file), "--model.weights", "null"]
    command = TrainingCommand(*TASKS[file.parent.name], arguments, monitor="", run=False)
    assert command.model.network is not None
    assert command.trainer.max_epochs > 1


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_run_has_the_name_of_its_file(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# ")
    root = yaml.safe_load(text)["trainer"]["default_root_dir"]
    assert root == f"runs/{file.parent.name}/{file.stem}"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("depth/*.yaml")), ids=lambda f: f.stem)
def test_a_depth_run_has_the_focal_length_of_its_size(file: Path) -> None:
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    expected = NYU_FX_PX * settings["data"]["size_hw"][1] / NYU_WIDTH
    assert settings["model"]["focal_length_px"] == pytest.approx(expected, rel=1e-3)


def test_the_page_makes_the_weights_that_settings_of_a_gpu_name(tmp_path, monkeypatch) -> None:
    page = (FOLDER.parents[1] / "docs" / "training.md").read_text(encoding="utf-8")
    _, _, after = page.partition("python - <<'END'\n")
    published = resnet50(weights=None).state_dict()
    monkeypatch.setattr(ResNet50_Weights, "get_state_dict", lambda self, check_hash: published)
    monkeypatch.chdir(tmp_path)
    Path("weights").mkdir()
    exec(textwrap.dedent(after.partition("    END\n")[0]), {})
    for name in ("voc_resnet50", "resnet50_320"):
        text = (FOLDER / "segmentation" / f"{name}.yaml").read_text(encoding="utf-8")
        model = yaml.safe_load(text)["model"]
        net = make_backbone(model["backbone"], Path(model["weights"]))
        assert (net.net.conv1.weight == published["conv1.weight"]).all()


def test_the_recipe_of_voc_changes_neither_colours_nor_aspect() -> None:
    file = FOLDER / "segmentation" / "voc_resnet50.yaml"
    data = yaml.safe_load(file.read_text(encoding="utf-8"))["data"]
    changes = Augmentation(**data["augmentation"])
    random = np.random.default_rng(0)
    rgb = random.integers(0, 256, (37, 50, 3), np.uint8)
    assert all((recoloured(rgb, changes, random) == rgb).all() for _ in range(20))
    assert changes.roll_deg == 0.0
    assert data["keep_aspect_ratio"] is True
