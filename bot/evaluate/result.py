"""The result file: measures and every row's prediction, to be compared with a later run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluate import predict
from bot.evaluate.judge import Judged
from bot.evaluate.measure import Part, Share
from bot.evaluate.predict import Prediction
from bot.evaluate.summary import Summary
from knowledge.loader import DataError, Fault

FORMAT = 1
Key = tuple[str, str, str, tuple[str, ...]]  # file, id, question, history


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run predicted."""

    revision: str
    said: Mapping[Key, Prediction]


def key(row: Judged) -> Key:
    """What makes a row the same row in two runs: its words too, so that an edited question is a new one."""
    return row.case.group, row.case.id, row.case.text, row.case.history


def as_json(found: Summary) -> dict[str, Any]:
    """The result file's value."""
    return {
        "format": FORMAT,
        "revision": found.revision,
        "date": found.day,
        "pooled": _part(found.pooled),
        "groups": [_part(p) for p in found.groups],
        "voices": [_part(p) for p in found.voices],
        "hardness": [_part(p) for p in found.hardness],
        "confusions": [c._asdict() for c in found.confusions],
        "reliability": [{**b._asdict(), "right": _share(b.right)} for b in found.bins],
        "calibration_error": found.error,
        "micros": {"n": len(found.rows), "p50": found.p50, "p99": found.p99},
        "rows": [_row(r) for r in found.rows],
    }


def write(found: Summary, path: Path) -> None:
    """One row a line, so that two results can also be read side by side."""
    value = as_json(found)
    rows = value.pop("rows")
    head = json.dumps(value, ensure_ascii=False, indent=1)
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f'{head[:-2]},\n "rows": [\n{lines}\n ]\n}}\n', encoding="utf-8")


def read(path: Path) -> Earlier:
    """Raises DataError when it is no result file."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise DataError([Fault(path.name, "format", "不是评测结果文件（--out 写出的）")])
        said = {_key(row): predict.of_json(row) for row in value["rows"]}
        return Earlier(str(value["revision"]), said)
    except json.JSONDecodeError as error:
        raise DataError([Fault(path.name, "-", f"不是合法的 JSON：{error.msg}", error.lineno)]) from error
    except OSError as error:
        raise DataError([Fault(path.name, "-", "文件不存在" if isinstance(error, FileNotFoundError) else f"读不了：{error.strerror}")]) from error
    except (KeyError, TypeError, ValueError) as error:
        raise DataError([Fault(path.name, "rows", f"评测结果文件不完整：{error}")]) from error


def _key(row: Mapping[str, Any]) -> Key:
    return str(row["group"]), str(row["id"]), str(row["text"]), tuple(str(h) for h in row.get("history", ()))


def _row(row: Judged) -> dict[str, Any]:
    case, said = row.case, row.said
    return {
        "group": case.group,
        "id": case.id,
        "text": case.text,
        **({"history": list(case.history)} if case.history else {}),
        "decision": said.decision,
        "item": said.item,
        "facet": said.facet,
        "confidence": said.confidence,
        "candidates": [c._asdict() for c in said.candidates],
        "micros": said.micros,
        "outcome": row.outcome.name.lower(),
    }


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.name, "rows": part.rows, "measures": {name: _share(share) for name, share in part.shares.items()}}


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"value": share.value, "hits": share.hits, "n": share.n, "low": low, "high": high}
