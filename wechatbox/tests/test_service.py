"""Customer service and message push, as a program's server meets them."""

import base64
import http.server
import json
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import xmltodict  # type: ignore[import-untyped]
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

from wechatbox.tests.kit import Merchant, RunningBox, wait_until

TOKEN = "boxtoken"
AES_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


class Platform:
    """A program's server: keeps what it hears, answers as told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status, self.answer = 200, "success"
        platform = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                platform.heard.append((dict(parse_qsl(urlsplit(self.path).query)), body))
                self.send_response(platform.status)
                self.end_headers()
                self.wfile.write(platform.answer.encode())

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/push"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, count: int = 1) -> None:
        wait_until(lambda: len(self.heard) >= count)


@pytest.fixture
def platform() -> Iterator[Platform]:
    server = Platform()
    yield server
    server.stop()


def configure(merchant: Merchant, platform: Platform, **changes: str) -> None:
    given = {
        "appid": merchant.appid,
        "url": platform.url,
        "token": TOKEN,
        "aes_key": AES_KEY,
        "mode": "secure",
    }
    assert "error" not in merchant.box.post("/_box/push", {**given, **changes})


def person(merchant: Merchant, **more: Any) -> dict[str, Any]:
    return {"appid": merchant.appid, "user": "小方", **more}


def send(merchant: Merchant, said: str = "您好", **changes: Any) -> int:
    body = {"touser": merchant.login()["openid"], "msgtype": "text", "text": {"content": said}, **changes}
    sent = merchant.box.post(f"/cgi-bin/message/custom/send?access_token={merchant.token()}", body)
    return int(sent["errcode"])


def tried(merchant: Merchant, times: int) -> bool:
    return bool(merchant.box.get("/_box/pushes")["pushes"][0]["tries"] == times)


def talked(merchant: Merchant) -> list[tuple[str, str]]:
    found = merchant.box.get("/_box/talk", **person(merchant))
    return [(line["author"], line["kind"]) for line in found["lines"]]


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("mode", ["plain", "compatible", "secure"])
def test_a_push_is_read_by_the_published_client(
    merchant: Merchant, platform: Platform, mode: str, form: str
) -> None:
    configure(merchant, platform, mode=mode, format=form)
    merchant.box.post("/_box/talk", person(merchant, text="在吗 ]]> <&>"))
    platform.wait()
    query, body = platform.heard[0]
    if mode == "plain":
        assert "msg_signature" not in query
        plain = body.decode()
    else:
        fields = json.loads(body) if form == "json" else xmltodict.parse(body)["xml"]
        assert ("Content" in fields) == (mode == "compatible")
        crypto = WeChatCrypto(TOKEN, AES_KEY, merchant.appid)
        plain = crypto.decrypt_message(fields, query["msg_signature"], query["timestamp"], query["nonce"])
        with pytest.raises(InvalidSignatureException):
            crypto.decrypt_message(fields, query["signature"], query["timestamp"], query["nonce"])
    told = json.loads(plain) if form == "json" else xmltodict.parse(plain)["xml"]
    assert (told["Content"], told["MsgType"]) == ("在吗 ]]> <&>", "text")
    assert told["FromUserName"] == merchant.login()["openid"] == query["openid"]
    assert len(str(told["MsgId"])) == 16


def test_a_push_that_is_not_taken_comes_three_times_with_the_same_id(
    merchant: Merchant, platform: Platform
) -> None:
    configure(merchant, platform, mode="plain")
    platform.status = 500
    merchant.box.post("/_box/talk", person(merchant, text="在吗"))
    for count in (1, 2):
        platform.wait(count)
        wait_until(partial(tried, merchant, count))
        merchant.box.advance(5)
    platform.wait(3)
    wait_until(lambda: merchant.box.get("/_box/pushes")["pushes"][0]["state"] == "given_up")
    assert len({json.loads(body)["MsgId"] for _, body in platform.heard}) == 1
    assert len(platform.heard) == 3


def test_an_answer_that_weChat_cannot_read_is_none(merchant: Merchant, platform: Platform) -> None:
    configure(merchant, platform)
    platform.answer = "<xml><MsgType>transfer_customer_service</MsgType></xml>"  # not sealed
    merchant.box.post("/_box/talk", person(merchant, text="在吗"))
    platform.wait()
    wait_until(lambda: merchant.box.get("/_box/pushes")["pushes"][0]["tries"] == 1)
    assert merchant.box.get("/_box/pushes")["pushes"][0]["state"] == "pending"
    platform.answer = WeChatCrypto(TOKEN, AES_KEY, merchant.appid).encrypt_message(platform.answer, "n", "1")
    merchant.box.advance(5)
    wait_until(lambda: merchant.box.get("/_box/pushes")["pushes"][0]["state"] == "delivered")
    assert merchant.box.get("/_box/pushes")["pushes"][0]["attempts"][-1]["meaning"] == "handed over"


def test_five_answers_in_48_hours_to_each_message(merchant: Merchant) -> None:
    merchant.login()
    assert send(merchant) == 45015
    merchant.box.post("/_box/talk", person(merchant, text="在吗"))
    assert [send(merchant) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    merchant.box.post("/_box/talk", person(merchant, text="还在吗"))
    assert send(merchant) == 0
    merchant.box.advance(48 * 3600 + 1)
    assert send(merchant) == 45015
    assert talked(merchant) == [
        ("customer", "text"),
        *[("service", "text")] * 5,
        ("customer", "text"),
        ("service", "text"),
    ]


def test_entering_allows_one_welcome_within_a_minute_unless_refused(
    merchant: Merchant, platform: Platform
) -> None:
    configure(merchant, platform, mode="plain")
    merchant.box.post("/_box/contact", person(merchant, session_from="order=1"))
    platform.wait()
    told = json.loads(platform.heard[0][1])
    assert (told["Event"], told["SessionFrom"]) == ("user_enter_tempsession", "order=1")
    assert [send(merchant), send(merchant)] == [0, 45015]
    merchant.box.post("/_box/contact", person(merchant))
    merchant.box.advance(61)
    assert send(merchant) == 45015
    merchant.box.post("/_box/contact", person(merchant))
    merchant.box.faults(refuse_welcome=1)
    assert send(merchant) == 45015


def test_pictures_go_both_ways(merchant: Merchant, platform: Platform) -> None:
    configure(merchant, platform, mode="plain")
    merchant.box.post("/_box/talk", person(merchant, picture=base64.b64encode(PNG).decode()))
    platform.wait()
    told = json.loads(platform.heard[0][1])
    query = {"access_token": merchant.token(), "media_id": told["MediaId"]}
    fetched = merchant.box.http.get("/cgi-bin/media/get", params=query)
    assert (fetched.content, fetched.headers["content-type"]) == (PNG, "image/png")
    upload = f"/cgi-bin/media/upload?access_token={merchant.token()}&type=image"
    media_id = merchant.box.http.post(upload, files={"media": ("a.png", PNG)}).json()["media_id"]
    assert send(merchant, msgtype="image", image={"media_id": media_id}) == 0
    assert send(merchant, msgtype="image", image={"media_id": "nothing"}) == 40007
    assert merchant.box.http.post(upload, files={"media": ("a.txt", b"text")}).json()["errcode"] == 40005
    assert (
        merchant.box.http.post(upload.replace("image", "video"), files={"media": ("a", PNG)}).json()[
            "errcode"
        ]
        == 40004
    )
    merchant.box.advance(3 * 86400)
    assert (
        merchant.box.http.get(
            "/cgi-bin/media/get", params={**query, "access_token": merchant.token()}
        ).json()["errcode"]
        == 40007
    )


def test_cards_links_and_what_is_not_allowed(merchant: Merchant) -> None:
    merchant.box.post("/_box/talk", person(merchant, card={"title": "订单", "page": "pages/order?n=1"}))
    link = {"title": "t", "description": "d", "url": "https://127.0.0.1/", "thumb_url": ""}
    assert send(merchant, msgtype="link", link=link) == 0
    assert send(merchant, msgtype="link", link={"title": "t"}) == 40097
    assert send(merchant, msgtype="msgmenu", msgmenu={}) == 40008
    assert send(merchant, touser="nobody") == 40003
    assert send(merchant, text={"content": ""}) == 40097
    assert talked(merchant) == [("customer", "miniprogrampage"), ("service", "link")]


def test_typing_is_shown_to_who_just_wrote(merchant: Merchant) -> None:
    merchant.box.post("/_box/talk", person(merchant, text="在吗"))
    path = f"/cgi-bin/message/custom/typing?access_token={merchant.token()}"
    body = {"touser": merchant.login()["openid"], "command": "Typing"}
    assert merchant.box.post(path, body)["errcode"] == 0
    assert merchant.box.post(path, {**body, "command": "Dance"})["errcode"] == 45072
    merchant.box.advance(31)
    assert merchant.box.post(path, body)["errcode"] == 45080


def test_answers_changes_and_deliveries_of_subscriptions_are_pushed(
    merchant: Merchant, platform: Platform
) -> None:
    configure(merchant, platform, mode="plain")
    template = merchant.demo["templates"][1]["template_id"]
    other = merchant.demo["templates"][0]["template_id"]
    answer = {template: "accept", other: "reject"}
    merchant.box.post("/_box/subscribe", person(merchant, template_ids=[template, other], answer=answer))
    data = {
        "character_string1": {"value": "1"}, "thing2": {"value": "菠菜"}, "thing3": {"value": "顺丰"},
        "character_string4": {"value": "SF1"},
    }  # fmt: skip
    body = {"touser": merchant.login()["openid"], "template_id": template, "data": data}
    sent = merchant.box.post(f"/cgi-bin/message/subscribe/send?access_token={merchant.token()}", body)
    change = person(merchant, template_id=template, answer="reject")
    assert merchant.box.post("/_box/subscribe/change", change)["answer"] == "reject"
    platform.wait(3)
    told = {one["Event"]: one for one in (json.loads(body) for _, body in platform.heard)}
    assert [
        (entry["TemplateId"], entry["SubscribeStatusString"])
        for entry in told["subscribe_msg_popup_event"]["List"]
    ] == [(template, "accept"), (other, "reject")]
    assert told["subscribe_msg_sent_event"]["List"] == [
        {"TemplateId": template, "MsgID": str(sent["msgid"]), "ErrorCode": "0", "ErrorStatus": "success"}
    ]
    assert told["subscribe_msg_change_event"]["List"][0]["SubscribeStatusString"] == "reject"
    assert isinstance(told["subscribe_msg_change_event"]["CreateTime"], str)


def test_in_xml_the_list_of_an_event_has_a_holder(merchant: Merchant, platform: Platform) -> None:
    configure(merchant, platform, mode="plain", format="xml")
    template = merchant.demo["templates"][0]["template_id"]
    merchant.box.post("/_box/subscribe", person(merchant, template_ids=[template], answer="accept"))
    platform.wait()
    told = xmltodict.parse(platform.heard[0][1])["xml"]
    assert told["SubscribeMsgPopupEvent"]["List"]["TemplateId"] == template


def test_pushes_are_falsified_lost_and_doubled_on_demand(merchant: Merchant, platform: Platform) -> None:
    configure(merchant, platform)
    merchant.box.faults(lose_pushes=1)
    merchant.box.post("/_box/talk", person(merchant, text="丢了"))
    merchant.box.faults(duplicate_pushes=1, forge_pushes=1)
    merchant.box.post("/_box/talk", person(merchant, text="两份"))
    platform.wait(2)
    crypto = WeChatCrypto(TOKEN, AES_KEY, merchant.appid)
    opened = []
    for query, body in platform.heard:
        try:
            opened.append(
                crypto.decrypt_message(
                    json.loads(body), query["msg_signature"], query["timestamp"], query["nonce"]
                )
            )
        except InvalidSignatureException:
            opened.append("forged")
    assert sorted(text == "forged" for text in opened) == [False, True]
    lost = merchant.box.get("/_box/pushes")["pushes"][-1]
    assert (lost["state"], lost["body"]["Content"]) == ("lost", "丢了")
    merchant.box.post(f"/_box/pushes/{lost['id']}/resend")
    platform.wait(3)


@pytest.mark.parametrize(
    "changes",
    [{"appid": "wxunknown"}, {"url": "ftp://x"}, {"url": "http://x/?a=1"}, {"token": "no spaces"}, {"mode": "x"},
     {"aes_key": "short"}, {"format": "yaml"}],
)  # fmt: skip
def test_a_target_that_cannot_be_is_refused(
    merchant: Merchant, platform: Platform, changes: dict[str, str]
) -> None:
    given = {
        "appid": merchant.appid,
        "url": platform.url,
        "token": TOKEN,
        "aes_key": AES_KEY,
        "mode": "secure",
    }
    answer = merchant.box.http.post("/_box/push", json={**given, **changes})
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_chat_page_sends_and_shows(merchant: Merchant, box: RunningBox) -> None:
    merchant.login()
    form = {"appid": merchant.appid, "user": "小方"}
    assert (
        box.http.post("/chat", data={**form, "text": "<b>在吗</b>"}, files={"picture": b""}).status_code
        == 303
    )
    assert box.http.post("/chat", data=form, files={"picture": ("a.png", PNG)}).status_code == 303
    assert send(merchant, "有什么可以帮您？") == 0
    page = box.http.get("/chat", params=form).text
    assert "&lt;b&gt;在吗" in page
    assert "有什么可以帮您？" in page
    path = page.split('src="chat/picture/')[1].split('"')[0]
    assert box.http.get(f"/chat/picture/{path}").content == PNG
    foreign = box.http.post("/chat", data={**form, "text": "x"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert (
        "没有发出"
        in box.http.get(
            box.http.post("/chat", data=form, files={"picture": ("a.png", b"no picture")}).headers["location"]
        ).text
    )
    assert len(talked(merchant)) == 3
