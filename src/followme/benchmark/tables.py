"""A bench as tables of Markdown, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from followme.benchmark.soak import FOLLOWED
from followme.benchmark.suite import sentences
from followme.benchmark.targets import SUMS_ALONE, over_stages_alone
from followme.benchmark.watch import OWN_FIGURES

_FIGURES = ("p50_ms", "p95_ms", "p99_ms", "max_ms")
_HEADS = ("n", "p50", "p95", "p99", "max", "jitter")
_SUMS_IN_WORDS = (
    "depth network, metric depth and obstacle fusion, sum of p50",
    "these and ego motion, sum of p50",
)
_FORMS = (("one_process", "one process"), ("processes", "processes"))


def text(report: Mapping[str, Any]) -> str:
    """Return a whole report; parts that were not measured are left out."""
    parts = [
        "\n".join(sentences(report)),
        *_transport(report),
        *_models(report),
        *_graph(report),
        *_ratio(report),
        *_targets(report),
    ]
    return "\n\n".join(parts)


def soak_text(report: Mapping[str, Any]) -> str:
    """Return what a soak found."""
    rows = [
        (name, f"{g['growth']:+.2f} {unit}".strip(), f"{g['error_95']:.2f}")
        for (name, unit), g in (
            ((name, unit), report["growth_8h"][name]) for name, unit in FOLLOWED.items()
        )
    ]
    p50, p99 = (_number(report["stamp_to_obstacles"][k]) for k in ("p50_ms", "p99_ms"))
    return "\n\n".join(
        [
            f"{report['seconds']:g} s of {report['form'].replace('_', ' ')}: "
            f"{report['frames_lost']} of {report['frames']} images lost, stamp to obstacles "
            f"{p50} ms (p50) and {p99} ms (p99)",
            f"Growth in eight hours, by the slope after {report['warm_up_s']:g} s:",
            table(("", "growth in 8 h", "within (95 %)"), rows),
            *_targets(report),
        ]
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table of Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _latency(row: Mapping[str, Any]) -> list[str]:
    figures = [_number(row[key]) for key in (*_FIGURES, "jitter_mean_ms")]
    return [str(row["n"]), *figures]


def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _transport(report: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    if "transport" in report:
        for name, row in report["transport"].items():
            rows.append([name, row["frames_lost"], *_latency(row["hop"]), row["taker_cpu_cores"]])
    if "hand_over" in report:
        for name, row in report["hand_over"].items():
            words = f"in one process, by {name}"
            rows.append([words, row["frames_lost"], *_latency(row["hop"]), row["cpu_cores"]])
    if rows:
        heads = ("640x480 at 30 Hz, hop in ms", "lost", *_HEADS, "cores")
        yield table(heads, [[_words(str(r[0])), *r[1:]] for r in rows])
    stages = [
        [_words(name), _words(stage), *_latency(row)]
        for name, way in report.get("transport", {}).items()
        for stage, row in way.get("hop_by_stage", {}).items()
    ]
    if stages:
        yield table(("hop by stage, ms", "stage", *_HEADS), stages)


def _models(report: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        [
            m["task"],
            m["runtime"],
            m["threads"],
            *_latency(m["image"]),
            _number(m["cpu_ms_per_image"]),
        ]
        for m in report.get("models", ())
    ]
    if rows:
        yield table(("network alone, ms an image", "runtime", "threads", *_HEADS, "cpu"), rows)


def _graph(report: Mapping[str, Any]) -> Iterator[str]:
    graph = report.get("graph", {})
    if "stages_alone" in graph:
        alone = graph["stages_alone"]
        rows = [[_words(k), *_latency(v)] for k, v in alone.items() if k not in SUMS_ALONE]
        for name, words in zip(SUMS_ALONE, _SUMS_IN_WORDS, strict=True):
            rows.append([words, "", _number(alone[name]), "", "", "", ""])
        yield table(("stage alone, ms", *_HEADS), rows)
        if "one_process" in graph:
            yield _over_stages(graph)
    chains = [(words, graph[form]) for form, words in _FORMS if form in graph]
    if "chain" in report:
        chains.append(("straightforward", report["chain"]))
    for words, row in chains:
        stages = [[_words(k), *_latency(v)] for k, v in row["stages"].items() if v["n"]]
        yield table((f"{words}, {row['rate_hz']:g} Hz, ms", *_HEADS), stages)
        yield from _nodes(words, row["nodes"])
    if chains:
        yield table(
            ("", "lost", "cores", "MB", "threads", "processes", "first obstacles (s)", "top (Hz)"),
            [[words, *_summary(row)] for words, row in chains],
        )


def _over_stages(graph: Mapping[str, Any]) -> str:
    held, with_motion = (_number(x, 2) for x in over_stages_alone(graph).values())
    return (
        f"One process takes {held} times as long as depth network, metric depth and obstacle "
        f"fusion, each alone; {with_motion} times as long as these and the own motion, which it "
        "estimates too."
    )


def _nodes(words: str, nodes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Return what nodes say of their own work: all that is known of whose results are pictures."""
    rows = [
        [name, *(_number(row.get(figure)) for figure in OWN_FIGURES), row["dropped"]]
        for name, row in nodes.items()
        if any(figure in row for figure in OWN_FIGURES)
    ]
    if rows:
        heads = ("work p50", "work p95", "age of results p50", "p95", "passed over")
        yield table((f"{words}, by the nodes themselves, ms", *heads), rows)


def _summary(row: Mapping[str, Any]) -> list[object]:
    top = row.get("top_rate")
    return [
        f"{row['frames_lost']} of {row['frames']}",
        _number(row["cpu_cores"], 2),
        _number(row["memory_mb"], 0),
        row["threads"],
        row["processes"],
        _number(row["start_to_first_obstacles_s"]),
        "-" if top is None else f"{top['top_rate_hz']:g}",
    ]


def _ratio(report: Mapping[str, Any]) -> Iterator[str]:
    if "ratio" in report:
        heads = ("straightforward over one process, times", "p50", "p95", "p99", "max")
        rows = [
            [_words(stage), *(_number(v) for v in row.values())]
            for stage, row in report["ratio"].items()
            if any(v is not None for v in row.values())
        ]
        yield table(heads, rows)


def _targets(report: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        [
            t["name"],
            f"{'at most' if t['most'] else 'at least'} {t['limit']:g} {t['unit']}".strip(),
            "-" if t["value"] is None else f"{t['value']:.3g} {t['unit']}".strip(),
            t["verdict"],
        ]
        for t in report.get("targets", ())
    ]
    if rows:
        yield table(("target", "aim", "measured", ""), rows)


def _words(key: str) -> str:
    return key.replace("_", " ")
