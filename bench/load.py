"""The load generator: keep-alive connections that each send the next request when the answer is there. Loopback only, bounded."""

import asyncio
import json
import sys
import time

HEAD = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"


class Connection(asyncio.Protocol):
    """One client: sends its next body as soon as the answer to the last one is whole."""

    def __init__(self, bodies: list[bytes], path: str, until: float, took: list[float], statuses: dict[int, int], done: asyncio.Future[None]):
        self.bodies, self.path, self.until = bodies, path, until
        self.took, self.statuses, self.done = took, statuses, done
        self.buffer = bytearray()
        self.at = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._next()

    def _next(self) -> None:
        if time.perf_counter() >= self.until or self.at >= len(self.bodies):
            self.transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        body = self.bodies[self.at]
        self.at += 1
        self.sent = time.perf_counter()
        self.transport.write(HEAD.format(path=self.path, length=len(body)).encode() + body)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        start = self.buffer.lower().find(b"content-length:", 0, end)
        length = int(self.buffer[start + 15 : self.buffer.find(b"\r\n", start)])
        if len(self.buffer) < end + 4 + length:
            return
        status = int(self.buffer[9:12])
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.took.append(time.perf_counter() - self.sent)
        del self.buffer[: end + 4 + length]
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(port: int, path: str, connections: int, seconds: float, sentences: list[str]) -> dict[str, object]:
    """Requests a second, latencies and statuses over some seconds; every connection is a visitor of its own."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    statuses: dict[int, int] = {}
    started = time.perf_counter()
    waits = []
    for number in range(connections):
        bodies = bodies_of(number, connections, sentences, int(3000 * seconds / connections) + 200)
        done: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(lambda b=bodies, d=done: Connection(b, path, started + seconds, took, statuses, d), "127.0.0.1", port)
        waits.append(done)
    await asyncio.wait_for(asyncio.gather(*waits), seconds + 30)
    elapsed = time.perf_counter() - started
    took.sort()
    return {"rate": len(took) / elapsed, "p50": took[len(took) // 2] * 1000, "p99": took[int(len(took) * 0.99)] * 1000, "statuses": statuses}


def bodies_of(number: int, step: int, sentences: list[str], count: int) -> list[bytes]:
    """Messages of one visitor, each another sentence."""
    stamp = time.time_ns()
    visitor = f"bench-visitor-{stamp}-{number:03d}"
    return [
        json.dumps({"visitor": visitor, "id": f"m{n}", "text": sentences[(number + n * step) % len(sentences)]}).encode() for n in range(count)
    ]


if __name__ == "__main__":  # arguments as JSON on standard input, the result as JSON on standard output
    given = json.load(sys.stdin)
    print(json.dumps(asyncio.run(run(**given))))
