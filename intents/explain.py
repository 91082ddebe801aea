"""Why a message was understood so, in lines that staff can read. Pure."""

from collections.abc import Iterator
from dataclasses import asdict

from intents.reader import Reader

VIEWS = {"c": "字词片段", "w": "词", "p": "拼音", "t": "业务词", "f": "方面词"}


def explained(reader: Reader, text: str) -> Iterator[str]:
    """Words, terms, what each view says for the best candidates, and the thresholds."""
    matcher = reader.matcher
    seen = matcher.evidence(reader.core(matcher.views.normalise(text)) or text)
    yield f"分词：{' / '.join(seen.words)}"
    yield f"业务词：{'；'.join(seen.terms) or '—'}    方面词：{'；'.join(seen.cues) or '—'}"
    yield "各视角的分（" + "、".join(seen.best) + "）："
    yield from (f"  {VIEWS[view]}  " + "  ".join(f"{score:+.2f}" for score in scores) for view, scores in seen.shares.items())
    yield "阈值：" + "、".join(f"{name} {value:g}" for name, value in asdict(reader.thresholds).items())
