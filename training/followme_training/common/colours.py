"""Colours and marks of figures that people of any colour vision tell apart."""

from __future__ import annotations

#: Okabe and Ito, "Color Universal Design", 2008. Their yellow is left out, as a line of it is
#: hardly seen on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000")
#: Further differences, for print without colours and for more things than there are colours.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*", "p")
LINES = ("-", "--", "-.", ":")
