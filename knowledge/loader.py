"""Read a YAML data file into a frozen model, and say file, line and key when it is wrong."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # a PyYAML built without libyaml: slower, the same result
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

Key = str | int
Where = Callable[[Sequence[Key]], Path]
M = TypeVar("M", bound="Record")


class Record(BaseModel):
    """A value from a data file: frozen, and a misspelt key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a data file."""

    file: str
    key: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}"


class DataError(Exception):
    """Data files are wrong: the program refuses to start. Carries every fault found."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def read(path: Path) -> object:
    """Parse a YAML file into plain values. Raises DataError when missing, not UTF-8, not YAML or with a key twice."""
    try:
        text = path.read_text(encoding="utf-8")
        value: object = yaml.load(text, Loader=Loader)
    except FileNotFoundError as error:
        raise DataError([Fault(path.name, "-", "文件不存在")]) from error
    except UnicodeDecodeError as error:
        raise DataError([Fault(path.name, "-", f"不是 UTF-8：{error.reason}")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        problem = getattr(error, "problem", None) or "不是合法的 YAML"
        raise DataError([Fault(path.name, "-", str(problem), line)]) from error
    return value


def parse(model: type[M], value: object, path: "Path | Where") -> M:
    """Turn plain values into the model. Raises DataError with one fault a wrong key; `path` may depend on the key."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        where = path if callable(path) else lambda _: path
        raise DataError(fault_at(where(e["loc"]), e["loc"], e["msg"]) for e in error.errors()) from error


def load(model: type[M], path: Path) -> M:
    """Read and parse in one step."""
    return parse(model, read(path), path)


def fault_at(path: Path, keys: Sequence[Key], message: str) -> Fault:
    """A fault with the line on which the key stands."""
    return Fault(path.name, ".".join(str(k) for k in keys) or "-", message, line_of(path, keys))


def line_of(path: Path, keys: Sequence[Key]) -> int | None:
    """The 1-based line of a key path; of the nearest parent when the key itself is not in the file."""
    try:
        node: yaml.Node | None = _composed(path, path.stat().st_mtime_ns)
    except (OSError, yaml.YAMLError):
        return None
    line: int | None = None
    for key in keys:
        step = _child(node, key)
        if step is None:  # validators may add a level of their own; go on from where we are
            continue
        node, line = step
    return line


@lru_cache(maxsize=4)
def _composed(path: Path, changed: int) -> yaml.Node | None:
    """The node tree of a file; many faults of one file ask for it in turn."""
    return yaml.compose(path.read_text(encoding="utf-8"), Loader=Loader)


def _child(node: yaml.Node | None, key: Key) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return value, name.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key].start_mark.line + 1
    return None



def repeated_keys(path: Path) -> Iterator[Fault]:
    """YAML silently keeps the last of two equal keys; a data file must not have two."""
    yield from _repeated(_composed(path, path.stat().st_mtime_ns), path, ())


def _repeated(node: yaml.Node | None, path: Path, at: tuple[str, ...]) -> Iterator[Fault]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for name, value in node.value:
            here = (*at, str(name.value))
            if name.value in seen:
                yield Fault(path.name, ".".join(here), "键重复", name.start_mark.line + 1)
            seen.add(name.value)
            yield from _repeated(value, path, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _repeated(value, path, (*at, str(index)))
