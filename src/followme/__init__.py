"""FollowMe: sees what stands in the way of a person who walks, and says so in time."""

__version__ = "0.1.0"
