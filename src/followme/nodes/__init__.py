"""One thin file a node: it wires one stage to its topics."""
