"""What a citizen's browser may send: checked shapes, unknown keys refused."""

from hashlib import blake2b
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.model import Message, Point
from bot.web.problems import Problem

VISITOR = r"^[A-Za-z0-9_-]{16,64}$"
MESSAGE_ID = r"^[A-Za-z0-9._:-]{1,64}$"
KINDS = ("text", "choice", "location", "attachment")


class Shape(BaseModel):
    """A checked request body."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Location(Shape):
    """WGS-84 degrees."""

    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class Attachment(Shape):
    """What a file is; its content is not taken yet."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(max_length=100)] = ""
    size: Annotated[int, Field(ge=0, le=2**40)] = 0


class Posted(Shape):
    """One message: exactly one of text, choice, location, attachment."""

    visitor: Annotated[str, Field(pattern=VISITOR)]
    id: Annotated[str, Field(pattern=MESSAGE_ID)]
    text: str = ""
    choice: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,48}$")] = ""
    location: Location | None = None
    attachment: Attachment | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        sent = [k for k in KINDS if k in self.model_fields_set]
        if len(sent) != 1 or getattr(self, sent[0]) is None:
            raise ValueError("text、choice、location、attachment 必须且只能有一个")
        return self

    def message(self, at: int, key: bytes) -> Message:
        """The message as the desk takes it; its digest is keyed, so that nobody can try what was said."""
        sent = self.model_fields_set
        kind = next(k for k in KINDS if k in sent)
        digest = blake2b(f"{kind}\0{getattr(self, kind)!r}".encode(errors="surrogatepass"), key=key, digest_size=16).hexdigest()
        return Message(
            self.id, at, self.text if "text" in sent else None, self.choice if "choice" in sent else None,
            Point(self.location.lat, self.location.lon) if self.location else None, self.attachment is not None, digest,
        )  # fmt: skip


def posted(raw: bytes) -> Posted:
    """The body of a message. Raises Problem 400 for broken JSON, 422 for a wrong shape."""
    try:
        return Posted.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if first["type"] == "json_invalid":
            raise Problem(400, "请求正文不是合法的 JSON") from error
        where = ".".join(str(p) for p in first["loc"]) or "正文"
        raise Problem(422, f"{where}：{_why(first['type'], first['msg'])}") from error


def _why(kind: str, message: str) -> str:
    known = {
        "missing": "缺少这一项", "extra_forbidden": "不认识这一项", "string_type": "应为文字", "string_pattern_mismatch": "格式不对",
        "float_type": "应为数字", "int_type": "应为整数", "greater_than_equal": "太小", "less_than_equal": "太大",
        "model_type": "应为对象", "finite_number": "应为有限的数", "string_too_long": "太长", "string_too_short": "太短",
    }  # fmt: skip
    return known.get(kind, message.removeprefix("Value error, "))


def well_formed(visitor: str) -> bool:
    """Whether a visitor secret has the agreed form."""
    return 16 <= len(visitor) <= 64 and visitor.isascii() and visitor.replace("-", "a").replace("_", "a").isalnum()


__all__ = ["Attachment", "Location", "Posted", "posted", "well_formed"]
