"""A sheet as a page, for the phone and for A4. What comes from outside is escaped; the content policy needs no exception."""

import re
from collections.abc import Iterable, Sequence
from html import escape

from bot.model import Sheet, SheetDay, SheetLine, SheetPart
from bot.sheets import qr, wording
from bot.sheets.wording import Words

_BOLD = re.compile(r"\*\*([^*]+)\*\*")
TOTAL = ' class="total"'


def page(sheet: Sheet, words: Words, token: str) -> str:
    """The page of a sheet; `token` makes the links to its other forms."""
    parts = [_head(sheet, words), _case(sheet, words), *(_part(part, words) for part in sheet.parts), _days(sheet, words)]
    parts += [_listed("sheet_remarks", sheet.remarks, words), _where(sheet, words), _sources(sheet, words), _closing(sheet, words)]
    return _document(sheet.title, words, _tools(sheet, words, token), f'<main class="paper">{"".join(parts)}</main>')


def gone(words: Words, days: int) -> str:
    """The page of a link whose time is over, or that never was one."""
    title, text = escape(words["sheet_gone_title"]), escape(words["sheet_gone"].format(days=days))
    back = f'<p><a class="tool strong" href="/">{escape(words["sheet_back"])}</a></p>'
    return _document(words["sheet_gone_title"], words, "", f'<main class="paper gone"><h1>{title}</h1><p>{text}</p>{back}</main>')


def _document(title: str, words: Words, tools: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<title>{escape(wording.plain(title))} · {escape(words["sheet"])}</title>
<link rel="icon" href="/static/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/css/tokens.css">
<link rel="stylesheet" href="/static/css/sheet.css">
<script src="/static/js/early.js"></script>
<script src="/static/sheet.js" defer></script>
</head>
<body>
{tools}{body}
</body>
</html>
"""


def _tools(sheet: Sheet, words: Words, token: str) -> str:
    """The button waits for its script; without one the browser's own menu prints."""
    links = [f'<a class="tool" href="{token}.pdf">{escape(words["sheet_pdf"])}</a>']
    if sheet.days:
        links.append(f'<a class="tool" href="{token}.ics">{escape(words["sheet_ics"])}</a>')
    button = f'<button class="tool strong" id="print" type="button" hidden>{escape(words["sheet_print"])}</button>'
    return f'<nav class="tools">{button}{"".join(links)}</nav>'


def _head(sheet: Sheet, words: Words) -> str:
    issuer = " · ".join(part for part in (sheet.office, words["sheet"]) if part)
    return f'<header><p class="issuer">{escape(issuer)}</p><h1>{escape(wording.plain(sheet.title))}</h1></header>'


def _case(sheet: Sheet, words: Words) -> str:
    pairs = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>" for name, said in sheet.case)
    return _section(words["sheet_case"], f"<dl>{pairs}</dl>" if pairs else "")


def _part(part: SheetPart, words: Words) -> str:
    fees = wording.fees(part.lines, words)
    rest = [line for line in part.lines if not line.amount]
    return _section(part.title, (_fees(fees, words) if fees else "") + _lines(rest))


def _fees(lines: Sequence[SheetLine], words: Words) -> str:
    head = f'<tr><th scope="col">{escape(words["sheet_item"])}</th><th scope="col">{escape(words["sheet_amount"])}</th></tr>'
    rows = (
        f'<tr{TOTAL if wording.is_total(line) else ""}><th scope="row">{_rich(line.text)}</th><td>{escape(line.amount)}</td></tr>'
        for line in lines
    )
    return f'<table class="fees"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _lines(lines: Iterable[SheetLine]) -> str:
    items = []
    for line in lines:
        mark, text = wording.mark(line.text)
        if line.tick:
            items.append(f'<li class="tick"><label><input type="checkbox"><span>{_rich(text)}</span></label></li>')
        elif mark and mark != "-":
            items.append(f'<li class="step"><span class="number">{escape(mark)}</span><span>{_rich(text)}</span></li>')
        else:
            items.append(f'<li class="point">{_rich(text)}</li>')
    return f"<ul>{''.join(items)}</ul>" if items else ""


def _days(sheet: Sheet, words: Words) -> str:
    rows = "".join(_day(each, words) for each in sorted(sheet.days, key=lambda each: each.day))
    return _section(words["sheet_days"], f'<table class="days"><tbody>{rows}</tbody></table>' if rows else "")


def _day(each: SheetDay, words: Words) -> str:
    when = f'<time datetime="{each.day.isoformat()}">{escape(wording.day(each.day, words))}</time>'
    note = f"<p>{_rich(each.note)}</p>" if each.note else ""
    return f'<tr><th scope="row">{when}</th><td>{_rich(each.name)}{note}</td></tr>'


def _listed(heading: str, texts: Sequence[str], words: Words) -> str:
    return _section(words[heading], _lines(SheetLine(text) for text in texts))


def _where(sheet: Sheet, words: Words) -> str:
    items = "".join(f'<li class="point">{_link(label, url)}</li>' for label, url in sheet.links)
    return _section(words["sheet_where"], f"<ul>{items}</ul>" if items else "")


def _link(label: str, url: str) -> str:
    shown = f'{escape(label)}<span class="url">{escape(url)}</span>'
    address = wording.address(url)
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{shown}</a>' if address else shown


def _sources(sheet: Sheet, words: Words) -> str:
    items = "".join(f"<li>{escape(wording.source(note))}</li>" for note in sheet.sources)
    return _section(words["sheet_sources"], f'<ol class="sources">{items}</ol>' if items else "")


def _closing(sheet: Sheet, words: Words) -> str:
    code = f'<p class="code">{escape(words["sheet_code"].format(code=sheet.code))}</p>' if sheet.code else ""
    made = escape(words["sheet_made"].format(date=wording.day(sheet.made, words)))
    return f'<footer><div>{code}<p>{escape(words["sheet_foot"])}</p><p>{made}</p></div>{_square(sheet, words)}</footer>'


def _square(sheet: Sheet, words: Words) -> str:
    scanned = wording.scanned(sheet)
    modules = qr.square(scanned[1]) if scanned else None
    if scanned is None or modules is None:
        return ""
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in qr.runs(modules))
    label, size = escape(words["sheet_scan"].format(label=scanned[0])), len(modules)
    drawn = f'<svg viewBox="0 0 {size} {size}" role="img" aria-label="{label}" shape-rendering="crispEdges"><path d="{path}"></path></svg>'
    return f'<figure>{drawn}<figcaption>{label}</figcaption></figure>'


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(wording.plain(title))}</h2>{body}</section>" if body else ""


def _rich(text: str) -> str:
    """Escaped, then **bold** as strong."""
    return _BOLD.sub(r"<strong>\1</strong>", escape(text))
