"""Citizens and people on 微信客服: answered from our side within the budget, or natively in WeCom, in step with its session states."""

import asyncio

import pytest

from bot.rules import Rules
from bot.store import tickets
from tests.wecom_fixtures import StartWecom
from tests.wecom_service import Clock, WecomService
from tests.wecom_wire import HOUR, KF
from tests.wecomapi import WecomApi

FEE = "商标续展多少钱"
NATIVE = {KF: "native"}


def texts(service: WecomService, user: str = "wm1") -> list[str]:
    return [sent.text for sent in service.api.shown_to(user)]


async def ticket(service: WecomService) -> tuple[str, str, str | None]:
    """State, reason and holder of the newest ticket."""
    ((state, reason, who),) = await service.rows("SELECT state, reason, accepted_by FROM ticket ORDER BY opened DESC, id DESC LIMIT 1")
    return state, reason, who


async def test_people_answer_from_the_console_and_the_bot_is_silent(wecom: WecomService) -> None:
    (handed,) = await wecom.hears("wm1", "转人工")
    assert "受理编号" in handed.text and wecom.api.talks[KF, "wm1"].state == 1
    number = await wecom.accepts()
    assert await wecom.hears("wm1", "在吗，商标续展多少钱") == []
    await wecom.staff_says(number, "您好，每类 450 元。")
    await wecom.settled()
    assert texts(wecom)[-1] == "【工作人员】您好，每类 450 元。"
    await wecom.closes(number)
    (back,) = await wecom.hears("wm1", FEE)
    assert "人工服务已结束" in back.text and "每类 450 元" in back.text


async def test_four_messages_of_people_go_out_and_the_rest_with_the_citizens_next_one_first(wecom: WecomService) -> None:
    await wecom.hears("wm1", "转人工")
    number = await wecom.accepts()
    await wecom.hears("wm1", "在吗")
    for n in range(6):
        await wecom.staff_says(number, f"第{n}句")
        await wecom.settled()
    assert [t.removeprefix("【工作人员】") for t in texts(wecom)[1:]] == ["第0句", "第1句", "第2句", "第3句"]
    assert (await wecom.states())[1:] == ["sent"] * 4 + ["held"] * 2 and wecom.api.talks[KF, "wm1"].left == 1
    window = await wecom.kf.window(f"{KF}/wm1")
    assert (window.is_open, window.left) == (False, 0)
    await wecom.hears("wm1", "好的")
    assert texts(wecom)[5:] == ["【工作人员】第4句\n\n第5句"], "what waits goes out as one"
    assert (await wecom.kf.window(f"{KF}/wm1")).left == 3 and set(await wecom.states()) == {"sent"}


async def test_the_one_in_reserve_is_for_the_service_itself(wecom: WecomService) -> None:
    await wecom.hears("wm1", "转人工")
    number = await wecom.accepts()
    for n in range(5):
        await wecom.staff_says(number, f"第{n}句")
        await wecom.settled()
    assert wecom.api.talks[KF, "wm1"].left == 1 and (await wecom.states()).count("held") == 2


async def test_after_48_hours_words_are_held_and_go_out_before_the_answer(wecom: WecomService, wecom_clock: Clock) -> None:
    await wecom.hears("wm1", "转人工")
    number = await wecom.accepts()
    wecom_clock.forward(49 * HOUR)
    await wecom.staff_says(number, "查到了，可以续展。")
    await wecom.settled()
    assert await wecom.states() == ["sent", "held"]
    await wecom.closes(number)
    staff, answer = await wecom.hears("wm1", FEE)
    assert staff.text == "【工作人员】查到了，可以续展。" and "每类 450 元" in answer.text


async def test_a_chat_for_the_pool_is_answered_in_wecom_and_comes_back(start_wecom: StartWecom, rules: Rules) -> None:
    service = await start_wecom(modes=NATIVE)
    api = service.api
    (handed,) = await service.hears("wm1", "转人工")
    await service.until(lambda: api.talks[KF, "wm1"].state == 2)
    assert "受理编号" in handed.text
    await service.until(lambda: service.told)
    assert await service.owner("wm1") == ("queue", "wecom_native")
    with pytest.raises(tickets.TicketRefused, match="企业微信"):
        await service.accepts()
    api.takes("wm1")
    api.staff_says("wm1", "您好，我是小张")
    api.says("wm1", "商标续展多少钱")
    api.sends("wm1", "image", {"media_id": "m1"})
    await service.called()
    await service.settled()
    assert len(api.shown_to("wm1")) == 1 and await service.owner("wm1") == ("staff", "wecom_native")
    assert await ticket(service) == ("accepted", "asked", "zhangsan")
    lines = await service.rows("SELECT sender FROM message ORDER BY seq")
    assert [s for (s,) in lines] == ["citizen", "bot", "staff", "citizen", "citizen"]
    api.passes("wm1", "lisi")
    await service.called()
    await service.settled()
    assert (await ticket(service))[2] == "lisi"
    api.ends_it("wm1")
    await service.called()
    await service.until(lambda: len(api.shown_to("wm1")) == 2)
    poll = api.shown_to("wm1")[-1]
    assert not poll.counted and set(poll.choices.values()) == {"r:good", "r:fair", "r:poor"}
    assert await service.owner("wm1") == ("closed", None) and (await ticket(service))[0] == "closed"
    (thanks,) = await service.hears("wm1", "满意", menu_id="r:good")
    assert "谢谢" in thanks.text and await service.rows("SELECT facet FROM message WHERE decision = 'rating' AND sender = 'bot'") == [("good",)]
    (answer,) = await service.hears("wm1", FEE)
    assert "每类 450 元" in answer.text and api.talks[KF, "wm1"].state == 1


