"""How well FollowMe does: walks with truth, what was said in them, and the figures of it."""
