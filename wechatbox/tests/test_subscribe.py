import json
from typing import Any

import pytest

from wechatbox.tests.kit import Merchant

GOOD = {
    "character_string1": {"value": "F2026-1"},
    "thing2": {"value": "菠菜 500g 等 3 件"},
    "amount3": {"value": "¥12.30"},
    "time4": {"value": "2026-11-23 08:30"},
}


def _template(merchant: Merchant, number: int = 0) -> str:
    return str(merchant.demo["templates"][number]["template_id"])


def _ask(merchant: Merchant, answer: Any, *ids: str) -> Any:
    body = {"appid": merchant.appid, "user": "小方", "template_ids": list(ids), "answer": answer}
    return merchant.box.post("/_box/subscribe", body)


def _send(merchant: Merchant, **changed: Any) -> Any:
    body = {
        "touser": merchant.login()["openid"],
        "template_id": _template(merchant),
        "page": "pages/order/detail?number=1",
        "data": GOOD,
        **changed,
    }
    raw = json.dumps(body, ensure_ascii=False).encode()
    url = f"/cgi-bin/message/subscribe/send?access_token={merchant.token()}"
    return merchant.box.http.post(url, content=raw).json()


def _subscribed(merchant: Merchant) -> list[Any]:
    inbox = merchant.box.get("/_box/inbox", user="小方")["messages"]
    return [message for message in inbox if message["kind"] == "subscribe"]


def test_one_accept_is_one_message(merchant: Merchant) -> None:
    template = _template(merchant)
    assert _ask(merchant, "accept", template) == {"errMsg": "requestSubscribeMessage:ok", template: "accept"}
    assert _send(merchant)["errcode"] == 0
    assert _send(merchant)["errcode"] == 43101
    [message] = _subscribed(merchant)
    assert message["data"] == GOOD
    assert message["title"] == "订单支付成功通知"
    assert message["page"] == "pages/order/detail?number=1"
    assert message["template_id"] == template
    assert message["appid"] == merchant.appid
    assert message["openid"] == merchant.login()["openid"]


def test_accepts_add_up_and_refusals_do_not_count(merchant: Merchant) -> None:
    template = _template(merchant)
    _ask(merchant, "accept", template)
    _ask(merchant, "reject", template)
    _ask(merchant, "ban", template)
    _ask(merchant, "accept", template)
    assert [_send(merchant)["errcode"] for _ in range(3)] == [0, 0, 43101]
    assert len(_subscribed(merchant)) == 2


def test_each_template_has_its_own_answer(merchant: Merchant) -> None:
    paid, shipped = _template(merchant, 0), _template(merchant, 1)
    answer = _ask(merchant, {paid: "accept", shipped: "reject"}, paid, shipped)
    assert answer == {"errMsg": "requestSubscribeMessage:ok", paid: "accept", shipped: "reject"}
    shipping = {
        "character_string1": {"value": "F2026-1"},
        "thing2": {"value": "菠菜"},
        "thing3": {"value": "顺丰速运"},
        "character_string4": {"value": "SF1"},
    }
    assert _send(merchant, template_id=shipped, data=shipping)["errcode"] == 43101
    assert _send(merchant)["errcode"] == 0


def test_a_dialog_takes_five_known_templates(merchant: Merchant) -> None:
    box = merchant.box
    ids = [f"template-{number}" for number in range(6)]
    program = {"appid": "wxmany000000demo01", "secret": "s", "name": "多模板"}
    templates = [{"template_id": id_, "title": f"标题{id_}", "keys": ["thing1"]} for id_ in ids]
    box.post("/_box/programs", {**program, "templates": templates})

    def ask(*wanted: str) -> Any:
        return box.post(
            "/_box/subscribe",
            {"appid": program["appid"], "user": "小方", "template_ids": list(wanted), "answer": "accept"},
        )

    assert ask(*ids[:5])["errMsg"] == "requestSubscribeMessage:ok"
    assert ask(*ids)["errCode"] == 20003
    assert ask()["errCode"] == 10001
    assert ask(ids[0], "unknown")["errCode"] == 20001
    assert ask(_template(merchant))["errCode"] == 20001, "another program's template"


def test_a_refused_dialog_gives_nothing(merchant: Merchant) -> None:
    assert _ask(merchant, "accept", _template(merchant), "unknown")["errCode"] == 20001
    assert "error" in _ask(merchant, "perhaps", _template(merchant))
    assert _send(merchant)["errcode"] == 43101


def test_templates_of_one_title_are_shown_once(merchant: Merchant) -> None:
    box, appid = merchant.box, "wxtwice00000demo01"
    same = [{"template_id": f"same-{number}", "title": "同名", "keys": ["thing1"]} for number in range(2)]
    box.post("/_box/programs", {"appid": appid, "secret": "s", "name": "同名", "templates": same})
    body = {"appid": appid, "user": "小方", "template_ids": ["same-0", "same-1"], "answer": "accept"}
    answer = box.post("/_box/subscribe", body)
    assert answer == {"errMsg": "requestSubscribeMessage:ok", "same-0": "accept", "same-1": "filter"}


