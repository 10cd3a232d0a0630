"""B5: what a thing is called, voted on by all who looked at it."""

from __future__ import annotations

from collections import Counter, deque

from followme.settings import TrackingSettings

#: Who votes; the first who is sure decides. A face is seen on people only, boxes are surer of
#: small things than labels are.
OBJECTS, FACES, LABELS = "objects", "faces", "labels"
_ORDER = (OBJECTS, FACES, LABELS)
# A name that nobody confirmed lately is still better than none.
_LEAST_FRESH = 0.5


class NameVotes:
    """The votes about one thing.

    Those who look at every third image only must not drown in the silence of others, so each
    has votes of its own, empty ones included: it looked and saw nothing it knows.

    Parameters
    ----------
    s : TrackingSettings
        How many votes, which share.
    """

    def __init__(self, s: TrackingSettings) -> None:
        self._s = s
        self._votes: dict[str, deque[str]] = {w: deque(maxlen=s.label_votes) for w in _ORDER}
        self._newest_ns: dict[str, int] = {}

    def cast(self, who: str, name: str, stamp_ns: int) -> None:
        """Vote: OBJECTS, FACES or LABELS saw this name, or none (empty)."""
        self._votes[who].append(name)
        self._newest_ns[who] = stamp_ns

    def best(self, now_ns: int) -> tuple[str, float]:
        """Return the name and how sure it is, 0 to 1; an empty one when nobody is sure."""
        for who in _ORDER:
            votes = self._votes[who]
            if not votes:
                continue
            name, count = Counter(votes).most_common(1)[0]
            share = count / len(votes)
            if name and count >= self._s.label_least and share >= self._s.label_share:
                age_s = (now_ns - self._newest_ns[who]) * 1e-9
                return name, share * max(_LEAST_FRESH, 1.0 - age_s / self._s.keep_s)
        return "", 0.0
