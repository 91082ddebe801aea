"""What could have been used instead of our matcher: each learns from (intent, text) and then gives scored intents for a text, best first."""

from collections.abc import Callable, Iterable, Sequence

Scored = list[tuple[str, float]]
Rank = Callable[[str], Scored]
NEAREST = 50  # examples looked at by those that look for the nearest one
Examples = Sequence[tuple[str, str]]


def letters(examples: Examples) -> Rank:
    """rapidfuzz: the example with the smallest edit distance for its length."""
    from rapidfuzz import fuzz

    return _fuzzy(examples, fuzz.ratio)


def weighted(examples: Examples) -> Rank:
    """rapidfuzz: the best of its several ratios, with and without word order and parts."""
    from rapidfuzz import fuzz

    return _fuzzy(examples, fuzz.WRatio)


def _fuzzy(examples: Examples, scorer: Callable[..., float]) -> Rank:
    from rapidfuzz import process

    intents, texts = [i for i, _ in examples], [t for _, t in examples]
    return lambda text: _first((intents[n], score / 100) for _, score, n in process.extract(text, texts, scorer=scorer, limit=NEAREST))


def bm25(examples: Examples) -> Rank:
    """BM25 over jieba's words."""
    import bm25s
    import jieba

    jieba.setLogLevel("WARNING")
    index = bm25s.BM25()
    index.index([jieba.lcut(text) for _, text in examples], show_progress=False)

    def rank(text: str) -> Scored:
        numbers, scores = index.retrieve([jieba.lcut(text)], k=NEAREST, show_progress=False)
        return _first((examples[n][0], float(s)) for n, s in zip(numbers[0].tolist(), scores[0].tolist(), strict=True))

    return rank


def cosine(examples: Examples) -> Rank:
    """Character TF-IDF: the example at the smallest angle."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    known = vectors.fit_transform([t for _, t in examples]).T.tocsr()

    def rank(text: str) -> Scored:
        found = (vectors.transform([text]) @ known).toarray()[0]
        best = (-found).argsort(kind="stable")[:NEAREST]
        return _first((examples[n][0], float(found[n])) for n in best.tolist())

    return rank


def linear(examples: Examples) -> Rank:
    """A linear support vector machine on character TF-IDF."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3))
    model = LinearSVC(random_state=0).fit(vectors.fit_transform([t for _, t in examples]), [i for i, _ in examples])

    def rank(text: str) -> Scored:
        found = model.decision_function(vectors.transform([text]))[0]
        return [(str(model.classes_[n]), float(found[n])) for n in (-found).argsort(kind="stable").tolist()]

    return rank


def _first(found: Iterable[tuple[str, float]]) -> Scored:
    """Each intent with its best example's score; what came best first stays so."""
    best: dict[str, float] = {}
    for intent, score in found:
        best.setdefault(intent, score)
    return list(best.items())
