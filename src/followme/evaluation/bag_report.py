"""What ``followme evaluate`` leaves: JSON with everything, and one page to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from followme import __version__
from followme.evaluation.bag_gates import FAULT_GATE
from followme.evaluation.bag_run import BagResult
from followme.evaluation.distance_plot import distance_plot_svg
from followme.evaluation.evidence import Evidence
from followme.evaluation.fault_drills import LIMIT_S, DrillResult
from followme.evaluation.metrics import PASS, SHORT, Row, table
from followme.evaluation.onset_log import rows_of
from followme.evaluation.report_html import Chapter, html_table, write_page
from followme.evaluation.table import HEADS, cells

DRILL_HEADS = ("fault", "heard after", "words", "at most", "")
_STAGE_HEADS = ("stage", "n", "p50", "p95", "p99", "longest")


@dataclass(frozen=True)
class BagReport:
    """All that is told of one bag.

    Parameters
    ----------
    facts : mapping
        Which bag, what of it was used, on which clock; JSON.
    sentences : sequence of str
        The same for a person, and what is odd about the bag.
    result : BagResult
    truth_known : bool
    drills : sequence of DrillResult
        Empty when none were asked for.
    latency : mapping or None
        Stage to its row, as latency.json has it; None on the simulated clock.
    gates : tuple of Row
        Those of the walk, and that of the drills.
    """

    facts: Mapping[str, Any]
    sentences: Sequence[str]
    result: BagResult
    truth_known: bool
    drills: Sequence[DrillResult] = ()
    latency: Mapping[str, Mapping[str, Any]] | None = None
    gates: tuple[Row, ...] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.result.gates
        if self.drills:
            evidence = Evidence()
            for drill in self.drills:
                evidence.value(FAULT_GATE.evidence, drill.waited_s)
            rows = (*rows, *table(evidence, (FAULT_GATE,)))
        object.__setattr__(self, "gates", rows)

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """A sentence for each gate that was missed, and for each fault that was heard late."""
        return (*self.result.shortfalls, *(d.sentence for d in self.drills if not d.kept))

    def as_json(self) -> dict[str, Any]:
        """Return everything; on the simulated clock the same bag gives the same."""
        record = self.result.record
        true_m = [
            record.distance_at(h.thing, h.onset_s) if h.thing is not None else float("nan")
            for h in record.heard
        ]
        return {
            "version": __version__,
            **self.facts,
            "seconds": round(record.seconds, 4),
            "truth_known": self.truth_known,
            "notes": list(self.sentences),
            "kept": not self.shortfalls,
            "shortfalls": list(self.shortfalls),
            "gates": [row.as_row() for row in self.gates],
            "metrics": [row.as_row() for row in self.result.rows],
            "latency": self.latency,
            "drills": [drill.as_row() for drill in self.drills],
            "camera_faults": [
                {"kind": f.kind, "from_s": round(f.from_s, 4), "until_s": round(f.until_s, 4)}
                for f in record.faults
            ],
            "onsets": list(rows_of(record.heard, true_m)),
        }

    def write_page(self, path: Path) -> None:
        """Write the page.

        Raises
        ------
        OutputError
            When the folder or the disk refuses.
        """
        blocks = ["<h2>What a walk must reach</h2>", html_table(*gate_table(self.gates))]
        if self.drills:
            blocks += ["<h2>Faults put in on purpose</h2>", html_table(*drill_table(self.drills))]
        if self.latency is not None:
            blocks += ["<h2>How long each stage took</h2>", html_table(*_stages(self.latency))]
        if self.truth_known:
            blocks += ["<h2>Distances</h2>", distance_plot_svg(self.result.record)]
        blocks.append("<h2>Figures of the specification</h2>")
        chapter = Chapter(
            "What was seen, what was true, what was said.",
            self.result.record,
            self.shortfalls,
            kept="reached",
        )
        title = f"FollowMe on the bag {self.facts['bag']}"
        write_page(path, title, self.sentences, self.result.rows, [chapter], blocks)


def gate_table(gates: Sequence[Row]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return heads and lines of a table of what must be reached."""
    return HEADS[1:-1], [cells(row)[1:-1] for row in gates]


def drill_table(drills: Sequence[DrillResult]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return heads and lines of a table of faults."""
    return DRILL_HEADS, [
        (d.drill.text, d.after, d.heard or "-", f"{LIMIT_S:.2f} s", PASS if d.kept else SHORT)
        for d in drills
    ]


def _stages(
    latency: Mapping[str, Mapping[str, Any]],
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    return _STAGE_HEADS, [
        (stage.replace("_", " "), *(_ms(key, value) for key, value in row.items()))
        for stage, row in latency.items()
    ]


def _ms(key: str, value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if key == "n" else f"{value:.1f} ms"
