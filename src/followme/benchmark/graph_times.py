"""The whole graph, seen from another process: how late, how much it takes, how fast it can go."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rclpy
import yaml

from followme.benchmark.processes import BenchError, Program, environment, started
from followme.benchmark.usage import Sampler, Usage, cpu_share
from followme.benchmark.watch import Watch
from followme.graph import NODES
from followme.ros.neighbours import already_there
from followme.ros.process import Spinner, begin
from followme.voices.device import Device

#: Rates that are tried one after the other, until more than this share of the images is lost.
TRIED_HZ = (15.0, 20.0, 30.0)
LOST_SHARE = 0.05
_TRY_S = 10.0
# a walk is rendered first, which a busy machine takes long for
_START_S = 180.0
# Caches, the first scheduling of all threads, the greeting: not what a walker has after a minute.
_WARM_UP_S = 4.0
# The last image of a measurement may still be on its way.
_ON_THE_WAY_S = 1.0
# To look at the memory of ten processes takes some milliseconds of a core.
_LOOK_EVERY_S = 2.0
_DISCOVERY_S = 1.0

# so that nothing is left when a bench is killed
_FOLLOWME = (
    "import signal, sys; from followme.ros.owner import end_with_owner; "
    "end_with_owner(signal.SIGTERM); from followme.cli.main import main; sys.exit(main())"
)


@dataclass(frozen=True)
class Form:
    """A way to run a graph.

    Parameters
    ----------
    name : str
        In tables and JSON.
    words : tuple of str
        Arguments of Python; the parameter file follows them.
    profile : str or None
        Of Fast DDS; None: FollowMe's.
    tone_first : bool
        Whether a STOP begins with a tone.
    """

    name: str
    words: tuple[str, ...]
    profile: str | None = None
    tone_first: bool = True


ONE_PROCESS = Form("one_process", ("-c", _FOLLOWME, "run", "--speech", "wav", "--params-file"))
PROCESSES = Form("processes", ("-c", _FOLLOWME, "up", "--speech", "wav", "--params-file"))
#: One node a network, as it is written first; see :mod:`followme.benchmark.straightforward`.
STRAIGHTFORWARD = Form(
    "straightforward",
    ("-m", "followme.benchmark.straightforward", "all"),
    profile="",
    tone_first=False,
)


def parameters(rate_hz: float, track: Path, size: tuple[int, int] | None = None) -> dict[str, Any]:
    """Return the parameters of a graph that is measured, as a file of ROS 2 holds them.

    The walk begins again and again, and the depth network looks at every image: by itself it
    would only fill what a sensor misses.
    """
    camera: dict[str, Any] = {"loop": True, "rate_hz": rate_hz}
    if size is not None:
        camera |= {"width": size[0], "height": size[1]}
    own = {
        "camera": camera,
        "depth_estimator": {"fusion": {"fill_below": 1.0}},
        "speech": {"voice": {"track": str(track)}},
    }
    return {f"/**/{node}": {"ros__parameters": content} for node, content in own.items()}


class Running:
    """A graph that gives obstacles, with who watches it.

    Parameters
    ----------
    program : Program
        What was started.
    watch : Watch
        Spinning.
    start_s : float
        From the start to the first obstacles.
    """

    def __init__(self, program: Program, watch: Watch, start_s: float) -> None:
        self.program, self.watch, self.start_s = program, watch, start_s

    def wait(self, seconds: float, each_s: float = 0.2) -> None:
        """Let it run for so long.

        Raises
        ------
        BenchError
            When it ends meanwhile.
        """
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0.0:
            if not self.program.running:
                raise self.program.failed("ended in the middle of its measurement")
            time.sleep(min(left_s, each_s))


@contextmanager
def running(form: Form, rate_hz: float, size: tuple[int, int] | None = None) -> Iterator[Running]:
    """Start a graph, wait for its first obstacles, and end it when this is left.

    Raises
    ------
    BenchError
        When another graph runs, or no obstacles come.
    """
    # who watches is a participant too; the environment has to be there before rclpy
    os.environ.update(environment())
    refuse_another_graph()
    begin([])
    with tempfile.TemporaryDirectory(prefix="followme_bench_") as folder:
        file = Path(folder) / "params.yaml"
        file.write_text(yaml.safe_dump(parameters(rate_hz, Path(folder) / "speech.wav", size)))
        watch = Watch(tone_first=form.tone_first, ahead_s=Device.LATENCY_S)
        spinner = Spinner([watch], lambda: None)
        began_s = time.monotonic()
        try:
            words, name = [*form.words, str(file)], f"graph ({form.name.replace('_', ' ')})"
            with started(words, environment(form.profile), name) as program:
                _await_obstacles(program, watch, began_s + _START_S)
                first_s = watch.first_obstacles_s or time.monotonic()
                yield Running(program, watch, first_s - began_s)
        finally:
            spinner.stop()
            rclpy.try_shutdown()


def refuse_another_graph() -> None:
    """Look whether a graph runs here already.

    Raises
    ------
    BenchError
        When one does.
    """
    found = already_there({f"/{node.name}" for node in NODES}, _DISCOVERY_S)
    if found:
        raise BenchError(
            f"a graph runs already ({', '.join(found)}): end it, or set another ROS_DOMAIN_ID"
        )


def measure(
    form: Form, seconds: float, rate_hz: float, size: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Run a graph and return how late its results are and what it takes.

    Parameters
    ----------
    form : Form
        Which way to run it.
    seconds : float
        How long it is measured, after the start and a warm-up.
    rate_hz : float
        Images a second.
    size : tuple of int, optional
        Width and height of the images; the camera's own when absent.

    Raises
    ------
    BenchError
        When it cannot be started or ends by itself.
    """
    with running(form, rate_hz, size) as graph:
        graph.wait(min(_WARM_UP_S, seconds))
        sampler = Sampler(graph.program.pid, _LOOK_EVERY_S)
        begin_s = time.monotonic()
        graph.wait(seconds)
        end_s = time.monotonic()
        taken = sampler.stop()
        graph.wait(_ON_THE_WAY_S)
        images = graph.watch.images(begin_s, end_s)
        return {
            "rate_hz": rate_hz,
            "seconds": round(end_s - begin_s, 1),
            "start_to_first_obstacles_s": round(graph.start_s, 2),
            "frames": len(images),
            "frames_lost": sum(1 for _, through in images if not through),
            "stages": graph.watch.stages(begin_s, end_s),
            "nodes": graph.watch.nodes(),
            **_taken(taken),
        }


