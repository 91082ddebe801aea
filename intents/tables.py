"""Character tables from opencc and pypinyin. Imported only while an artefact is built: at run time the tables come from it."""

from intents.features import Tables

_FIRST, _LAST = 0x4E00, 0x9FA5


def build() -> Tables:
    """Traditional → simplified (OpenCC t2s, single characters) and character → toneless syllable (pypinyin, commonest reading)."""
    import opencc
    from pypinyin import Style, lazy_pinyin

    characters = [chr(code) for code in range(_FIRST, _LAST + 1)]
    convert = opencc.OpenCC("t2s").convert
    simplified = {c: s for c in characters if len(s := convert(c)) == 1 and s != c}
    syllables = {c: lazy_pinyin(c, style=Style.NORMAL)[0] for c in characters}
    return Tables(simplified, {c: s for c, s in syllables.items() if s != c})
