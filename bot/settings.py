"""Settings from the environment: ZHIWEN_*, or ZHIWEN_*_FILE for secrets. `zhiwen settings` lists them."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "ZHIWEN_"


class Settings(BaseSettings):
    """Everything an operator may set; a misspelt value stops the start."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    home: Path = Field(ROOT, description="数据文件所在目录（service_catalog.yaml、knowledge/、intents/）")
    store: str = Field("sqlite:var/zhiwen.db", description="数据库：sqlite:路径")
    cache: Path = Field(Path("var/cache"), description="由数据生成的缓存目录，可随时删除")
    host: str = Field("127.0.0.1", description="监听地址")
    port: int = Field(8080, ge=0, le=65535, description="监听端口（也认 PORT）；0 为任选")
    node: str = Field("", pattern=r"^[a-z0-9_]*$", description="节点编号：用 knowledge/nodes/编号.yaml 的个性化事项清单启动")
    secret: SecretStr | None = Field(None, min_length=1, description="访客标识的密钥；不设则生成并存在数据库旁的 secret.key")
    retention_days: int = Field(365, ge=1, description="消息内容保存天数，到期清空")
    sheet_days: int = Field(14, ge=1, description="一次告知单的链接有效天数，到期清空")
    public_url: str = Field("", pattern=r"^(https?://[^\s/]+(/[^\s]*)?)?$", description="市民打开本服务的网址，如 https://zhiwen.example.gov.cn")
    telegram_token: SecretStr | None = Field(None, min_length=1, description="Telegram 机器人令牌；不设则不开 Telegram")
    telegram_mode: str = Field("webhook", pattern="^(webhook|polling)$", description="webhook：由 Telegram 推送（正式）；polling：自己去取（开发）")
    telegram_webhook_secret: SecretStr | None = Field(None, description="webhook 的口令，1–256 个字母、数字、_、-；不设则由密钥算出")
    telegram_base_url: str = Field("https://api.telegram.org", pattern=r"^https?://\S+$", description="Bot API 的地址；自建 Bot API 服务时改")
    telegram_rate: float = Field(30.0, gt=0, description="Telegram 每秒最多发出的消息数")
    wecom_corp_id: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,64}$", description="企业微信的企业 ID；不设则不开微信客服")
    wecom_secret: SecretStr | None = Field(None, min_length=1, description="可调用微信客服接口的自建应用的 Secret")
    wecom_token: SecretStr | None = Field(None, description="微信客服“接收消息”里的 Token，最多 32 个字母和数字")
    wecom_aes_key: SecretStr | None = Field(None, description="微信客服“接收消息”里的 EncodingAESKey，43 个字母和数字")
    wecom_accounts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="客服账号，逗号分隔：wkAAA 由本系统转达工作人员的话；wkBBB:native 转到企业微信接待池；wkCCC:native:userid 转给某位接待人员"
    )
    wecom_base_url: str = Field("https://qyapi.weixin.qq.com", pattern=r"^https?://\S+$", description="企业微信接口的地址")
    wecom_poll: float = Field(60.0, gt=0, description="没有回调时每隔多少秒拉取一次微信客服消息")
    wecom_tolerance: int = Field(600, ge=1, description="回调时间戳最多可以相差多少秒")
    visitor_rate: float = Field(2.0, gt=0, description="每位访客每秒可发消息数（持续）")
    visitor_burst: int = Field(30, ge=1, description="每位访客可连发消息数")
    address_rate: float = Field(200.0, gt=0, description="每个网络地址每秒可发消息数（一个村共用一个地址）")
    address_burst: int = Field(2000, ge=1, description="每个网络地址可连发消息数")
    body_limit: int = Field(64 * 1024, ge=1024, description="请求正文上限（字节）")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field((), description="可信反向代理的地址或网段，逗号分隔；只信它们的 X-Forwarded-For")
    embed_origins: Annotated[tuple[str, ...], NoDecode] = Field((), description="可嵌入聊天页、可跨域调用的网站来源，逗号分隔，如 https://example.gov.cn")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="日志级别")

    @field_validator("trusted_proxies", "embed_origins", "wecom_accounts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _sendable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("应为 1–256 个字母、数字、_、-")
        return value

    @field_validator("wecom_token", "wecom_aes_key")
    @classmethod
    def _of_the_console(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        shape = "[A-Za-z0-9]{43}" if info.field_name == "wecom_aes_key" else "[A-Za-z0-9]{1,32}"
        if value is not None and not re.fullmatch(shape, value.get_secret_value()):
            raise ValueError("应为 43 个字母和数字" if "43" in shape else "应为 1–32 个字母和数字")
        return value

    @field_validator("wecom_accounts")
    @classmethod
    def _accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for account in value:
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}(:relay|:native(:[A-Za-z0-9_.@-]{1,64})?)?", account):
                raise ValueError(f"“{account}”应写成 客服账号、客服账号:native 或 客服账号:native:接待人员的 userid")
        return value

    @model_validator(mode="after")
    def _wecom_is_whole(self) -> Self:
        needed = ("wecom_corp_id", "wecom_secret", "wecom_token", "wecom_aes_key", "wecom_accounts")
        missing = [f"{PREFIX}{name.upper()}" for name in needed if not getattr(self, name)]
        if 0 < len(missing) < len(needed):
            raise ValueError(f"微信客服的设置不全，还缺 {'、'.join(missing)}")
        return self

    @property
    def wecom_modes(self) -> dict[str, str]:
        """Account of 微信客服 → `relay`, `native`, or the user id of the person to whom chats are given."""
        parts = (account.split(":") for account in self.wecom_accounts)
        return {kfid: how[-1] if how else "relay" for kfid, *how in parts}

    @property
    def sqlite_path(self) -> Path:
        """Where the SQLite file lies. Raises ValueError for another kind of store."""
        kind, _, path = self.store.partition(":")
        if kind != "sqlite" or not path:
            raise ValueError(f"ZHIWEN_STORE：只支持 sqlite:路径，收到的是 {kind}:…")
        return Path(path)


def load(environment: dict[str, str] | None = None, **changes: Any) -> Settings:
    """Settings of the environment. Raises ValueError (pydantic) naming the setting that is wrong."""
    env = dict(os.environ) if environment is None else environment
    for name, path in [(k, v) for k, v in env.items() if k.startswith(PREFIX) and k.endswith("_FILE")]:
        changes.setdefault(name[len(PREFIX) : -len("_FILE")].lower(), Path(path).read_text(encoding="utf-8").strip())
    if "PORT" in env and f"{PREFIX}PORT" not in env:
        changes.setdefault("port", env["PORT"])
    return Settings(**changes)
