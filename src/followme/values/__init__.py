"""The values that flow through FollowMe: frozen dataclasses of read-only numpy arrays.

Everything that one station hands to the next is one of these. They know nothing of cameras,
networks, rules or ROS. Stamps are integer nanoseconds of the image that the evidence came from,
lengths are metres, NaN is unknown and infinity is free. Values that hold arrays are equal to
themselves only: what "the same image" means is for the asker to say.
"""
