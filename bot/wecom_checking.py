"""What an operator has to know about the WeCom channel before citizens do: each point with what to do about it."""

import secrets
from collections.abc import Iterator
from urllib.parse import urlencode

import aiohttp

from bot import wecom
from bot.channels.wecom_callback import PATH
from bot.channels.wecom_client import WecomClient
from bot.channels.wecom_envelope import Envelope
from bot.channels.wecom_errors import WecomError
from bot.desk import utc_ms
from bot.settings import Settings
from bot.store.sqlite import SqliteStore

# What an operator does about a code; others are shown with their number.
ADVICE = {
    40001: "Secret 不对：重新复制自建应用的 Secret",
    40013: "企业 ID 不对：在“我的企业”页最下面",
    60020: "本机的出口 IP 不在应用的“企业可信IP”里：加上后约一分钟生效",
    48002: "应用没有这个接口的权限：在“微信客服 → 可调用接口的应用”里勾选它",
    95000: "客服账号不对，或没有交给这个应用管理",
    95011: "这个 Secret 用的是另一版微信客服：换自建应用的 Secret",
    95012: "企业还没有开通微信客服",
    95017: "“通过 API 管理微信客服账号”没有打开",
}
Result = tuple[bool, str]


async def checked(settings: Settings) -> list[Result]:
    """Every point: whether it is good, and what to do otherwise. Raises StoreDown."""
    store = SqliteStore.open(settings.sqlite_path)
    client = wecom.client(settings, wecom.books(settings, store))
    try:
        return [*await _accounts(client, settings), *await _callback(settings)]
    finally:
        await client.calls.close()
        await store.close()


async def _accounts(client: WecomClient, settings: Settings) -> list[Result]:
    try:
        found = await client.accounts()
    except WecomError as error:
        return [(False, f"企业微信接口：{explained(error)}")]
    results = [(True, "企业微信接口：凭证有效")]
    for kfid, mode in settings.wecom_modes.items():
        if kfid not in found:
            results.append((False, f"客服账号 {kfid}：这个应用管不了它；能管的有 {'、'.join(found) or '（没有）'}"))
            continue
        results.append((True, f"客服账号 {kfid}（{found[kfid]}）"))
        if mode != "relay":
            results += await _servicers(client, kfid, mode)
    return results


async def _servicers(client: WecomClient, kfid: str, mode: str) -> list[Result]:
    try:
        found = {servicer.user: servicer.receives for servicer in await client.servicers(kfid)}
    except WecomError as error:
        return [(False, f"接待人员：{explained(error)}")]
    if not found:
        return [(False, f"接待人员：{kfid} 还没有接待人员，转人工会没有人接")]
    if mode != "native" and mode not in found:
        return [(False, f"接待人员：{mode} 不是 {kfid} 的接待人员")]
    return [(True, f"接待人员 {len(found)} 位，正在接待的 {sum(found.values())} 位")]


async def _callback(settings: Settings) -> list[Result]:
    """Ask the running service through its public address what WeCom's console would ask."""
    if not settings.public_url:
        return [(False, "回调地址：没有设置 ZHIWEN_PUBLIC_URL，查不了；一次告知单也只能作为文件发送")]
    address = settings.public_url.rstrip("/") + PATH
    word, stamp, nonce = secrets.token_hex(8), str(utc_ms() // 1000), secrets.token_hex(5)
    token, key = settings.wecom_token, settings.wecom_aes_key
    sealed = Envelope(token.get_secret_value() if token else "", key.get_secret_value() if key else "", settings.wecom_corp_id).sealed(
        word.encode(), stamp, nonce
    )
    query = urlencode({"msg_signature": sealed.signature, "timestamp": stamp, "nonce": nonce, "echostr": sealed.encrypted})
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
            http.get(f"{address}?{query}", allow_redirects=False) as answer,
        ):
            good = answer.status == 200 and (await answer.read()).decode("utf-8", "replace") == word
            return [(good, f"回调地址 {address}：{'验证通过' if good else f'返回 {answer.status}，不是本服务，或设置不同、服务没有重启'}")]
    except (aiohttp.ClientError, TimeoutError) as error:
        return [(False, f"回调地址 {address}：连不上（{type(error).__name__}）")]


def explained(error: WecomError) -> str:
    """What to do about an error, in Chinese."""
    return "；".join(_told(error))


def _told(error: WecomError) -> Iterator[str]:
    yield f"{error.api} 返回 {error.code}" if error.code is not None else f"{error.api} 没有回答，请检查网络"
    if error.code in ADVICE:
        yield ADVICE[error.code]
