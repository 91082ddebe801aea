"""Train the matcher from the data files, in a process of its own: python -m bot.training HOME CACHE [NODE]."""

import sys
from pathlib import Path

from bot import snapshot

if __name__ == "__main__":
    snapshot.train(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
