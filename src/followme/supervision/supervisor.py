"""Runs processes until somebody asks for their end: restarts the dead, leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from followme.supervision import shared_memory
from followme.supervision.child import Child, ChildSpec
from followme.supervision.restarts import USERS_MISTAKE, RestartRules, Restarts

Say = Callable[[str, str], None]

# How often it is noted which shared memory each process holds: once it has died, nobody knows.
_LOOK_S = 2.0
# as a shell answers a command that it cannot find
CANNOT_START = 127


@dataclass(frozen=True)
class StopRules:
    """How processes are ended.

    Parameters
    ----------
    interrupt_s, terminate_s : float
        Time after SIGINT, and after SIGTERM, before the next stronger signal.
    after_end_s : float
        Time that the others have when a process that ends all has ended.
    """

    interrupt_s: float = 5.0
    terminate_s: float = 5.0
    after_end_s: float = 0.3


@dataclass
class _Post:
    """The place of one process, whichever life of it is running."""

    spec: ChildSpec
    restarts: Restarts
    child: Child | None = None
    given_up: bool = False
    memory: set[str] = field(default_factory=set)


class Supervisor:
    """Start processes and keep them running.

    Parameters
    ----------
    specs : sequence of ChildSpec
        In the order in which they start.
    environ : mapping
        Environment of each.
    say : callable
        Called with the name of a process and a line that it printed, or with the supervisor's own
        name and what it has to say.
    name : str
        The supervisor's own.
    """

    def __init__(
        self,
        specs: Sequence[ChildSpec],
        environ: Mapping[str, str],
        say: Say,
        name: str = "up",
        restart_rules: RestartRules | None = None,
        stop_rules: StopRules | None = None,
    ) -> None:
        restart_rules = restart_rules or RestartRules()
        self._posts = [_Post(spec, Restarts(restart_rules)) for spec in specs]
        self._environ = environ
        self._name = name
        self._say_for = say
        self._rules = stop_rules or StopRules()
        self._stopping = False
        self._killed = False

    def run(self) -> int:
        """Run until SIGINT, SIGTERM, SIGHUP, the end of a process that ends all, or of them all.

        Returns
        -------
        int
            0 when everything ended as asked; 1 when a process was given up or had to be killed.
        """
        return asyncio.run(self._run())

    async def _run(self) -> int:
        self._stop, self._hurry = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked, number)
        keepers = [asyncio.create_task(self._keep(post)) for post in self._posts]
        look = asyncio.create_task(self._look_at_memory())
        stop: asyncio.Future[Any] = asyncio.create_task(self._stop.wait())
        everyone: asyncio.Future[Any] = asyncio.gather(*keepers)
        try:
            await asyncio.wait({stop, everyone}, return_when=asyncio.FIRST_COMPLETED)
            if everyone.done() and not self._stopping:
                self._say("no process is left")
        finally:
            self._stopping = True
            self._stop.set()
            await self._end_all()
            for task in (look, stop):
                task.cancel()
            await everyone
            self._clean_memory()
        return int(self._killed or any(post.given_up for post in self._posts))

    def _say(self, text: str) -> None:
        self._say_for(self._name, text)

    def _asked(self, number: signal.Signals) -> None:
        if self._stopping:
            self._hurry.set()
            return
        self._stopping = True
        self._say(f"{number.name}: ending {sum(1 for p in self._posts if p.child)} processes")
        self._stop.set()

    async def _keep(self, post: _Post) -> None:
        """Start a process, and again whenever it ends unasked."""
        while not self._stopping:
            code, lived_s = await self._live(post)
            if self._stopping:
                return
            if post.spec.ends_all:
                post.given_up = code != 0
                self._say(f"{post.spec.name} {how(code)}, and with it all others end")
                await self._pause(self._rules.after_end_s)
                self._stop.set()
                return
            if not post.spec.respawn:
                self._say(f"{post.spec.name} {how(code)}")
                return
            pause_s = post.restarts.pause_s(code, lived_s)
            if pause_s is None:
                self._give_up(post, code)
                return
            self._say(f"{post.spec.name} {how(code)}; starting it again in {pause_s:g} s")
            await self._pause(pause_s)

    async def _live(self, post: _Post) -> tuple[int, float]:
        name = post.spec.name
        try:
            post.child = Child(post.spec, self._environ, lambda line: self._say_for(name, line))
        except OSError as error:
            self._say(f"{name}: {post.spec.command[0]} cannot be started ({error.strerror})")
            return CANNOT_START, 0.0
        try:
            return await post.child.ended()
        finally:
            post.child = None

    async def _pause(self, pause_s: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stop.wait(), pause_s)

    def _give_up(self, post: _Post, code: int) -> None:
        post.given_up = True
        if code == USERS_MISTAKE:
            why = "said what it cannot use"
        else:
            why = f"{how(code)}, {post.restarts.deaths_at_start} times at its start"
        self._say(f"{post.spec.name} {why}; given up, the others run on")

    async def _end_all(self) -> None:
        """End every process: SIGINT, after a while SIGTERM, after a while SIGKILL."""
        steps = (
            (signal.SIGINT, self._rules.interrupt_s),
            (signal.SIGTERM, self._rules.terminate_s),
            (signal.SIGKILL, None),
        )
        for number, wait_s in steps:
            living = [p for p in self._posts if p.child is not None and p.child.running]
            if not living:
                return
            if number is not signal.SIGINT:
                names = ", ".join(post.spec.name for post in living)
                self._say(f"{names} did not end; sending {number.name}")
            self._killed = self._killed or number is signal.SIGKILL
            self._note_memory()
            for post in living:
                assert post.child is not None
                post.child.send(number)
            await self._wait_for_ends(living, wait_s)

    async def _wait_for_ends(self, posts: list[_Post], wait_s: float | None) -> None:
        """Wait until all have ended, the time is over, or somebody asks a second time."""
        hurry = asyncio.create_task(self._hurry.wait())
        ends = asyncio.create_task(_ends([post.child for post in posts if post.child]))
        waiting: set[asyncio.Task[Any]] = {ends, hurry}
        await asyncio.wait(waiting, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await asyncio.wait(waiting)
        self._hurry.clear()

    async def _look_at_memory(self) -> None:
        while True:
            self._note_memory()
            await asyncio.sleep(_LOOK_S)

    def _note_memory(self) -> None:
        for post in self._posts:
            if post.child is not None:
                post.memory |= shared_memory.held_by(post.child.pid)

    def _clean_memory(self) -> None:
        left = shared_memory.remove_dead(set().union(*(post.memory for post in self._posts)))
        if left:
            self._say(f"removed {len(left)} pieces of shared memory that nobody held any more")


async def _ends(children: Sequence[Child]) -> None:
    for child in children:
        await child.ended()


def how(code: int) -> str:
    """Return in words how a process ended."""
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
