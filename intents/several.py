"""Several questions in one message: where one ends and the next begins. Pure."""

import re

# A question mark, a line, or words that add another question.
_BREAK = re.compile(
    r"[?？;；\n]+|[,，。.、\s]*(?:还有就是|还有|另外|此外|再问一下|再问个|再问|顺便问一下|顺便问|顺便|同时问|再者|also|and also)[,，:：\s]*"
)
_SHORTEST = 4
MOST = 3
LONGEST = 150  # a longer message is a story; its question is looked for, it is not cut up


def questions(text: str) -> tuple[str, ...]:
    """The parts of a message that may each be a question, at most three; one part when there is nothing to cut."""
    if len(text) > LONGEST:
        return (text,)
    parts = [part.strip(" ,，。.!！") for part in _BREAK.split(text)]
    return tuple(part for part in parts if len(part) >= _SHORTEST)[:MOST] or (text,)
