"""Write a file whole or not at all."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Replace a file in one step: a crash leaves the old one or the new one, never a part."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
