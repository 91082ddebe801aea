"""The cache of a revision makes room among its own kind only."""

from pathlib import Path

from bot import snapshot


def test_old_revisions_go_and_nothing_else(tmp_path: Path) -> None:
    others = [tmp_path / "letters", tmp_path / "0123456789abcdef", tmp_path / "0123456789abcde"]
    for folder in others:
        folder.mkdir()
        (folder / "kept.txt").write_text("not a cache", encoding="utf-8")
    for number in range(6):
        cache = tmp_path / f"{number:016x}"
        snapshot.fresh(cache)
        (cache / "catalog.json").write_text("{}", encoding="utf-8")
    assert all((folder / "kept.txt").exists() for folder in others)
    caches = [p for p in tmp_path.iterdir() if (p / "catalog.json").exists()]
    assert len(caches) == 4 and tmp_path / f"{5:016x}" in caches
