"""`python -m intents rank`: rank the intents of any labelled examples for questions from standard input."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import yaml

from intents import jsonlines
from intents.jsonlines import Fault, Question
from intents.lexicon import Lexicon
from intents.model import Example
from intents.ranker import Ranker, build

SHOWN = 20  # faults of an examples file named at the most
DONE, SKIPPED, UNUSABLE = 0, 1, 2
HELP = """
examples   one JSON object a line: {"intent": "tax.refund", "text": "怎么退税"}
questions  one JSON object a line, on standard input: {"id": "q1", "text": "退税要多久"}
answers    one JSON object a line, on standard output, in the order of the questions:
           {"id": "q1", "candidates": [{"intent": "tax.refund", "score": 0.93}, …]}
           best first; score is the probability that the intent is right, fitted on held-out examples
lexicon    terms: {退税: {same: [税款退还], spoken: [退钱], typos: [推税], en: [tax refund]}}

exit code  0 all questions answered
           1 some question lines were broken: named on standard error and skipped
           2 nothing done: wrong arguments, or examples or lexicon that cannot be read
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the examples once, then answer line by line. Gives the exit code."""
    given = _arguments(arguments)
    try:
        lexicon = _lexicon(given.lexicon) if given.lexicon else None
        examples = _examples(given.examples)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return UNUSABLE
    if sys.stderr.isatty():
        print(f"learning from {len(examples)} examples …", file=sys.stderr)
    return _answer(build(examples, lexicon), given.top, sys.stdin.buffer, sys.stdout.buffer)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    whole = argparse.ArgumentParser("python -m intents", description="Rank intents for Chinese questions, learnt from labelled examples.")
    commands = whole.add_subparsers(required=True, metavar="command")
    shape = argparse.RawDescriptionHelpFormatter
    rank = commands.add_parser("rank", help="rank intents for questions from standard input", epilog=HELP, formatter_class=shape)
    rank.add_argument("--examples", type=Path, required=True, metavar="FILE.jsonl", help="labelled sentences of any field")
    rank.add_argument("--top", type=_positive, default=10, metavar="N", help="candidates a question (default 10)")
    rank.add_argument("--lexicon", type=Path, metavar="FILE.yaml", help="the field's words: terms and how else people write them")
    return whole.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 expected, not {text!r}")
    return int(text)


def _examples(path: Path) -> list[Example]:
    with path.open("rb") as lines:
        read = list(jsonlines.examples(lines))
    faults = [f for f in read if isinstance(f, Fault)]
    if faults:
        more = [f"… and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        raise ValueError("\n".join([*(f"{path}:{f.line}: {f.reason}" for f in faults[:SHOWN]), *more]))
    if not read:
        raise ValueError(f"{path}: no examples")
    return [e for e in read if isinstance(e, Example)]


def _lexicon(path: Path) -> Lexicon:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict) or not isinstance(data.get("terms"), dict):
            raise ValueError("needs terms: {term: {same: […], spoken: […], typos: […], en: […]}}")
        return Lexicon.of(data)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise ValueError(f"{path}: {error}") from error


def _answer(ranker: Ranker, top: int, questions: BinaryIO, answers: BinaryIO) -> int:
    code = DONE
    try:
        for question in jsonlines.questions(questions):
            if isinstance(question, Fault):
                print(f"questions:{question.line}: {question.reason}; skipped", file=sys.stderr)
                code = SKIPPED
                continue
            answers.write(_line(question, ranker, top))
            answers.flush()  # so that a program on both ends may ask one by one
    except BrokenPipeError:  # the reader went away; nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _line(question: Question, ranker: Ranker, top: int) -> bytes:
    found = [{"intent": c.intent, "score": c.confidence} for c in ranker.rank(question.text, top).candidates]
    line = json.dumps({"id": question.id, "candidates": found}, ensure_ascii=False)
    return line.encode("utf-8", "backslashreplace") + b"\n"  # half a surrogate pair goes out as it came in


if __name__ == "__main__":
    sys.exit(main())
