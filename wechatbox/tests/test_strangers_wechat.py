"""The published client wechatpy talks to the box's mini program API."""

from typing import Any

import pytest
from wechatpy import WeChatClient
from wechatpy.client.api import WeChatWxa
from wechatpy.exceptions import APILimitedException, WeChatClientException

from wechatbox.tests.kit import Merchant


@pytest.fixture
def client(merchant: Merchant, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client with the box as its host."""
    url = merchant.box.url
    monkeypatch.setattr(WeChatWxa, "API_BASE_URL", f"{url}/")

    class BoxClient(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{url}/cgi-bin/"

        def fetch_access_token(self) -> Any:
            # The published method has the real host in its text.
            query = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
            return self._fetch_access_token(url=f"{url}/cgi-bin/token", params=query)

    return BoxClient(merchant.appid, merchant.demo["secret"], timeout=10)


def _data() -> dict[str, Any]:
    return {
        "character_string1": {"value": "F2026-1"},
        "thing2": {"value": "菠菜"},
        "amount3": {"value": "¥12.30"},
        "time4": {"value": "2026-11-23 08:30"},
    }


def test_a_token_is_fetched_and_kept(client: Any) -> None:
    token = client.access_token
    assert len(token) >= 128
    assert client.access_token == token


def test_a_code_becomes_a_session(client: Any, merchant: Merchant) -> None:
    code = merchant.box.post("/_box/login", {"appid": merchant.appid, "user": "小方"})["code"]
    assert client.wxa.code_to_session(code)["openid"] == merchant.login()["openid"]
    with pytest.raises(WeChatClientException) as refused:
        client.wxa.code_to_session(code)
    assert refused.value.errcode == 40163


def test_a_subscribe_message_is_sent_once(client: Any, merchant: Merchant) -> None:
    template = merchant.demo["templates"][0]["template_id"]
    asked = {"appid": merchant.appid, "user": "小方", "template_ids": [template], "answer": "accept"}
    openid = merchant.login()["openid"]
    merchant.box.post("/_box/subscribe", asked)
    sent = client.wxa.send_subscribe_message(openid, template, _data(), page="pages/home/index")
    assert sent["errcode"] == 0
    with pytest.raises(WeChatClientException) as refused:
        client.wxa.send_subscribe_message(openid, template, _data())
    assert refused.value.errcode == 43101
    [message] = merchant.box.get("/_box/inbox", user="小方")["messages"]
    assert message["data"]["thing2"] == {"value": "菠菜"}


def test_a_code_to_scan_is_drawn(client: Any) -> None:
    response = client.wxa.get_wxa_code_unlimited("g=1", page="pages/goods/index")
    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    with pytest.raises(WeChatClientException) as refused:
        client.wxa.get_wxa_code_unlimited("中文")
    assert refused.value.errcode == 40129


def test_a_phone_code_becomes_the_number(client: Any, merchant: Merchant) -> None:
    person = {"appid": merchant.appid, "user": "小方", "phone": "13912345678"}
    code = merchant.box.post("/_box/phone", person)["code"]
    url = f"{merchant.box.url}/wxa/business/getuserphonenumber"
    answer = client.post(url, data={"code": code})
    assert answer["phone_info"]["purePhoneNumber"] == "13912345678"


def test_an_expired_token_is_renewed_by_the_client_itself(client: Any, merchant: Merchant) -> None:
    old = client.access_token
    merchant.box.advance(7201)
    assert client.wxa.get_wxa_code_unlimited("g=1").content.startswith(b"\x89PNG")
    assert client.access_token != old


def test_a_wrong_secret_and_a_quota_reach_the_caller(client: Any, merchant: Merchant) -> None:
    merchant.box.faults(api_quota=1)
    with pytest.raises(WeChatClientException) as refused:
        client.fetch_access_token()
    assert refused.value.errcode == 45009
    client.fetch_access_token()
    merchant.box.faults(api_quota=1)
    with pytest.raises(APILimitedException):
        client.wxa.get_wxa_code_unlimited("g=1")
    client.secret = "wrong"
    with pytest.raises(WeChatClientException) as refused:
        client.fetch_access_token()
    assert refused.value.errcode == 40125
