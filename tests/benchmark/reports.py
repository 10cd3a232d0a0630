"""Reports as a bench and a soak make them, with figures that are easy to follow."""

from __future__ import annotations

from typing import Any

from followme.benchmark.statistics import latency_summary


def latency(p50_ms: float, n: int = 100) -> dict[str, Any]:
    """Return a summary of so many latencies around a median."""
    return latency_summary([p50_ms * (0.5 + i / (n - 1)) for i in range(n)])


def a_graph(p50_ms: float, stop_ms: float) -> dict[str, Any]:
    stages = {
        "depth": latency(0.8 * p50_ms),
        "faces": latency_summary([]),
        "obstacles": latency(p50_ms),
        "stop_sound": latency(stop_ms),
        "stop_word": latency(stop_ms + 500),
    }
    return {
        "rate_hz": 10.0,
        "seconds": 30.0,
        "start_to_first_obstacles_s": 3.1,
        "frames": 300,
        "frames_lost": 0,
        "stages": {f"stamp_to_{name}": row for name, row in stages.items()},
        "nodes": {
            "overlay": {"dropped": 0, "model_sha256": ""},
            "segmenter": {
                "work_p50_ms": 11.1,
                "work_p95_ms": 14.0,
                "age_p50_ms": 45.0,
                "age_p95_ms": 61.5,
                "dropped": 3,
                "model_sha256": "cd" * 32,
            },
        },
        "cpu_cores": 0.5,
        "memory_mb": 350.4,
        "threads": 20,
        "files": 30,
        "processes": 2,
    }


def a_report() -> dict[str, Any]:
    machine = {
        "processor": "A Processor",
        "cores": 2,
        "memory_gb": 25.3,
        "system": "Linux",
        "load_1min": 0.1,
        "versions": {"followme": "0.1.0"},
        "models": {"depth": {"file": "depth.onnx", "sha256": "ab" * 32}},
    }
    hop = {
        "frames_sent": 300,
        "frames_lost": 0,
        "hop": latency(3.0),
        "hop_by_stage": {"packing": latency(0.2), "on_the_way": latency(1.8)},
        "taker_cpu_cores": 0.04,
    }
    return {
        "seconds": 30.0,
        "machine": machine,
        "networks_missing": ["face", "objects", "segmentation"],
        "failed": {},
        "transport": {"default_profile": {**hop, "frames_lost": 200}, "followme_profile": hop},
        "hand_over": {"reference": {"frames_lost": 0, "hop": latency(0.1), "cpu_cores": 0.01}},
        "models": [
            {
                "task": "depth",
                "runtime": "onnxruntime",
                "threads": 1,
                "image": latency(12.0),
                "cpu_ms_per_image": 11.5,
            }
        ],
        "graph": {
            "stages_alone": {
                "depth_network": latency(12.0),
                "sum_of_p50_ms": 20.0,
                "sum_of_p50_with_ego_motion_ms": 25.0,
            },
            "one_process": {
                **a_graph(30.0, 70.0),
                "top_rate": {"top_rate_hz": 20.0, "tries": []},
            },
            "processes": a_graph(40.0, 250.0),
        },
        "chain": {**a_graph(135.0, 400.0), "networks_run_on": "onnxruntime"},
    }


def a_soak(grown_mb: float = 12.0, seconds: float = 3600.0) -> dict[str, Any]:
    at_s = [i * seconds / 60 for i in range(60)]
    latency_ms = [30.0 + (i % 7) for i in range(60)]
    return {
        "form": "one_process",
        "seconds": seconds,
        "frames": 600,
        "frames_lost": 3,
        "stamp_to_obstacles": latency(31.0),
        "warm_up_s": min(120.0, seconds / 5),
        "series": {
            "taken": {
                "at_s": at_s,
                "memory_mb": [300.0 + grown_mb * s / 28800 for s in at_s],
                "own_mb": [200.0 + grown_mb * s / 28800 for s in at_s],
                "threads": [27] * 60,
                "files": [35] * 60,
            },
            "came": {
                "at_s": at_s,
                "latency_p50_ms": latency_ms,
                "lost_share": [0.0] * 59 + [float("nan")],
            },
        },
    }
