"""What operators and staff see of 微信客服: settings, `zhiwen wecom check`, the probes, what is left of the budget."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.wecom_callback import PATH
from bot.rules import Rules
from bot.settings import load
from tests.visitor import call
from tests.wecom_service import WecomProcess
from tests.wecom_wire import AES_KEY, KF, SECRET
from tests.wecomapi import WecomApi

WHOLE = {"wecom_corp_id": "ww1", "wecom_secret": "s", "wecom_token": "t", "wecom_aes_key": AES_KEY, "wecom_accounts": "wkA,wkB:native,wkC:native:zhang.san,wkD:relay"}


@pytest.fixture
async def running(tmp_path: Path, rules: Rules) -> AsyncIterator[WecomProcess]:
    async with WecomApi() as api:
        process = WecomProcess(tmp_path, api)
        await process.start()
        yield process
        assert await process.stop() == 0


def test_accounts_say_who_answers() -> None:
    assert load({}, **WHOLE).wecom_modes == {"wkA": "relay", "wkB": "native", "wkC": "zhang.san", "wkD": "relay"}
    assert load({}).wecom_modes == {}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"wecom_secret": None}, "ZHIWEN_WECOM_SECRET"),
        ({"wecom_accounts": ""}, "ZHIWEN_WECOM_ACCOUNTS"),
        ({"wecom_aes_key": "short"}, "43"),
        ({"wecom_token": "has-dash"}, "32"),
        ({"wecom_accounts": "wkA:pool"}, "wkA:pool"),
        ({"wecom_base_url": "qyapi.weixin.qq.com"}, "wecom_base_url"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(changed: dict[str, str | None], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        load({}, **{**WHOLE, **changed})


def test_secrets_come_from_files_and_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("very-secret\n", encoding="utf-8")
    settings = load({"ZHIWEN_WECOM_SECRET_FILE": str(tmp_path / "secret")}, **{k: v for k, v in WHOLE.items() if k != "wecom_secret"})
    assert settings.wecom_secret and settings.wecom_secret.get_secret_value() == "very-secret"
    assert "very-secret" not in repr(settings) and AES_KEY not in repr(settings)


async def test_the_check_finds_everything_in_order_and_says_what_to_do_otherwise(running: WecomProcess) -> None:
    good = await running.zhiwen("wecom", "check", public_url=running.service.url)
    assert good.returncode == 0 and good.stdout.count("✓") == 3 and "✗" not in good.stdout, good.stdout
    native = await running.zhiwen("wecom", "check", wecom_accounts=f"{KF}:native,wkOther")
    assert native.returncode == 1 and "接待人员 1 位" in native.stdout and "✗ 客服账号 wkOther" in native.stdout
    other_key = await running.zhiwen("wecom", "check", wecom_accounts=KF, wecom_aes_key=AES_KEY[::-1])
    assert "✗ 回调地址" in other_key.stdout and "403" in other_key.stdout
    running.api.fail("kf/account/list", 60020)
    address = await running.zhiwen("wecom", "check", wecom_aes_key=AES_KEY)
    assert "✗" in address.stdout and "企业可信IP" in address.stdout
    secret = await running.zhiwen("wecom", "check", wecom_secret="wrong-secret-7", public_url="")
    assert "Secret 不对" in secret.stdout and "ZHIWEN_PUBLIC_URL" in secret.stdout and "wrong-secret-7" not in secret.stdout + secret.stderr
    nothing = await running.zhiwen("wecom", "check", wecom_corp_id="", wecom_secret="", wecom_token="", wecom_aes_key="", wecom_accounts="")
    assert nothing.returncode == 2


async def test_the_probes_and_the_metrics_tell_of_the_channel_and_the_log_of_no_secret(running: WecomProcess) -> None:
    running.api.says("wm1", "我有一个秘密问题")
    assert await running.api.calls_back(running.service.url + PATH) == 200
    async with asyncio.timeout(20):
        while not running.api.seen:
            await asyncio.sleep(0.02)
    ready = await asyncio.to_thread(call, running.service.url, "GET", "/readyz")
    assert json.loads(ready.raw)["channels"] == {"wecom": "up"}
    metrics = (await asyncio.to_thread(call, running.service.url, "GET", "/metrics")).raw.decode()
    for line in ('zhiwen_callbacks_total{channel="wecom",outcome="taken"} 1.0', 'zhiwen_pulled_total{channel="wecom",kind="said"} 1.0', 'zhiwen_channel_alarm{channel="wecom"} 0.0'):
        assert line in metrics
    assert SECRET not in metrics and "wm1" not in metrics


async def test_staff_are_told_how_many_messages_are_left_and_what_has_to_wait(running: WecomProcess) -> None:
    running.api.says("wm1", "转人工")
    await running.api.calls_back(running.service.url + PATH)
    async with asyncio.timeout(20):
        while not running.api.seen:
            await asyncio.sleep(0.02)
    ((number,),) = running.rows("SELECT number FROM ticket")
    await running.zhiwen("tickets", "accept", str(number), "--by", "王")
    said = [await running.zhiwen("tickets", "say", str(number), f"第{n}句", "--by", "王") for n in range(4)]
    assert "还可以发" in said[0].stdout and "存下" in said[3].stdout, [each.stdout for each in said]


async def test_staff_fetch_what_a_citizen_sent_under_a_harmless_name(running: WecomProcess, tmp_path: Path) -> None:
    running.api.media["m1"] = ("image/jpeg", "../../通知书.jpg".encode().decode("latin-1"), b"\xff\xd8")
    running.api.sends("wm1", "image", {"media_id": "m1"})
    running.api.sends("wm1", "file", {"media_id": "gone"})
    running.api.says("wm1", "转人工")
    await running.api.calls_back(running.service.url + PATH)
    async with asyncio.timeout(20):
        while not running.rows("SELECT number FROM ticket"):
            await asyncio.sleep(0.02)
    ((number,),) = running.rows("SELECT number FROM ticket")
    fetched = await running.zhiwen("wecom", "fetch", str(number), str(tmp_path / "files"))
    (file,) = (tmp_path / "files").iterdir()
    assert file.read_bytes() == b"\xff\xd8" and file.name.startswith("1-0-") and file.name.endswith(".jpg")
    assert fetched.returncode == 0 and "取不到" in fetched.stderr
    assert (await running.zhiwen("wecom", "fetch", "XXXXXX")).returncode == 1
