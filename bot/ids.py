"""Ids made by the program: sorted by time, unique without asking the store."""

import random
import secrets

# Seeded from the system once: unique, and no system call for each id. Nothing secret hangs on an id.
_random = random.Random()  # noqa: S311 - see above
# No 0/O, 1/I/L, 2/Z, 5/S, 8/B: a number that can be read out over the phone.
_SPOKEN = "34679ACDEFGHJKMNPQRTUVWXY"


def new_id(at: int) -> str:
    """32 hexadecimal digits: 48 bits of UTC ms, then 80 random bits."""
    return f"{at:012x}{_random.getrandbits(80):020x}"


def ticket_number() -> str:
    """Six characters that are not mistaken for each other, e.g. 7KQM4X: 244 million numbers."""
    return "".join(_random.choices(_SPOKEN, k=6))


def spoken_code() -> str:
    """Eight such characters from the system's randomness, letters and digits both: 40 random bits or so, limited tries."""
    while True:
        code = "".join(secrets.choice(_SPOKEN) for _ in range(8))
        if any(c.isdigit() for c in code) and any(c.isalpha() for c in code):
            return code


def secret_token() -> str:
    """32 characters of [A-Za-z0-9_-], 192 random bits of the system: whoever has it may see what lies under it."""
    return secrets.token_urlsafe(24)