def test_wrong_addressees_and_templates_are_named(merchant: Merchant) -> None:
    box = merchant.box
    sister = Merchant(box, box.post("/_box/demo", {"appid": "wxsister0000demo01"}))
    assert _send(merchant, touser="oNobody")["errcode"] == 40003
    assert _send(merchant, touser=sister.login()["openid"])["errcode"] == 40003
    assert _send(merchant, template_id="unknown")["errcode"] == 40037
    assert _send(merchant, template_id=_template(sister))["errcode"] == 40037
    assert _send(merchant, miniprogram_state="beta")["errcode"] == 40097
    assert _send(merchant, lang="fr_FR")["errcode"] == 40097
    assert _send(merchant, data=[])["errcode"] == 47001


def test_a_page_must_exist_when_the_pages_are_known(merchant: Merchant) -> None:
    box = merchant.box
    known = {"appid": "wxpages00000demo01", "pages": ["pages/home/index"], "open_platform": "demo"}
    shop = Merchant(box, box.post("/_box/demo", known))
    body = {"appid": shop.appid, "user": "小方", "template_ids": [_template(shop)], "answer": "accept"}
    assert box.post("/_box/subscribe", body)["errMsg"] == "requestSubscribeMessage:ok"
    assert _send(shop, page="pages/gone")["errcode"] == 41030
    assert _send(shop, page="pages/home/index?from=message")["errcode"] == 0


@pytest.mark.parametrize(
    ("key", "fine", "wrong"),
    [
        ("thing1", ["二十个字" * 5, "abc 1"], ["二十个字" * 5 + "多", "", "  "]),
        ("number2", ["12", "12.5", "1" * 32], ["1" * 33, "1a", "十"]),
        ("letter3", ["abc", "A" * 32], ["a" * 33, "a1"]),
        ("symbol4", ["!!!", "。。"], ["!!!!!!", "a"]),
        ("character_string5", ["A-1_*", "a" * 32], ["a" * 33, "单号1"]),
        ("time6", ["08:30", "2026年11月23日 08:30", "2026-11-23 08:30:15", "08:30~09:00"], ["25:00", "明天"]),
        ("date7", ["2026-11-23", "2026年11月23日", "2026-11-23 08:30"], ["11-23x", "今天"]),
        ("amount8", ["¥12.30", "12元", "￥1234567890"], ["¥12345678901", "12 yuan"]),
        ("phone_number9", ["13912345678", "+86-0766-66888866"], ["1" * 18, "电话"]),
        ("car_number10", ["粤A8Z888"], ["粤A8Z888888", "粤A-1"]),
        ("name11", ["张三", "John Smith"], ["一二三四五六七八九十一", "a" * 21]),
        ("phrase12", ["配送中"], ["正在配送中了", "ok"]),
    ],
)
def test_a_field_holds_only_its_kind(merchant: Merchant, key: str, fine: list[str], wrong: list[str]) -> None:
    box, appid = merchant.box, f"wxfield{key.replace('_', '')}"
    template = {"template_id": f"t-{key}", "title": key, "keys": [key]}
    demo = box.post("/_box/demo", {"appid": appid, "templates": [template]})
    shop = Merchant(box, demo)
    asked = {"appid": appid, "user": "小方", "template_ids": [f"t-{key}"], "answer": "accept"}
    for text in fine:
        box.post("/_box/subscribe", asked)
        assert _send(shop, data={key: {"value": text}})["errcode"] == 0, text
    for text in wrong:
        answer = _send(shop, data={key: {"value": text}})
        assert answer["errcode"] == 47003, text
        assert answer["errmsg"].startswith(f"argument invalid! data.{key}.value invalid rid: ")


def test_missing_and_unknown_fields_are_named_and_use_up_nothing(merchant: Merchant) -> None:
    _ask(merchant, "accept", _template(merchant))
    less = {key: value for key, value in GOOD.items() if key != "thing2"}
    assert _send(merchant, data=less)["errmsg"].startswith("argument invalid! data.thing2.value is empty")
    answer = _send(merchant, data={**GOOD, "thing9": {"value": "x"}})
    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith("argument invalid! data.thing9.value invalid")
    assert _send(merchant, data={**GOOD, "thing2": {"value": 3}})["errcode"] == 47003
    assert _send(merchant, data={**GOOD, "thing2": "菠菜"})["errcode"] == 47003
    assert _subscribed(merchant) == []
    assert _send(merchant)["errcode"] == 0


def test_the_inbox_is_one_users_newest_first(merchant: Merchant) -> None:
    template = _template(merchant)
    for number in ("A1", "A2"):
        _ask(merchant, "accept", template)
        _send(merchant, data={**GOOD, "character_string1": {"value": number}})
    assert [message["data"]["character_string1"]["value"] for message in _subscribed(merchant)] == [
        "A2",
        "A1",
    ]
    box = merchant.box
    assert box.get("/_box/inbox", user="小圆") == {"messages": []}
    assert box.get("/_box/inbox", user="小方", appid="wxother") == {"messages": []}
    assert len(box.get("/_box/inbox", user="小方", appid=merchant.appid)["messages"]) == 2
    assert box.http.get("/_box/inbox").status_code == 400
