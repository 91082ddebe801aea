"""Errors as problem documents (RFC 9457) with a Chinese detail."""

from aiohttp import web

from bot import metrics, wire

TITLES = {
    400: "请求有误", 404: "没有这个地址", 405: "不支持这种请求方法", 406: "没有这种格式", 409: "编号重复使用", 413: "内容太大",
    415: "格式不支持", 422: "内容不合要求", 429: "发得太快", 500: "服务出错", 503: "服务暂不可用",
}  # fmt: skip


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> web.Response:
    """A problem document as a response."""
    metrics.REFUSED.labels(str(status)).inc()
    body = wire.dumps({"type": "about:blank", "title": TITLES.get(status, "请求未完成"), "status": status, "detail": detail})
    return web.Response(text=body, status=status, headers=headers, content_type="application/problem+json", charset="utf-8")


class Problem(Exception):
    """Raised by a handler; the middleware turns it into a problem document."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None):
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers
