"""Ids made by the program: sorted by time, unique without asking the store."""

import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
# No 0/O, 1/I/L, 2/Z, 5/S, 8/B: a number that can be read out over the phone.
_SPOKEN = "34679ACDEFGHJKMNPQRTUVWXY"


def new_id(at: int) -> str:
    """26 characters: 48 bits of UTC ms, then 80 random bits."""
    number = (at << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def ticket_number() -> str:
    """Six characters that are not mistaken for each other, e.g. 7KQM4X: 244 million numbers."""
    return "".join(secrets.choice(_SPOKEN) for _ in range(6))
