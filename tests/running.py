"""The real service as a child process on a free port, with its own SQLite file."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Service:
    """`zhiwen serve`, started, stopped, killed and started again on the same file."""

    def __init__(self, folder: Path, **settings: str):
        self.store = folder / "zhiwen.db"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("ZHIWEN_") and k != "PORT"},
            "ZHIWEN_STORE": f"sqlite:{self.store}",
            "ZHIWEN_PORT": "0",
            "ZHIWEN_CACHE": str(ROOT / "var" / "cache"),
            **{f"ZHIWEN_{name.upper()}": value for name, value in settings.items()},
        }
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> "Service":
        """Run until it says that it is ready. Fails with what it printed."""
        self.process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=self.environment, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        printed = []
        for line in self.process.stderr:
            printed.append(line)
            if "已就绪" in line and (match := READY.search(line)):
                self.url = f"http://127.0.0.1:{match.group(1)}"
                # The port stays the same over restarts, so that open pages find the service again.
                self.environment["ZHIWEN_PORT"] = match.group(1)
                return self
        raise AssertionError("".join(printed))

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        assert self.process
        self.process.terminate()
        return self._ended()

    def kill(self) -> None:
        """SIGKILL: nothing is finished."""
        assert self.process
        self.process.kill()
        self._ended()

    def _ended(self) -> int:
        assert self.process and self.process.stderr
        code = self.process.wait(30)
        self.process.stderr.close()
        return code

    def zhiwen(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """A command beside the running service."""
        return subprocess.run([sys.executable, "-m", "bot", *words], cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True)


Start = Callable[..., Service]  # a fixture that starts services with settings of one's own
