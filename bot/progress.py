"""How far a citizen's own tickets are: what the desk looked up, in words. Pure."""

import re

from bot.model import Conversation, Filed, Message, Reply, Turn
from bot.rules import Rules, local
from intents.meaning import HUMAN, OVERVIEW

ASK = "t:state"
_MOST = 3
# A number as `ids.ticket_number` makes it, and what people call what they registered. Filing numbers of marks and patents are longer.
_NUMBER = re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{6})(?![0-9A-Za-z])")
_TICKET = re.compile("受理编号|受理单|工单|单号|登记的?(?:融资|贷款|技术)?需求|(?:我的?|融资|贷款|技术)需求|编号")
_HOW_FAR = re.compile("办到哪|到哪(?:一|了)|办得?怎么样|处理得?怎么样|进度|进展|结果|有(?:没有)?回音|办好了?没|状态|查|怎么样了|有人(?:管|看)|消息")


def asked(text: str) -> bool:
    """Whether a sentence may ask how far a ticket is; only then does the desk look."""
    return _TICKET.search(text) is not None and (_HOW_FAR.search(text) is not None or _NUMBER.search(text) is not None)


def told(conversation: Conversation, message: Message, text: str | None, rules: Rules) -> Turn | None:
    """The state of the tickets asked about; None where the sentence asks something else."""
    if text is not None and not asked(text):
        return None
    number = _NUMBER.search(text) if text else None
    named = number.group(1).upper() if number else ""
    mine = [f for f in message.filed if not named or f.number == named][:_MOST]
    if mine:
        return _answer(conversation, "\n".join(_line(rules, each) for each in mine) + "\n" + rules.phrases["progress_next"])
    if named and text and "受理" in text:
        return _answer(conversation, rules.phrase("progress_unknown", ticket=named))
    if text is None or (not named and re.search("我的?需求|登记的?(?:融资|贷款|技术)?需求|受理单|工单", text)):
        return _answer(conversation, rules.phrases["progress_none"])
    return None


def _answer(conversation: Conversation, text: str) -> Turn:
    return Turn(conversation, (Reply(text),), decision="answer", item=HUMAN, facet=OVERVIEW)


def _line(rules: Rules, each: Filed) -> str:
    day = local(each.closed if each.state == "closed" and each.closed else each.opened).date()
    kind = rules.phrases.get(f"ticket_kind_{each.kind}", rules.phrases["ticket_kind_other"])
    return rules.phrase(f"progress_{each.state}", ticket=each.number, kind=kind, day=f"{day.month}月{day.day}日")
