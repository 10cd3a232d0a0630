"""Makes ``import torchvision`` work where its compiled operators do not fit the installed torch.

Registries pair a CPU build of torch with a CUDA build of torchvision. The latter then cannot load
its compiled operators, and not only torchvision but everything that imports it, Lightning and
torchmetrics among them, dies at import with "operator torchvision::nms does not exist". Models and
transforms need none of these operators. Declaring the two of them that torchvision describes at
import is enough (pytorch/vision issues 9077 and 9085). Their kernels stay absent:
``torchvision.ops.nms`` still refuses.
"""

from __future__ import annotations

import importlib
import sys

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
# A library that is collected takes its operators with it.
_declared: list[torch.library.Library] = []


def make_torchvision_importable() -> bool:
    """Import torchvision, declaring its missing operators if that is what stops it.

    Returns
    -------
    bool
        Whether a repair was needed. False also where torchvision is not installed.

    Raises
    ------
    RuntimeError
        When torchvision cannot be imported for another reason.
    """
    try:
        importlib.import_module("torchvision")
    except ModuleNotFoundError:
        return False
    except RuntimeError as error:
        if "torchvision::nms" not in str(error) or _declared:
            raise
        _forget_half_imported()
        _declare_operators()
        importlib.import_module("torchvision")
        return True
    return False


def _forget_half_imported() -> None:
    for name in [n for n in sys.modules if n.split(".")[0] == "torchvision"]:
        del sys.modules[name]


def _declare_operators() -> None:
    library = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)  # type: ignore[no-untyped-call]
    _declared.append(library)
