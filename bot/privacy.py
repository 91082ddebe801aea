"""Numbers that identify a person are masked before anything is stored: ID cards, bank cards, phones. Pure."""

import re

# GB 11643 identity numbers (17 digits and a check character), 15-digit old ones, mainland mobiles, fixed lines, bank cards of 16–19 digits.
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_OLD_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_FIXED = re.compile(r"(?<!\d)(?:0\d{2,3}[- ]|[(（]0\d{2,3}[)）][- ]?)\d{7,8}(?!\d)")
# In one piece, or in groups of four: other groups are several numbers of marks, not one of a card.
_CARD = re.compile(r"(?<![0-9A-Za-z.])(?:\d{16,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?)(?![0-9A-Za-z.]|[ -]\d)")
_WIDE = str.maketrans("０１２３４５６７８９－＋", "0123456789-+")
# Phones that we tell people ourselves are no secret of theirs.
_PUBLIC = re.compile(r"010[- ]\d{7,8}|0931-8732981")


def masked(text: str) -> str:
    """The text with identifying numbers replaced; filing numbers of marks and patents stay."""
    text = text.translate(_WIDE)
    text = _IDENTITY.sub("〔身份证号已隐去〕", text)
    text = _CARD.sub(lambda m: "〔银行卡号已隐去〕" if luhn(m.group()) else m.group(), text)
    text = _MOBILE.sub("〔手机号已隐去〕", text)
    text = _FIXED.sub(lambda m: m.group() if _PUBLIC.fullmatch(m.group()) else "〔电话已隐去〕", text)
    return _OLD_IDENTITY.sub("〔身份证号已隐去〕", text)


def luhn(digits: str) -> bool:
    """The check digit rule of bank cards (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed([int(c) for c in digits if c.isdigit()])):
        total += digit if place % 2 == 0 else sum(divmod(digit * 2, 10))
    return total % 10 == 0
