"""What a walk promises: the part ``expect`` of its YAML file, in words and as values.

The part says which messages must come, where the thing really was when each could be heard, and
what must not be said::

    expect:
      messages:                      # each must come; they are matched in this order
        - say: WARN
          distance_m: [2.8, 3.7]     # W@3.7-2.8: true distance at onset, walker at this walk's speed
          words: [Head height]
        - say: STOP
          distance_m: [1.5, 2.1]
      at_most: 2                     # messages in the whole walk
      never:
        - {say: CLEAR, before: passed}

``messages``, a list; each message is a mapping of

``say``
    What must be heard: WARN, STOP, INFORM, CLEAR, HEALTH (sight lost, limited or back; distances
    uncertain), HAZARD (WARN or STOP or INFORM) or ANY (the default).
``of``
    Id of the thing it must be about; left out: whatever thing it is about. Truth decides which
    thing a message is about, not the message.
``distance_m``
    ``[near, far]``: horizontal distance from below the camera to the nearest point of the thing
    that it is about (or of ``of``), in truth, when the first sample could be heard. A pair holds
    at the speed of the walk; at other speeds of the grid each limit moves as rule B3 moves its
    zone. A mapping from speeds in m/s to pairs says it for each speed instead.
``approach_mps``
    Speed of the thing toward the walker (default 0); only used to move ``distance_m`` by B3.
``foot``
    true: a cane finds the thing, so B3 stops later for it (default false); used likewise.
``after``
    What it is an answer to: ``entry`` (the thing ``of`` comes into the corridor within 5 m),
    ``dark`` (mean brightness of the image falls below 12 of 255) or a number, seconds in the walk.
    Left out: the start of the walk.
``within_s``
    Onset at most this long after that, or ``[soonest, latest]``. Left out: any time after it.
``words``
    One of these must stand in the text; upper and lower case are the same.

``at_most``
    Messages of any sort in the whole walk, tones without words too; 0 is silence.
``at_most_per_minute``, ``duty_at_most``
    Messages in any 60 s, and the largest share of any 20 s that is filled with sound.
``every_stop``
    true: whenever a thing truly is in the zone STOP for 0.6 s or longer, STOP is heard of it.
``spaced_s``
    Messages with the same catalogue key are at least this far apart.
``least_gap_m``
    The walker is never nearer than this to a thing of the corridor (only where the walker reacts).
``never``
    A list of what must not be said: a word of ``say`` alone, or a mapping of ``say``, ``words``
    (one of these in the text), ``number`` (true: a number in the text), ``of``, ``from_s`` and
    ``until_s`` (seconds in the walk; left out: from its start, to its end) and ``before: passed``
    (only until the walker has passed the thing ``of``, or all things where that is left out). All
    that is given must hold together for a message to break the rule.

Nothing but these keys may stand there; a wrong one is refused with the nearest right one.
"""
