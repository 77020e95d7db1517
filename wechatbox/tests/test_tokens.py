import time
from typing import Any

from wechatbox.tests.kit import Merchant

NOON, BEIJING = 12 * 3600, 8 * 3600


def _plain(merchant: Merchant, **changed: str) -> Any:
    query = {"grant_type": "client_credential", "appid": merchant.appid, "secret": merchant.demo["secret"]}
    return merchant.box.get("/cgi-bin/token", **(query | changed))


def _stable(merchant: Merchant, **changed: Any) -> Any:
    body = {"grant_type": "client_credential", "appid": merchant.appid, "secret": merchant.demo["secret"]}
    return merchant.box.post("/cgi-bin/stable_token", body | changed)


def _use(merchant: Merchant, token: str | None) -> int:
    """The errcode of a call with this token; 40029 says that the token was good."""
    query = "" if token is None else f"?access_token={token}"
    return int(merchant.box.post(f"/wxa/business/getuserphonenumber{query}", {"code": "x"})["errcode"])


def test_the_stable_token_stays_the_same_until_its_last_five_minutes(merchant: Merchant) -> None:
    first = _stable(merchant)
    assert first["expires_in"] == 7200
    merchant.box.advance(6890)
    second = _stable(merchant)
    assert second["access_token"] == first["access_token"]
    assert 300 <= second["expires_in"] <= 310
    merchant.box.advance(20)
    third = _stable(merchant)
    assert third["access_token"] != first["access_token"]
    assert third["expires_in"] == 7200
    assert _use(merchant, first["access_token"]) == 40029, "old and new both hold in the last five minutes"
    assert _use(merchant, third["access_token"]) == 40029
    merchant.box.advance(300)
    assert _use(merchant, first["access_token"]) == 40001
    assert _use(merchant, third["access_token"]) == 40029


def test_a_forced_refresh_needs_thirty_seconds_between(merchant: Merchant) -> None:
    first = _stable(merchant)["access_token"]
    second = _stable(merchant, force_refresh=True)["access_token"]
    assert second != first
    assert _stable(merchant, force_refresh=True)["access_token"] == second
    merchant.box.advance(31)
    third = _stable(merchant, force_refresh=True)["access_token"]
    assert third != second
    assert _use(merchant, second) == 40029, "the one before lives on for a while"
    assert _use(merchant, first) == 40001, "two forced refreshes end a leaked token"


def test_a_forced_refresh_is_had_twenty_times_a_day(merchant: Merchant) -> None:
    merchant.box.advance(int((NOON - time.time() - BEIJING) % 86400))  # a day that doesn't end meanwhile
    for _ in range(20):
        assert "access_token" in _stable(merchant, force_refresh=True)
        merchant.box.advance(31)
    assert _stable(merchant, force_refresh=True)["errcode"] == 45009
    assert "access_token" in _stable(merchant)
    merchant.box.advance(86400)
    assert "access_token" in _stable(merchant, force_refresh=True)


def test_a_plain_token_is_always_new_and_the_one_before_lives_five_minutes(merchant: Merchant) -> None:
    first, second = _plain(merchant), _plain(merchant)
    assert first["expires_in"] == second["expires_in"] == 7200
    assert first["access_token"] != second["access_token"]
    merchant.box.advance(290)
    assert _use(merchant, first["access_token"]) == 40029
    merchant.box.advance(20)
    assert _use(merchant, first["access_token"]) == 40001
    assert _use(merchant, second["access_token"]) == 40029


def test_plain_and_stable_tokens_do_not_touch_each_other(merchant: Merchant) -> None:
    stable = _stable(merchant)["access_token"]
    plain = _plain(merchant)["access_token"]
    merchant.box.advance(301)
    assert _use(merchant, stable) == _use(merchant, plain) == 40029
    assert _stable(merchant)["access_token"] == stable


def test_bad_tokens_are_told_apart(merchant: Merchant) -> None:
    token = _plain(merchant)["access_token"]
    assert _use(merchant, None) == 41001
    assert _use(merchant, "") == 41001
    assert _use(merchant, "not/a/token") == 40014
    assert _use(merchant, "never-issued") == 40001
    merchant.box.advance(7201)
    assert _use(merchant, token) == 42001


def test_wrong_credentials_get_no_token(merchant: Merchant) -> None:
    assert _plain(merchant, secret="no")["errcode"] == _stable(merchant, secret="no")["errcode"] == 40125
    assert _plain(merchant, appid="wxno")["errcode"] == _stable(merchant, appid="wxno")["errcode"] == 40013
    assert (
        _plain(merchant, grant_type="x")["errcode"] == _stable(merchant, grant_type="x")["errcode"] == 40002
    )
    assert _plain(merchant, secret="")["errcode"] == _stable(merchant, secret="")["errcode"] == 41004
    assert merchant.box.get("/cgi-bin/stable_token")["errcode"] == 43002
    assert merchant.box.post("/cgi-bin/token")["errcode"] == 43001
    assert merchant.box.http.post("/cgi-bin/stable_token").json()["errcode"] == 44002
    assert merchant.box.http.post("/cgi-bin/stable_token", content=b"{").json()["errcode"] == 47001
