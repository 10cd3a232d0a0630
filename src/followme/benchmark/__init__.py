"""How fast FollowMe is, how much it takes, and how long it stays so: ``followme bench``."""
