"""What WeCom's error codes mean for us: by number, never by words (Tencent's global list of return codes)."""

from enum import StrEnum


class Kind(StrEnum):
    """What to do about a failed call."""

    BUSY = "busy"  # nothing was done: again, later
    LOST = "lost"  # no answer: it may have been done
    TOKEN = "token"  # noqa: S105 - the token is refused: get another one, once
    PAUSE = "pause"  # too many calls: leave this function alone for a while
    HOLD = "hold"  # the budget or the window is used up: until the citizen writes again
    STATE = "state"  # not in this session state: read it again
    STALE = "stale"  # the callback's token is over: pull without it
    GONE = "gone"  # this recipient cannot be reached
    UNFIT = "unfit"  # the content is refused
    SETTINGS = "settings"  # nothing will work before an operator acts
    OURS = "ours"  # a mistake of this program
    OTHER = "other"  # a code that nobody told us about


_CODES: dict[Kind, tuple[int, ...]] = {
    Kind.BUSY: (-1, 45033),
    Kind.TOKEN: (40014, 42001),
    Kind.PAUSE: (45009,),
    Kind.HOLD: (95001, 95002),
    Kind.STATE: (95013, 95016, 95018),
    Kind.STALE: (95007,),
    Kind.GONE: (40003, 46004, 60111, 60011, 81013, 82001, 95014, 95019),
    Kind.UNFIT: (40201, 44004, 45001, 45002),
    Kind.SETTINGS: (40001, 40013, 40056, 301002, 48002, 50003, 301007, 60020, 93000, 93004, 93008, 95000, 95003, 95004, 95011, 95012, 95017),
    Kind.OURS: (40008, 40058, 40063, 41001, 95008, 95009),
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes}


class WecomError(Exception):
    """A call that failed: which function, which code (None: no answer), what kind. Never carries an address: tokens are in them."""

    def __init__(self, api: str, code: int | None, kind: Kind | None = None):
        self.api, self.code = api, code
        self.kind = kind or kind_of(code)
        super().__init__(f"{api}: {self.kind}" + (f" {code}" if code is not None else ""))


def kind_of(code: int | None) -> Kind:
    """The kind of a code; OTHER when the list does not have it."""
    return Kind.LOST if code is None else _KINDS.get(code, Kind.OTHER)
