"""The functions of WeCom's API that the citizen channel (微信客服) needs."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from bot.channels.wecom_calls import Calls
from bot.channels.wecom_errors import Kind, WecomError

HOST = "https://qyapi.weixin.qq.com"
PAGE = 1000
MEDIA_LIMIT = 20 * 1024 * 1024
_MEDIA_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")


class Page(NamedTuple):
    """One page of what came, in order, and where to go on."""

    cursor: str
    more: bool
    items: tuple[Mapping[str, Any], ...]


class Session(NamedTuple):
    """Whose a session is: 0 new, 1 bot, 2 waiting, 3 a person (then `servicer`), 4 ended."""

    state: int
    servicer: str = ""


class Servicer(NamedTuple):
    """A person who answers in WeCom."""

    user: str
    receives: bool


class Media(NamedTuple):
    """A file that a citizen sent."""

    kind: str
    name: str
    content: bytes


class WecomClient:
    """微信客服, function by function. Each raises WecomError."""

    def __init__(self, calls: Calls):
        self.calls = calls

    async def pull(self, kfid: str, cursor: str, token: str = "") -> Page:
        """What came after a cursor; without the token of a callback under a stricter rate."""
        asked = {"cursor": cursor, "token": token, "open_kfid": kfid, "limit": PAGE, "voice_format": 0}
        found = await self.calls.post("kf/sync_msg", {name: value for name, value in asked.items() if value != ""})
        items = found.get("msg_list") or ()
        return Page(str(found.get("next_cursor") or cursor), found.get("has_more") == 1, tuple(i for i in items if isinstance(i, dict)))

    async def send(self, kfid: str, user: str, msgid: str, payload: Mapping[str, Any]) -> None:
        """Send under an id of our own: the same id is never delivered twice."""
        await self.calls.post("kf/send_msg", {"touser": user, "open_kfid": kfid, "msgid": msgid, **payload})

    async def send_on_event(self, code: str, msgid: str, payload: Mapping[str, Any]) -> None:
        """Send under a code that an event brought; it does not count towards the five."""
        await self.calls.post("kf/send_msg_on_event", {"code": code, "msgid": msgid, **payload})

    async def session(self, kfid: str, user: str) -> Session:
        """Whose the session is now."""
        found = await self.calls.post("kf/service_state/get", {"open_kfid": kfid, "external_userid": user})
        return Session(int(found.get("service_state", 0)), str(found.get("servicer_userid") or found.get("service_userid") or ""))

    async def transfer(self, kfid: str, user: str, state: int, servicer: str = "") -> str:
        """Move the session; the code under which one message more may be sent, or nothing. A forbidden move is an error of kind STATE."""
        body = {"open_kfid": kfid, "external_userid": user, "service_state": state}
        found = await self.calls.post("kf/service_state/trans", {**body, "servicer_userid": servicer} if servicer else body)
        return str(found.get("msg_code") or "")

    async def servicers(self, kfid: str) -> tuple[Servicer, ...]:
        """Who answers for an account, and whether they receive now."""
        found = await self.calls.get("kf/servicer/list", {"open_kfid": kfid})
        listed = found.get("servicer_list") or ()
        return tuple(Servicer(str(s["userid"]), s.get("status") == 0) for s in listed if s.get("userid"))

    async def accounts(self) -> Mapping[str, str]:
        """The accounts that this app may serve: id → name."""
        found = await self.calls.get("kf/account/list", {})
        return {str(a["open_kfid"]): str(a.get("name", "")) for a in found.get("account_list") or ()}

    async def media(self, media_id: str, limit: int = MEDIA_LIMIT) -> Media:
        """A file by its id, its name without folders. UNFIT when it is larger than the limit, or no id at all."""
        if not _MEDIA_ID.fullmatch(media_id):
            raise WecomError("media/get", None, Kind.UNFIT)
        kind, name, content = await self.calls.file("media/get", {"media_id": media_id}, limit)
        return Media(kind, re.split(r"[/\\]", name)[-1][:80], content)

    async def upload(self, name: str, content: bytes) -> str:
        """Put a file of ours where a message can name it, for three days; its id."""
        found = await self.calls.upload("media/upload", {"type": "file"}, name, content)
        return str(found.get("media_id") or "")


def own_id(conversation: str, seq: int, part: int, bounced: int = 0) -> str:
    """The id of a message of ours: the same at every attempt, another one after it bounced. At most 32 of [0-9A-Za-z_-]."""
    return "z" + blake2b(f"{conversation}:{seq}:{part}:{bounced}".encode(), digest_size=15).hexdigest()
