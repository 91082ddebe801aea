"""What a citizen may do with what is kept of them: erase it, keep it, take it along. Pure."""

import re
from dataclasses import replace

from bot import choices, handoff
from bot.model import Action, Card, Choice, Conversation, Message, Reply, Turn
from bot.rules import Rules

_ERASE = re.compile(r"^(?:请|我要|帮我)?(?:删除|清除|清空|抹掉)(?:我的?|全部|所有)*(?:聊天|对话|咨询)?(?:记录|数据|信息|个人信息)[。!！]?$")
_EXPORT = re.compile(r"^(?:请|我要|帮我)?(?:导出|下载)(?:我的?|全部|所有)*(?:聊天|对话|咨询)?(?:记录|数据)[。!！]?$")


def asked(conversation: Conversation, message: Message, text: str | None, rules: Rules) -> Turn | None:
    """The turn of 删除我的记录, 导出我的记录 and their buttons; None for anything else."""
    if message.choice == choices.ERASE_YES:
        return Turn(handoff.with_bot(conversation), (Reply(rules.phrases["deleted"]),), erase=True, decision="answer", why="erased")
    if message.choice == choices.ERASE_NO:
        return Turn(conversation, (Reply(rules.phrases["delete_kept"]),), decision="answer")
    if text and _ERASE.match(text):
        buttons = (Choice(choices.ERASE_YES, rules.phrases["delete_yes"]), Choice(choices.ERASE_NO, rules.phrases["delete_no"]))
        offered = replace(conversation.topic, offered=buttons)
        return Turn(replace(conversation, topic=offered), (Reply(rules.phrases["delete_confirm"], buttons),), decision="clarify")
    picked = choices.picked(conversation.topic, text) if text else None
    if picked and picked.id in (choices.ERASE_YES, choices.ERASE_NO):
        return asked(conversation, replace(message, choice=picked.id), None, rules)
    if message.choice == choices.EXPORT or (text and _EXPORT.match(text)):
        card = Card("file", rules.phrases["export_label"], (), (Action(rules.phrases["export_label"], url="/api/v1/chat/export"),))
        return Turn(conversation, (Reply(rules.phrase("exported", count=str(conversation.seq)), (), (card,)),), decision="answer")
    return None
