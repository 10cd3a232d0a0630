"""What a search may choose: keys of a settings file with their values or ranges."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from followme_training.common.variation import StudyError, split_outside_brackets

_RANGE = re.compile(r"(?P<low>\S+)\.\.(?P<high>\S+?)(?P<log>\s+log)?")


class Trial(Protocol):
    """What chooses: a trial of Optuna."""

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any: ...

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int: ...

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float: ...


@dataclass(frozen=True)
class Dimension:
    """One key and what it may be.

    Parameters
    ----------
    key : str
        With dots.
    choices : tuple of str
        The values; empty where there is a range.
    low, high : float
        The range, with both ends.
    whole : bool
        Whether only whole numbers are chosen.
    log : bool
        Whether each factor, rather than each distance, is as likely.
    """

    key: str
    choices: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    log: bool = False

    def choose(self, trial: Trial) -> str:
        """Let a trial choose; return the value as the command line has it."""
        if self.choices:
            return str(trial.suggest_categorical(self.key, self.choices))
        if self.whole:
            low, high = int(self.low), int(self.high)
            return str(trial.suggest_int(self.key, low, high, log=self.log))
        return f"{trial.suggest_float(self.key, self.low, self.high, log=self.log):.6g}"


def dimension(text: str) -> Dimension:
    """Return what ``KEY=VALUE,VALUE`` or ``KEY=LOW..HIGH`` says; ``log`` may follow a range.

    Raises
    ------
    StudyError
        On a text of another form, and on a range that has no inside.
    """
    key, _, values = (part.strip() for part in text.partition("="))
    found = _RANGE.fullmatch(values)
    if key and found:
        low, high = _number(found["low"], text), _number(found["high"], text)
        log = bool(found["log"])
        if not low < high or (log and low <= 0):
            raise StudyError(
                f"the range of {key} is {values!r}; give LOW..HIGH with LOW below HIGH"
                + (", both above 0 for log" if log else "")
            )
        whole = isinstance(low, int) and isinstance(high, int)
        return Dimension(key, (), float(low), float(high), whole, log)
    listed = split_outside_brackets(values, ",")
    if not key or len(listed) < 2 or not all(listed):
        raise StudyError(
            f"what to search is {text!r}; give KEY=VALUE,VALUE or KEY=LOW..HIGH, as "
            "'model.recipe.lr=0.01..1 log'"
        )
    return Dimension(key, tuple(listed))


def usual_search(settings: Mapping[str, Any]) -> list[Dimension]:
    """Return what is searched where nothing is said, about the values of a settings file.

    Width, depth, rate, decay, smoothing, dropout and augmentation.
    """
    layout, recipe = settings["model"]["layout"], settings["model"]["recipe"]
    width, depth, lr = int(layout["width"]), int(layout["depth"]), float(recipe["lr"])
    decay = max(float(recipe["weight_decay"]), 1e-5)
    return [
        Dimension(
            "model.layout.width", tuple(str(w) for w in (max(1, width // 2), width, 2 * width))
        ),
        Dimension("model.layout.depth", (), max(1, depth - 1), depth + 1, whole=True),
        Dimension("model.layout.dropout", (), 0.0, 0.4),
        Dimension("model.recipe.lr", (), lr / 5, lr * 5, log=True),
        Dimension("model.recipe.weight_decay", (), decay / 10, decay * 10, log=True),
        Dimension("model.smoothing", (), 0.0, 0.2),
        Dimension("data.augmentation.crop_px", (), 0, 4, whole=True),
        Dimension("data.augmentation.cutout_px", (), 0, 12, whole=True),
        Dimension("data.augmentation.rand_operations", (), 0, 2, whole=True),
        Dimension("data.augmentation.mixup", ("0", "0.2", "0.4")),
    ]


def _number(text: str, whole: str) -> float | int:
    try:
        return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
    except ValueError as error:
        raise StudyError(f"what to search is {whole!r}, but {text!r} is no number") from error