async def test_what_was_said_to_a_person_is_not_answered_after_they_have_left(start_wecom: StartWecom) -> None:
    service = await start_wecom(modes=NATIVE)
    await service.hears("wm1", "转人工")
    await service.until(lambda: service.api.talks[KF, "wm1"].state == 2)
    service.api.takes("wm1")
    service.api.says("wm1", FEE)
    service.api.ends_it("wm1")
    await service.called()
    await service.until(lambda: len(service.api.shown_to("wm1")) == 2)
    await service.settled()
    assert "满意" in texts(service)[-1]
    assert "每类 450 元" in (await service.hears("wm1", FEE))[0].text


async def test_words_while_waiting_use_the_one_message_that_waiting_allows(start_wecom: StartWecom) -> None:
    service = await start_wecom(modes=NATIVE)
    await service.hears("wm1", "转人工")
    await service.until(lambda: service.api.talks[KF, "wm1"].state == 2)
    (again,) = await service.hears("wm1", "转人工")
    assert not again.counted and again.payload["msgtype"] == "text" and "排队" in again.text
    assert await service.hears("wm1", "转人工") == [] and (await service.states())[-1] == "dead"


async def test_a_citizen_who_takes_it_back_is_with_the_bot_again(start_wecom: StartWecom, wecom_api: WecomApi) -> None:
    wecom_api.ends = (2, 3)
    service = await start_wecom(modes=NATIVE)
    await service.hears("wm1", "转人工")
    await service.until(lambda: wecom_api.talks[KF, "wm1"].state == 2)
    await service.until(lambda: service.told)
    (cancelled,) = await service.hears("wm1", "不用了，继续问智能助手")
    assert "已取消人工" in cancelled.text and not cancelled.counted and wecom_api.talks[KF, "wm1"].state == 4
    (answer,) = await service.hears("wm1", FEE)
    assert "每类 450 元" in answer.text and wecom_api.talks[KF, "wm1"].state == 1


async def test_a_move_that_wecom_refuses_is_not_tried_again_and_again(start_wecom: StartWecom, wecom_api: WecomApi) -> None:
    service = await start_wecom(modes=NATIVE)
    await service.hears("wm1", "转人工")
    await service.until(lambda: wecom_api.talks[KF, "wm1"].state == 2)
    wecom_api.calls.clear()
    await service.hears("wm1", "不用了，继续问智能助手")
    await asyncio.sleep(0.5)  # ten looks at the sessions
    moves = [body for api, body in wecom_api.calls if api == "kf/service_state/trans"]
    assert len(moves) == 1 and wecom_api.counts("kf/service_state/get") == 1
    wecom_api.takes("wm1")
    await service.called()
    await service.settled()
    assert await service.owner("wm1") == ("staff", "wecom_native") and await ticket(service) == ("accepted", "native", "zhangsan")


@pytest.mark.parametrize(("status", "state"), [(0, 3), (1, 2), (None, 2)])
async def test_a_chat_for_one_person_goes_to_them_or_to_the_pool(start_wecom: StartWecom, wecom_api: WecomApi, status: int | None, state: int) -> None:
    wecom_api.servicers = {} if status is None else {"zhangsan": status}
    service = await start_wecom(modes={KF: "zhangsan"})
    await service.hears("wm1", "转人工")
    await service.until(lambda: wecom_api.talks[KF, "wm1"].state == state)
    await service.until(lambda: service.told)
    assert await service.owner("wm1") == (("staff" if state == 3 else "queue"), "wecom_native")