def top_rate(
    form: Form, seconds: float, known: Mapping[str, Any], size: tuple[int, int] | None = None
) -> dict[str, Any]:
    """Return the highest rate at which at most 5 % of the images are lost, and what was tried.

    Parameters
    ----------
    form : Form
        Which way to run it.
    seconds : float
        Of each try, at most.
    known : mapping
        What :func:`measure` gave for the rate that is taken for granted.
    size : tuple of int, optional
        Width and height of the images.
    """
    tries = [_share_lost(known, float(known["rate_hz"]))]
    best_hz = tries[0]["rate_hz"] if tries[0]["lost_share"] <= LOST_SHARE else 0.0
    for rate_hz in TRIED_HZ:
        if best_hz != tries[-1]["rate_hz"]:
            break
        tried = measure(form, min(seconds, _TRY_S), rate_hz, size)
        tries.append(_share_lost(tried, rate_hz))
        if tries[-1]["lost_share"] <= LOST_SHARE:
            best_hz = rate_hz
    return {"top_rate_hz": best_hz, "tries": tries}


def _share_lost(row: Mapping[str, Any], rate_hz: float) -> dict[str, float]:
    """Return the share of images without obstacles; what the camera could not give is lost too."""
    due = max(1.0, rate_hz * float(row["seconds"]))
    through = float(row["frames"]) - float(row["frames_lost"])
    return {"rate_hz": rate_hz, "lost_share": round(max(0.0, 1.0 - through / due), 4)}


def _await_obstacles(program: Program, watch: Watch, deadline_s: float) -> None:
    while watch.count("obstacles") == 0 or watch.first_obstacles_s is None:
        if not program.running:
            raise program.failed("ended at its start")
        if time.monotonic() > deadline_s:
            raise program.failed(f"gave no obstacles within {_START_S:g} s")
        time.sleep(0.02)


def _taken(samples: Sequence[Usage]) -> dict[str, Any]:
    if not samples:
        return dict.fromkeys(("cpu_cores", "memory_mb", "threads", "files", "processes"))

    def largest(of: Callable[[Usage], float]) -> float:
        return max(map(of, samples))

    return {
        "cpu_cores": round(cpu_share(samples[0], samples[-1]), 3),
        "memory_mb": round(largest(lambda u: u.memory_mb), 1),
        "threads": int(largest(lambda u: u.threads)),
        "files": int(largest(lambda u: u.files)),
        "processes": int(largest(lambda u: u.processes)),
    }
