"""What Telegram tells us, as messages of ours: words, presses, positions, files, edits, and whether a citizen shut us out."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import telegram
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError

from bot import choices
from bot.channel import Incoming
from bot.model import FileKind, FileNote, Message, Point

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
START = choices.item_choice("meta.greeting")
# A command → the phrase that names it in the menu, and what it means; without a meaning the name itself is what the citizen says.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "start": ("command_start", START),
    "human": ("human", choices.HUMAN),
    "progress": ("progress_label", "t:state"),
    "location": ("position_send", choices.POSITION),
    "export": ("command_export", ""),
    "delete": ("command_delete", ""),
}
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@[A-Za-z0-9_]+)?(?:\s+(.*))?", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FILES: tuple[tuple[str, FileKind], ...] = (
    ("photo", "photo"), ("voice", "voice"), ("audio", "voice"), ("video", "video"), ("video_note", "video"), ("animation", "video"),
    ("sticker", "sticker"), ("document", "document"), ("contact", "contact"),
)  # fmt: skip
_UNANSWERED = ("poll", "dice", "game", "story", "invoice", "paid_media", "checklist")  # sent by people, of no use here
ALBUMS = 1000
NAME = 100


class Unreadable(Exception):
    """An update that is none; the text says what is wrong, never what was sent."""


@dataclass(frozen=True, slots=True)
class Update:
    """One update: at most one of a message, an edit and a change of reach; and a press to be acknowledged (`stale`: with a word)."""

    number: int
    incoming: Incoming | None = None
    edit: tuple[str, Message] | None = None
    reach: tuple[str, bool] | None = None
    pressed: str = ""
    stale: bool = False


class Reader:
    """Reads updates; remembers which albums it saw, for only the first picture of one is answered."""

    def __init__(self, words: Callable[[], Mapping[str, str]]):
        self._words = words
        self._albums: OrderedDict[str, None] = OrderedDict()

    def read(self, value: object) -> Update:
        """An update from its JSON. Raises Unreadable."""
        try:
            if not isinstance(value, dict) or not isinstance(value["update_id"], int):
                raise Unreadable("no update_id")
            update = telegram.Update.de_json(value, None)
        except (KeyError, TypeError, ValueError, AttributeError, TelegramError) as error:
            raise Unreadable(type(error).__name__) from error
        return self.understood(update)

    def understood(self, update: telegram.Update) -> Update:
        """What an update means to us; one that means nothing keeps its number only."""
        number = update.update_id
        if update.callback_query:
            return _press(number, update.callback_query)
        if update.my_chat_member:
            return _member(number, update.my_chat_member)
        message = update.message or update.edited_message
        if message is None or message.chat.type != ChatType.PRIVATE or (message.from_user and message.from_user.is_bot):
            return Update(number)
        said = self._said(message)
        if said is None:
            return Update(number)
        address = str(message.chat.id)
        if update.edited_message:
            return Update(number, edit=(address, said)) if said.text is not None and said.choice is None else Update(number)
        return Update(number, Incoming(address, said, number, _ms(message)))

    def _said(self, message: telegram.Message) -> Message | None:
        """The message as ours; None for what nobody sent (a pin, a title, …)."""
        id_ = f"m{message.message_id}"
        if message.location:  # a venue has one too
            return Message(id_, 0, location=Point(message.location.latitude, message.location.longitude))
        if message.text is not None:
            return self._text(id_, message.text)
        files = _files(message)
        if message.caption and files:
            return Message(id_, 0, message.caption, files=files)
        if files:
            return Message(id_, 0, attachment=True, files=files, silent=self._is_further(message.media_group_id))
        return None

    def _text(self, id_: str, text: str) -> Message:
        match = _COMMAND.fullmatch(text.strip())
        if match is None:
            return Message(id_, 0, text)
        name, rest = match.group(1).lower(), (match.group(2) or "").strip()
        if name == "start" and (linked := linked_choice(rest)):
            return Message(id_, 0, choice=linked)
        phrase, choice = COMMANDS.get(name, ("", ""))
        if choice:
            return Message(id_, 0, choice=choice)
        return Message(id_, 0, self._words()[phrase] if phrase else text.strip().lstrip("/"))

    def _is_further(self, album: str | None) -> bool:
        if album is None:
            return False
        seen = album in self._albums
        self._albums[album] = None
        if len(self._albums) > ALBUMS:
            self._albums.popitem(last=False)
        return seen


def _press(number: int, query: telegram.CallbackQuery) -> Update:
    """A button of ours, pressed by the one it was sent to; anything else is acknowledged and means nothing."""
    chat = query.message.chat if query.message else None
    own = chat is not None and chat.type == ChatType.PRIVATE and chat.id == query.from_user.id
    if chat is None or not own or not query.data or not choices.ID.fullmatch(query.data):
        return Update(number, pressed=query.id, stale=True)
    said = Message(f"c{query.id}"[:64], 0, choice=query.data)
    return Update(number, Incoming(str(chat.id), said, number, 0), pressed=query.id)


def _member(number: int, changed: telegram.ChatMemberUpdated) -> Update:
    if changed.chat.type != ChatType.PRIVATE:
        return Update(number)
    gone = changed.new_chat_member.status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
    return Update(number, reach=(str(changed.chat.id), not gone))


def _files(message: telegram.Message) -> tuple[FileNote, ...]:
    """What came with a message: the platform's reference, a name and a size as its sender gives them. Of a contact only that it was one."""
    for field, kind in _FILES:
        found: Any = getattr(message, field)
        if found:
            largest = found[-1] if field == "photo" else found
            ref = "" if kind == "contact" else largest.file_id
            return (FileNote(kind, ref, (getattr(largest, "file_name", None) or "")[:NAME], getattr(largest, "file_size", None) or 0),)
    if any(getattr(message, field, None) for field in _UNANSWERED):
        return (FileNote("other"),)
    return ()


def _ms(message: telegram.Message) -> int:
    return round(message.date.timestamp() * 1000)


def linked_choice(payload: str) -> str:
    """The choice of a deep link `t.me/BOT?start=PAYLOAD`; empty for a plain or broken one: `trademark-renewal--fee` → `i:trademark.renewal:fee`."""
    item, _, facet = payload.partition("--")
    if not _PAYLOAD.fullmatch(payload) or not item:
        return ""
    choice = choices.item_choice(item.replace("-", "."), facet or "overview")
    return choice if choices.ID.fullmatch(choice) and choices.asked(choice) else ""


def payload(item: str, facet: str = "overview") -> str:
    """The payload of a deep link to an item."""
    return item.replace(".", "-") + ("" if facet == "overview" else f"--{facet}")
