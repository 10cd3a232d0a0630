"""Whether and when a process that died is started again."""

from __future__ import annotations

from dataclasses import dataclass

#: The exit code of a process whose settings cannot be used: the next start would end the same way.
USERS_MISTAKE = 2


@dataclass(frozen=True)
class RestartRules:
    """When a process is started again.

    Parameters
    ----------
    first_pause_s, longest_pause_s : float
        The pause doubles with each death at start.
    start_s : float
        A process that lived longer has started; its death is no death at start.
    deaths_at_start : int
        So many in a row, and it is given up.
    """

    first_pause_s: float = 0.5
    longest_pause_s: float = 30.0
    start_s: float = 10.0
    deaths_at_start: int = 5


class Restarts:
    """The memory of one process: how often it died at start.

    Parameters
    ----------
    rules : RestartRules
        When it is started again.
    """

    def __init__(self, rules: RestartRules) -> None:
        self._rules = rules
        self.deaths_at_start = 0

    def pause_s(self, code: int, lived_s: float) -> float | None:
        """Return the seconds until the next start, None when there shall be none.

        Parameters
        ----------
        code : int
            Exit code; negative for a signal.
        lived_s : float
            How long the process lived.
        """
        rules = self._rules
        if lived_s >= rules.start_s:
            self.deaths_at_start = 0
            return rules.first_pause_s
        self.deaths_at_start += 1
        if code == USERS_MISTAKE or self.deaths_at_start >= rules.deaths_at_start:
            return None
        return min(rules.first_pause_s * 2.0 ** (self.deaths_at_start - 1), rules.longest_pause_s)
