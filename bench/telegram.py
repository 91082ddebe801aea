"""Telegram by webhook: how fast updates are acknowledged and answered. `python -m bench.telegram [RATE]`: prints; asserts nothing.

The service runs in a process of its own, Telegram (which takes every message at once) and the citizens in this one.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from bench.__main__ import sentences
from tests.botapi import TOKEN, BotApi
from tests.running import Service

SECRET = "bench"
COUNT = int(os.environ.get("BENCH_UPDATES", "3000"))
CONNECTIONS = 40
RATE = os.environ.get("BENCH_RATE", "30")  # messages a second to Telegram, as shipped


async def push(api: BotApi, url: str, updates: list[dict[str, object]], rate: float) -> tuple[list[float], float]:
    """Deliver updates at a rate (0: as fast as they are acknowledged); seconds of each acknowledgement, and of all."""
    took: list[float] = []
    waiting = iter(enumerate(updates))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        began = time.perf_counter()

        async def connection() -> None:
            for number, update in waiting:
                if rate:
                    await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
                start = time.perf_counter()
                assert await api.push(session, url, update, SECRET) == 200
                took.append(time.perf_counter() - start)

        await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
        return took, time.perf_counter() - began


def rows(service: Service, query: str) -> int:
    """One number of the store, read from outside."""
    import sqlite3

    with sqlite3.connect(service.store) as db:
        return int(db.execute(query).fetchone()[0])


def _cpu(service: Service) -> float:
    """Seconds of processor that the service has used."""
    assert service.process
    user, system = Path(f"/proc/{service.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


async def measure(rate: float) -> None:
    said = sentences()
    with tempfile.TemporaryDirectory() as folder:
        async with BotApi().running() as api:
            service = Service(Path(folder), telegram_token=TOKEN, telegram_webhook_secret=SECRET, telegram_base_url=api.url, telegram_rate=RATE)
            await asyncio.to_thread(service.start)
            try:
                updates = [api.message(1000 + n % 500, int(time.time()), text=said[n % len(said)]) for n in range(COUNT)]
                before = _cpu(service)
                took, seconds = await push(api, service.url, updates, rate)
                began = time.perf_counter() - seconds
                while rows(service, "SELECT count(*) FROM inbox WHERE done IS NULL"):
                    await asyncio.sleep(0.05)
                decided, cpu = time.perf_counter() - began, _cpu(service) - before
                took.sort()
                print(f"{COUNT} updates of 500 chats{f' at {rate:.0f}/s' if rate else ''}, {CONNECTIONS} connections")
                print(f"  acknowledged {COUNT / seconds:6.0f}/s   p50 {statistics.median(took) * 1000:5.1f} ms   p99 {took[int(COUNT * 0.99)] * 1000:5.1f} ms")
                print(f"  through to the outbox {COUNT / decided:6.0f}/s, {len(api.sent)} messages out by then; {cpu / COUNT * 1000:.2f} ms of processor each")
            finally:
                await asyncio.to_thread(service.stop)


if __name__ == "__main__":
    try:
        asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0))
    except subprocess.SubprocessError as error:
        sys.exit(str(error))
