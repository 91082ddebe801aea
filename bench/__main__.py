"""`make bench`: durable turns a second beside a bare echo, start-up, memory, and where the time goes. Prints; asserts nothing."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from bench import stages
from bot import snapshot
from bot.settings import ROOT, Settings

SECONDS = float(os.environ.get("BENCH_SECONDS", "10"))
CONNECTIONS = 64


def sentences() -> list[str]:
    """Different sentences of the project's own data: example sentences and foreign ones, in a mixed order."""
    found: list[str] = []
    for path in sorted((ROOT / "intents" / "examples").glob("*.yaml")):
        for listed in yaml.safe_load(path.read_text(encoding="utf-8"))["say"].values():
            found += listed
    foreign = yaml.safe_load((ROOT / "intents" / "data" / "foreign.yaml").read_text(encoding="utf-8"))["reject"]
    found += [s for listed in foreign.values() for s in listed]
    unique = list(dict.fromkeys(found))
    return [unique[(i * 7919) % len(unique)] for i in range(len(unique))]


def rate(kind: str, folder: str, said: list[str], generator: str = "load") -> dict[str, float]:
    """Load one server from a process beside it."""
    command = [sys.executable, "-m", "bench.server", kind, folder]
    server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout and server.stdin
    port = int(server.stdout.readline())
    path = "/echo" if kind == "echo" else "/api/v1/chat/messages"
    result: dict[str, float] = {}
    for seconds in (2.0, SECONDS):  # the first is a warm-up
        order = {"port": port, "path": path, "connections": CONNECTIONS, "seconds": seconds, "sentences": said}
        load = [sys.executable, "-m", f"bench.{generator}"]
        done = subprocess.run(load, cwd=ROOT, input=json.dumps(order), capture_output=True, text=True, check=True)
        result = json.loads(done.stdout)
    result["rss"] = _rss(server.pid)
    server.stdin.close()
    server.wait(20)
    return result


def _rss(pid: int) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def start(folder: str, cache: Path) -> tuple[float, float]:
    """(seconds from the command to ready, RSS in MB then)."""
    environment = {**os.environ, "ZHIWEN_STORE": f"sqlite:{folder}/start.db", "ZHIWEN_PORT": "0", "ZHIWEN_CACHE": str(cache)}
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    for line in process.stderr:
        if "已就绪" in line:
            break
    took = time.perf_counter() - began
    rss = _rss(process.pid)
    process.terminate()
    process.wait(20)
    process.stderr.close()
    return took, rss


def table(generator: str, results: dict[str, dict[str, float]]) -> None:
    """Turns a second, and the share of the echo's requests a second in the same run."""
    print(f"{generator}\n  每秒    占 echo   p50 ms   p99 ms   RSS MB   服务")
    names = {"echo": "裸 aiohttp echo", "real": "知问：真实理解，落盘", "constant": "知问：理解换成常数，落盘"}
    for kind, r in results.items():
        share = r["rate"] / results["echo"]["rate"]
        print(f"{r['rate']:>6.0f}{share:>10.0%}{r['p50']:>9.1f}{r['p99']:>9.1f}{r['rss']:>9.0f}   {names[kind]}  {r['statuses']}")


def main() -> None:
    """Print the tables."""
    said = sentences()
    rules = snapshot.load(Settings(), print)
    print(f"不同句子 {len(said)} 条；{CONNECTIONS} 个连接；每项 {SECONDS:.0f} 秒；负载发生器在同一台机器（{os.cpu_count()} 核）\n")
    with tempfile.TemporaryDirectory(dir=ROOT / "var") as folder:
        for generator, name in (("load", "裸套接字发生器"), ("client", "aiohttp 客户端发生器")):
            table(name, {kind: rate(kind, folder, said, generator) for kind in ("echo", "real", "constant")})
        first = start(folder, Path(folder) / "cold-cache")
        again = [start(folder, Settings().cache) for _ in range(3)]
        middle = sorted(a[0] for a in again)[1]
        print(f"\n首次启动（无缓存） {first[0]:.1f} 秒；再次启动 {middle:.2f} 秒（三次的中位数），就绪时 RSS {again[-1][1]:.0f} MB")
    print("\n时间花在哪里（单线程，微秒/条）")
    for name, micro in stages.measure(rules, said[:2000]):
        print(f"  {name:<30}{micro:>9.0f}")


if __name__ == "__main__":
    main()
