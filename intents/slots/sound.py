"""How a name sounds to someone who drops tones and mixes up n/ng, z/zh and n/l, as many here do."""


def folded(syllable: str) -> str:
    """One spelling for syllables that are often confused: zh→z, ch→c, sh→s, final ng→n (not ong), initial l→n."""
    for retroflex, plain in (("zh", "z"), ("ch", "c"), ("sh", "s")):
        if syllable.startswith(retroflex):
            syllable = plain + syllable[2:]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    return "n" + syllable[1:] if syllable.startswith("l") else syllable
