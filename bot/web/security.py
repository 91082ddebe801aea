"""Headers of every answer, whose site may embed or call us, and whose address a request really has. Pure."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from aiohttp import web
from multidict import CIMultiDict

STEADY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "zhiwen",
}
CORS_HEADERS = "Content-Type, X-Visitor, Last-Event-ID"


class Guard:
    """Answers about origins and proxies, from the settings."""

    def __init__(self, embed_origins: Sequence[str], trusted_proxies: Sequence[str]):
        self._origins = frozenset(embed_origins)
        self._proxies = tuple(ip_network(p, strict=False) for p in trusted_proxies)
        frames = " ".join(["'self'", *embed_origins])
        self._policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
            f"frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {frames}"
        )
        self._steady = {**STEADY, "Content-Security-Policy": self._policy}

    def dress(self, request: web.BaseRequest, headers: CIMultiDict[str]) -> None:
        """Put the security headers, and CORS for listed origins, on an answer."""
        headers.update(self._steady)
        if request.path.startswith("/static/"):  # asked again each time, so that an upgrade never mixes old files with new ones
            headers["Cache-Control"] = "no-cache"
        if self._origins:
            headers["Vary"] = "Origin"
            origin = request.headers.get("Origin", "")
            if origin in self._origins:
                headers["Access-Control-Allow-Origin"] = origin
                headers["Access-Control-Expose-Headers"] = "Retry-After"

    def preflight(self, request: web.Request) -> web.Response:
        """The answer to an OPTIONS question of a browser."""
        origin = request.headers.get("Origin", "")
        headers = {"Allow": "GET, POST, OPTIONS"}
        if origin in self._origins:
            headers |= {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": CORS_HEADERS, "Access-Control-Max-Age": "600"}
        return web.Response(status=204, headers=headers)

    def address(self, request: web.Request) -> str:
        """The client's address: the last one in X-Forwarded-For that is not a trusted proxy, when the peer is one; else the peer."""
        peer = request.remote or ""
        if not self._proxies or not self._trusted(peer):
            return peer
        for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
            hop = hop.strip()
            if hop and not self._trusted(hop):
                return hop
        return peer

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)
