"""Pictures for people who look: the overlay, contact sheets, and faces made unrecognisable.

Everything here takes values and gives a new picture; nothing is shown, written or sent.
"""
