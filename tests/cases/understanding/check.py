"""Check these cases against the contract and count them: python tests/cases/understanding/check.py"""

import csv
import sys
from collections import Counter
from pathlib import Path

import yaml

HERE = Path(__file__).parent
CONTRACT = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[1] / "data" / "contract")
POPULAR = [
    "trademark.register",
    "trademark.search",
    "trademark.renewal",
    "trademark.infringement",
    "trademark.refusal_review",
    "trademark.use",
    "trademark.classify",
    "patent.apply",
    "patent.types",
    "patent.infringement",
    "patent.annuity",
    "patent.ownership",
    "copyright.register",
    "copyright.infringement",
    "finance.pledge_loan",
    "aid.apply",
    "aid.report",
]
VOICES = {"farmer", "shop", "engineer", "student", "retiree", "foreigner", "impatient", "longwinded", "lawyer", "typo", "traditional", "english"}


def main() -> int:
    items = {r["id"] for r in csv.DictReader((CONTRACT / "items.csv").open(encoding="utf-8"))}
    facets = {r["facet"] for r in csv.DictReader((CONTRACT / "facets.csv").open(encoding="utf-8"))}
    bad: list[str] = []
    ids: Counter[str] = Counter()
    texts: Counter[str] = Counter()
    per_item: Counter[str] = Counter()
    voices: Counter[str] = Counter()
    for path in sorted(HERE.glob("*.yaml")):
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in rows:
            ids[row["id"]] += 1
            texts["\n".join([*row.get("history", []), row["text"]])] += 1
            if not row["items"] or not set(row["items"]) <= items | {"out_of_scope"}:
                bad.append(f"{row['id']}: items {row['items']}")
            if not set(row["facets"]) <= facets or len(row["facets"]) > 3:
                bad.append(f"{row['id']}: facets {row['facets']}")
            first = row["items"][0]
            if not row["facets"] and not first.startswith("meta.") and first != "out_of_scope":
                bad.append(f"{row['id']}: no facet")
            if not set(row.get("decisions", [])) <= {"answer", "clarify", "reject", "handoff", "smalltalk"}:
                bad.append(f"{row['id']}: decisions {row['decisions']}")
            if "history" not in row:
                if row["voice"] not in VOICES:
                    bad.append(f"{row['id']}: voice {row['voice']}")
                per_item[first] += 1
                voices[row["voice"]] += 1
        extra = Counter(r["kind"] for r in rows if "kind" in r), sum(1 for r in rows if r.get("hard"))
        print(f"{path.name}: {len(rows)}", *(e for e in extra if e))
    bad += [f"twice: {k}" for c in (ids, texts) for k, n in c.items() if n > 1]
    for item in sorted(items):
        least = 20 if item in POPULAR else 9
        if per_item[item] < least:
            bad.append(f"{item}: only {per_item[item]}")
    print("in scope:", sum(n for k, n in per_item.items() if not k.startswith("meta.") and k != "out_of_scope"))
    print("per item:", dict(sorted(per_item.items())))
    print("voices:", dict(voices))
    print("\n".join(bad) or "all good")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
