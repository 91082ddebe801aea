"""The typeface of the paper: a free one of the system, embedded; else the standard one that every PDF viewer replaces by its own."""

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

STANDARD = "STSong-Light"
# Where systems keep WenQuanYi Micro Hei and Droid Sans Fallback, the free Chinese typefaces with TrueType outlines.
PLACES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",  # Debian, Ubuntu: fonts-wqy-microhei
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",  # Fedora, openEuler
    "/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",  # Alpine, Arch
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",  # Debian: fonts-droid-fallback
)
_UNKNOWN = "〓"  # 〓, the printers' sign for a character that the typeface lacks


@lru_cache(maxsize=8)
def face(places: tuple[str, ...] = PLACES) -> str:
    """The name of the first typeface found, ready for use."""
    for place in places:
        if Path(place).is_file():
            try:
                return _registered(place)
            except (TTFError, OSError):
                continue
    pdfmetrics.registerFont(UnicodeCIDFont(STANDARD))
    return STANDARD


def _registered(place: str) -> str:
    name = Path(place).stem
    pdfmetrics.registerFont(TTFont(name, place))
    return name


def printable(text: str, name: str) -> str:
    """The text with characters that the typeface lacks replaced."""
    font = pdfmetrics.getFont(name)
    known = font.face.charToGlyph if isinstance(font, TTFont) else range(0x10000)  # the standard one is written in UCS-2
    return "".join(c if c.isspace() or ord(c) in known else _UNKNOWN for c in text)


def width(text: str, name: str, size: float) -> float:
    """In points."""
    return float(pdfmetrics.stringWidth(text, name, size))
