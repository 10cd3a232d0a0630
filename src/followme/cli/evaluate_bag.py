"""Takes a bag through FollowMe, prints the tables, and writes JSON and page."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
from tqdm import tqdm

from followme import __version__
from followme.cli.missing_library import missing_library_said
from followme.cli.run import remaps_of
from followme.evaluation.bag_drills import drill_bag
from followme.evaluation.bag_report import BagReport, drill_table, gate_table
from followme.evaluation.bag_run import (
    drill_times,
    height_of,
    judged,
    knows_truth,
    name_of,
    run_bag,
    what_is_missing,
)
from followme.evaluation.fault_drills import DrillResult
from followme.evaluation.table import aligned, text_table
from followme.evaluation.walk_record import WalkRecord
from followme.outputs.files import make_folder, write_json
from followme.outputs.latency import LatencyRow, latency_text
from followme.sources.bag_remaps import read_remaps
from followme.sources.walk_bag import WalkBag

Measured = tuple[WalkRecord, Mapping[str, LatencyRow] | None, list[DrillResult]]

PAGE, FIGURES = "evaluation.html", "evaluation.json"
_PICTURES = 14


def evaluate_bag(given: argparse.Namespace) -> int:
    """Evaluate the bag of a command line; return 0 when all is reached, else 1.

    Raises
    ------
    ValueError
        When the bag or an output cannot be used.
    """
    notes: list[str] = []
    bag = WalkBag(
        given.bag,
        read_remaps(remaps_of(given) or ""),
        colour_only=given.colour_only,
        report=notes.append,
    )
    height_m = height_of(bag, given.camera_height)
    if given.drills:
        drill_times(bag)  # said now, not after minutes
    if given.out is not None:
        make_folder(given.out)
    record, latency, drills = _measured(bag, given, height_m)
    report = BagReport(
        _facts(given, bag, height_m),
        _sentences(given, bag, height_m, record, notes),
        judged(bag, record),
        knows_truth(bag),
        drills,
        latency,
    )
    _print(report)
    _write(given, report)
    return 1 if report.shortfalls else 0


def _measured(bag: WalkBag, given: argparse.Namespace, height_m: float) -> Measured:
    if given.pipeline:
        cv2.setNumThreads(1)  # sums must not hang on who was first
        with tqdm(total=bag.length, desc="bag", unit="image", leave=False, disable=None) as bar:

            def progress(seen: int) -> None:
                bar.update(seen - bar.n)

            record = run_bag(bag, camera_height_m=height_m, pictures=_PICTURES, progress=progress)
        return record, None, drill_bag(bag, camera_height_m=height_m) if given.drills else []
    with missing_library_said():
        from followme.cli.evaluate_graph import drill_graph, run_graph_on
    record, latency = run_graph_on(bag, given, height_m, _PICTURES)
    return record, latency, drill_graph(bag, given, height_m) if given.drills else []


def _facts(given: argparse.Namespace, bag: WalkBag, height_m: float) -> dict[str, Any]:
    return {
        "bag": name_of(bag),
        "images": bag.length,
        "rate_hz": round(bag.rate_hz, 3),
        "clock": "simulated" if given.pipeline else "bag",
        "sensor_depth": bag.has_depth,
        "colour_only": given.colour_only,
        "camera_height_m": round(height_m, 3),
    }


def _sentences(
    given: argparse.Namespace,
    bag: WalkBag,
    height_m: float,
    record: WalkRecord,
    notes: Sequence[str],
) -> list[str]:
    depth = "with the depth of a sensor" if bag.has_depth else "colour alone"
    height = f"camera at {height_m:.2f} m" if height_m else "height of the camera unknown"
    looked = len(record.moments)
    some = "" if looked == bag.length else f", {looked} of them looked at"
    ran = "simulated clock, one thread" if given.pipeline else "the whole graph, time of the bag"
    found = [
        f"{bag.length} images{some}, {record.seconds:.1f} s, {depth}, {height}; {ran}; "
        f"FollowMe {__version__}.",
        *notes,
        what_is_missing(bag),
        "On the simulated clock what computing takes is a constant; without --pipeline each stage "
        "is timed."
        if given.pipeline
        else "",
        "Figures of synthetic walks are no proof of safety.",
    ]
    return [sentence for sentence in found if sentence]


def _print(report: BagReport) -> None:
    print("\n".join(report.sentences))
    print(f"\n{text_table(report.result.rows)}\n\n{aligned(*gate_table(report.gates))}")
    if report.drills:
        print(f"\n{aligned(*drill_table(report.drills))}")
    if report.latency is not None:
        print(f"\n{latency_text(report.latency)}")
    for sentence in report.shortfalls:
        print(f"short: {sentence}")


def _write(given: argparse.Namespace, report: BagReport) -> None:
    if given.json is not None:
        write_json(given.json, report.as_json())
    if given.out is not None:
        write_json(given.out / FIGURES, report.as_json())
        report.write_page(given.out / PAGE)
        print(f"\n{given.out / PAGE} shows what was seen, what was true and what was said.")
