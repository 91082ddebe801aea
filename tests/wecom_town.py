"""Citizens and staff on the other side of 微信客服: what they do, and what WeCom writes down of it."""

import secrets
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.wecom_wire import BUDGET, KF, WELCOME_MS, WINDOW, Answer, Code, Sent, Talk


@dataclass
class WecomTown:
    """Sessions, the log of each account, and who saw what."""

    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    logs: dict[str, list[Answer | None]] = field(default_factory=lambda: defaultdict(list))
    talks: dict[tuple[str, str], Talk] = field(default_factory=lambda: defaultdict(Talk))
    seen: list[Sent] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    _count: int = 0

    def says(self, user: str, text: str, kfid: str = KF, **more: Any) -> str:
        """A citizen's words."""
        return self.sends(user, "text", {"content": text, **more}, kfid)

    def presses(self, user: str, choice: str, label: str = "", kfid: str = KF) -> str:
        """A click on a menu: a text that carries its id."""
        return self.says(user, label or choice, kfid, menu_id=choice)

    def sends(self, user: str, kind: str, body: Answer, kfid: str = KF, at: int | None = None) -> str:
        """Any message of a citizen; it starts the window and the budget anew."""
        now = self.clock() if at is None else at
        talk = self.talks[kfid, user]
        talk.state = 0 if talk.state == 4 else talk.state
        talk.asked, talk.left = now, BUDGET
        return self._log(kfid, {"external_userid": user, "send_time": now // 1000, "origin": 3, "msgtype": kind, kind: body})

    def enters(self, user: str, kfid: str = KF) -> str:
        """A citizen opens the chat; the welcome code, if there is one."""
        talk, now, code = self.talks[kfid, user], self.clock(), ""
        if max(talk.asked, talk.welcomed) < now - WINDOW:
            code = self._code(kfid, user, None, WELCOME_MS, "text", "msgmenu")
            talk.welcomed = now
        self._event(kfid, user, "enter_session", scene="123", scene_param="", **({"welcome_code": code} if code else {}))
        return code

    def staff_says(self, user: str, text: str, servicer: str = "zhangsan", kfid: str = KF) -> str:
        """A member of staff writes in WeCom."""
        talk = self.talks[kfid, user]
        if talk.state == 4:
            talk.state, talk.servicer = 3, servicer
            self._change(kfid, user, 4, new=servicer)
        assert talk.state == 3
        item = {"external_userid": user, "send_time": self.clock() // 1000, "origin": 5, "servicer_userid": servicer, "msgtype": "text"}
        return self._log(kfid, {**item, "text": {"content": text}})

    def takes(self, user: str, servicer: str = "zhangsan", kfid: str = KF) -> None:
        """A member of staff takes a session from the pool."""
        talk = self.talks[kfid, user]
        assert talk.state == 2
        talk.state, talk.servicer = 3, servicer
        self._change(kfid, user, 1, new=servicer, code=self._code(kfid, user, 3, WINDOW, "text"))

    def passes(self, user: str, to: str, kfid: str = KF) -> None:
        """A member of staff gives a session to a colleague."""
        talk = self.talks[kfid, user]
        old, talk.servicer = talk.servicer, to
        self._change(kfid, user, 2, old=old, new=to)

    def ends_it(self, user: str, kfid: str = KF) -> None:
        """A member of staff ends a session."""
        talk = self.talks[kfid, user]
        assert talk.state == 3
        old, talk.state, talk.servicer = talk.servicer, 4, ""
        self._change(kfid, user, 3, old=old, code=self._code(kfid, user, 4, WELCOME_MS, "text", "msgmenu"))

    def bounces(self, msgid: str, why: int, user: str, kfid: str = KF) -> None:
        """A message that was accepted does not arrive."""
        self._event(kfid, user, "msg_send_fail", fail_msgid=msgid, fail_type=why)

    def recalls(self, user: str, msgid: str, kfid: str = KF) -> None:
        """A citizen takes a message back."""
        self._event(kfid, user, "user_recall_msg", recall_msgid=msgid)

    def gap(self, kfid: str = KF) -> None:
        """An empty page that says that there is more."""
        self.logs[kfid].append(None)

    def _code(self, kfid: str, user: str, state: int | None, lasts: int, *types: str) -> str:
        code = secrets.token_urlsafe(16)
        self.codes[code] = Code(kfid, user, state, self.clock() + lasts, types)
        return code

    def _change(self, kfid: str, user: str, kind: int, old: str = "", new: str = "", code: str = "") -> None:
        who = {k: v for k, v in (("old_servicer_userid", old), ("new_servicer_userid", new), ("msg_code", code)) if v}
        self._event(kfid, user, "session_status_change", change_type=kind, **who)

    def _event(self, kfid: str, user: str, kind: str, **more: Any) -> None:
        event = {"event_type": kind, "open_kfid": kfid, "external_userid": user, **more}
        self._log(kfid, {"send_time": self.clock() // 1000, "origin": 4, "msgtype": "event", "event": event})

    def _log(self, kfid: str, item: Answer) -> str:
        self._count += 1
        msgid = f"msg{self._count:06d}"
        self.logs[kfid].append({"msgid": msgid, "open_kfid": kfid, **item})
        return msgid

    def shown_to(self, user: str, kfid: str = KF) -> list[Sent]:
        """What one citizen saw, in order."""
        return [s for s in self.seen if (s.kfid, s.user) == (kfid, user)]
