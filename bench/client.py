"""The other load generator: aiohttp's own client. It costs more than it measures, so the echo looks slower and shares look larger."""

import asyncio
import json
import sys
import time

import aiohttp

from bench.load import bodies_of

JSON = {"Content-Type": "application/json"}


async def run(port: int, path: str, connections: int, seconds: float, sentences: list[str]) -> dict[str, object]:
    """Requests a second, latencies and statuses over some seconds; every connection is a visitor of its own."""
    took: list[float] = []
    statuses: dict[int, int] = {}
    url = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        started = time.perf_counter()

        async def worker(number: int) -> None:
            for body in bodies_of(number, connections, sentences, int(3000 * seconds / connections) + 200):
                if time.perf_counter() - started >= seconds:
                    return
                sent = time.perf_counter()
                async with session.post(url, data=body, headers=JSON) as response:
                    await response.read()
                    statuses[response.status] = statuses.get(response.status, 0) + 1
                took.append(time.perf_counter() - sent)

        await asyncio.gather(*(worker(n) for n in range(connections)))
        elapsed = time.perf_counter() - started
    took.sort()
    return {"rate": len(took) / elapsed, "p50": took[len(took) // 2] * 1000, "p99": took[int(len(took) * 0.99)] * 1000, "statuses": statuses}


if __name__ == "__main__":
    given = json.load(sys.stdin)
    print(json.dumps(asyncio.run(run(**given))))
