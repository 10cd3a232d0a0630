"""What one run says about the figures C1 to C3: counts and values that can be added up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Evidence:
    """Counts and values of one or of many runs; all of it fits into JSON.

    Parameters
    ----------
    shares : mapping of name to [hits, n]
    rates : mapping of name to [count, minutes]
    values : mapping of name to list of float
    """

    shares: dict[str, list[int]] = field(default_factory=dict)
    rates: dict[str, list[float]] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)

    def share(self, name: str, hit: bool) -> None:
        """Count one more, hit or not."""
        both = self.shares.setdefault(name, [0, 0])
        both[0] += bool(hit)
        both[1] += 1

    def rate(self, name: str, count: float, minutes: float) -> None:
        """Count events in so many minutes."""
        both = self.rates.setdefault(name, [0.0, 0.0])
        both[0] += count
        both[1] += minutes

    def value(self, name: str, value: float) -> None:
        """Note a value."""
        self.values.setdefault(name, []).append(float(value))

    def add(self, other: Evidence) -> None:
        """Take over what another run says."""
        for name, (hits, n) in other.shares.items():
            both = self.shares.setdefault(name, [0, 0])
            both[0] += hits
            both[1] += n
        for name, (count, minutes) in other.rates.items():
            self.rate(name, count, minutes)
        for name, values in other.values.items():
            self.values.setdefault(name, []).extend(values)

    def as_row(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"shares": self.shares, "rates": self.rates, "values": self.values}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Evidence:
        """Return what :meth:`as_row` gave."""
        return cls(dict(row["shares"]), dict(row["rates"]), dict(row["values"]))


def summed(all_of_it: Iterable[Evidence]) -> Evidence:
    """Return the evidence of many runs as one."""
    total = Evidence()
    for one in all_of_it:
        total.add(one)
    return total