async def test_closing_the_ticket_takes_the_session_back(start_wecom: StartWecom, wecom_api: WecomApi) -> None:
    service = await start_wecom(modes=NATIVE)
    await service.hears("wm1", "转人工")
    await service.until(lambda: wecom_api.talks[KF, "wm1"].state == 2)
    wecom_api.takes("wm1")
    await service.called()
    await service.settled()
    ((number,),) = await service.rows("SELECT number FROM ticket")
    await service.closes(number)
    await service.until(lambda: wecom_api.talks[KF, "wm1"].state == 4)


async def test_a_session_left_behind_by_a_crash_is_brought_after_the_owner(start_wecom: StartWecom, wecom_api: WecomApi) -> None:
    service = await start_wecom(modes=NATIVE, look=3600.0)
    await service.hears("wm1", FEE)
    wecom_api.fail("kf/service_state/trans", *["drop"] * 3)
    (handed,) = await service.hears("wm1", "转人工")
    await service.stop()
    assert "受理编号" in handed.text and wecom_api.talks[KF, "wm1"].state == 1
    wecom_api.failures.clear()
    again = await start_wecom(modes=NATIVE)
    await again.until(lambda: wecom_api.talks[KF, "wm1"].state == 2)


async def test_a_handover_that_was_faster_than_its_words_does_not_swallow_them(start_wecom: StartWecom, wecom_api: WecomApi) -> None:
    service = await start_wecom(modes=NATIVE)
    await service.hears("wm1", FEE)
    real = service.kf.client.send

    async def overtaken(kfid: str, user: str, msgid: str, payload: object) -> None:
        """The session is moved in the moment in which we send."""
        service.kf.client.send = real  # type: ignore[method-assign]
        standing = await service.books.address(f"{KF}/wm1")
        assert standing
        await service.kf._sessions.follow(standing)
        await real(kfid, user, msgid, payload)  # type: ignore[arg-type]

    service.kf.client.send = overtaken  # type: ignore[method-assign]
    (handed,) = await service.hears("wm1", "转人工")
    assert "受理编号" in handed.text and not handed.counted and wecom_api.talks[KF, "wm1"].state == 2


@pytest.mark.parametrize("modes", [NATIVE, {KF: "relay"}])
async def test_somebody_who_answers_in_wecom_uncalled_has_the_chat(start_wecom: StartWecom, wecom_api: WecomApi, modes: dict[str, str]) -> None:
    service = await start_wecom(modes=modes)
    await service.hears("wm1", FEE)
    wecom_api.talks[KF, "wm1"].state = 4
    wecom_api.staff_says("wm1", "您好，回访一下")
    await service.called()
    await service.settled()
    assert await service.owner("wm1") == ("staff", "wecom_native") and await ticket(service) == ("accepted", "native", "zhangsan")
    assert await service.hears("wm1", "商标续展多少钱") == []
    wecom_api.ends_it("wm1")
    await service.called()
    await service.until(lambda: len(wecom_api.shown_to("wm1")) == 2)
    assert await service.owner("wm1") == ("closed", None)


async def test_an_answer_that_meets_a_person_is_left_to_the_person(wecom: WecomService) -> None:
    await wecom.hears("wm1", FEE)
    talk = wecom.api.talks[KF, "wm1"]
    talk.state, talk.servicer = 3, "lisi"  # and the event is late
    assert await wecom.hears("wm1", "那要什么材料") == []
    assert await wecom.owner("wm1") == ("staff", "wecom_native") and await ticket(wecom) == ("accepted", "native", "lisi")
    assert wecom.api.counts("kf/send_msg") == 2 and wecom.api.counts("kf/service_state/get") == 1
    assert await wecom.hears("wm1", "还有别的吗") == [] and wecom.api.counts("kf/send_msg") == 2


async def test_a_session_that_is_somewhere_else_than_we_thought_is_believed(wecom: WecomService) -> None:
    wecom.api.says("wm1", FEE)
    wecom.api.talks[KF, "wm1"].state = 1  # WeCom's own settings gave it to the bot
    await wecom.called()
    await wecom.settled()
    assert len(texts(wecom)) == 1 and wecom.api.counts("kf/service_state/trans") == 1


async def test_events_that_come_twice_change_nothing(start_wecom: StartWecom) -> None:
    service = await start_wecom(modes=NATIVE)
    await service.hears("wm1", "转人工")
    await service.until(lambda: service.api.talks[KF, "wm1"].state == 2)
    service.api.takes("wm1")
    service.api.ends_it("wm1")
    service.api.logs[KF] += service.api.logs[KF][-2:]  # both again
    await service.called()
    await service.settled()
    assert await service.owner("wm1") == ("closed", None)
    assert [what for (what,) in await service.rows("SELECT what FROM ticket_event ORDER BY rowid")] == ["opened", "accepted", "closed: answered"]
