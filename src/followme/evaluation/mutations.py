"""Faults put in on purpose: a measure that does not notice them measures nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from followme.evaluation.walk_record import Heard
from followme.values.frame import Frame
from followme.values.label_map import LabelMap

# Near and far change places about the middle of what matters.
_MIRROR_M = 6.0
_DELAY_S = 1.0


@dataclass(frozen=True)
class Mutation:
    """One fault.

    Parameters
    ----------
    name, text : str
        For the command line, and for a person.
    frames : callable
        Makes, for each walk anew, what changes its frames; None: they stay.
    heard : callable
        Changes what was heard; None: it stays.
    """

    name: str
    text: str
    frames: Callable[[], Callable[[Frame], Frame]] | None = None
    heard: Callable[[Sequence[Heard]], list[Heard]] | None = None


def _mirrored(frame: Frame) -> Frame:
    labels = frame.labels
    if labels is not None:
        flipped = np.ascontiguousarray(labels.labels[:, ::-1])
        sure = np.ascontiguousarray(labels.confidence[:, ::-1])
        labels = LabelMap(labels.stamp_ns, flipped, sure, labels.names)
    depth_m = frame.depth_m
    return replace(
        frame,
        bgr=np.ascontiguousarray(frame.bgr[:, ::-1]),
        depth_m=None if depth_m is None else np.ascontiguousarray(depth_m[:, ::-1]),
        labels=labels,
    )


def _near_for_far(frame: Frame) -> Frame:
    if frame.depth_m is None:
        return frame
    depth_m = np.where(frame.depth_m < _MIRROR_M, _MIRROR_M - frame.depth_m, frame.depth_m)
    return replace(frame, depth_m=depth_m.astype(np.float32))


def _doubled(frame: Frame) -> Frame:
    if frame.depth_m is None:
        return frame
    return replace(frame, depth_m=(frame.depth_m * 2.0).astype(np.float32))


def _without_every_third() -> Callable[[Frame], Frame]:
    count = 0

    def change(frame: Frame) -> Frame:
        nonlocal count
        count += 1
        return replace(frame, depth_m=None) if count % 3 == 0 else frame

    return change


def _with_old_labels() -> Callable[[Frame], Frame]:
    first: LabelMap | None = None

    def change(frame: Frame) -> Frame:
        nonlocal first
        if frame.labels is None:
            return frame
        first = first or frame.labels
        return replace(frame, labels=replace(first, stamp_ns=frame.stamp_ns))

    return change


def _without_first_alarm(heard: Sequence[Heard]) -> list[Heard]:
    at = next((n for n, h in enumerate(heard) if h.is_alarm or h.says == "HEALTH"), None)
    return [h for n, h in enumerate(heard) if n != at]


def _late(heard: Sequence[Heard]) -> list[Heard]:
    return [replace(h, onset_s=h.onset_s + _DELAY_S) for h in heard]


MUTATIONS: tuple[Mutation, ...] = (
    Mutation("swap_sides", "left and right swapped", lambda: _mirrored),
    Mutation("swap_depth", "near and far swapped", lambda: _near_for_far),
    Mutation("drop_depth", "every third depth frame lost", _without_every_third),
    Mutation("freeze_labels", "labels of the first frame kept", _with_old_labels),
    Mutation("suppress", "the first announcement suppressed", heard=_without_first_alarm),
    Mutation("double_scale", "depth twice as large", lambda: _doubled),
    Mutation("delay_speech", "speech 1 s later", heard=_late),
)
