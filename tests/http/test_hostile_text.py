"""Text from people who mean no good, in every field that the storefront takes."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import quote

import pytest

from fangcun.identity.members.models import Address, Member
from fangcun.shop.cart.models import CartLine
from fangcun.shop.orders.models import Order
from tests.http.refusals import refusal
from tests.phone import ADDRESS

pytestmark = pytest.mark.django_db(databases="__all__")

# What is sent, and what is kept of it where it is allowed at all: nothing is escaped, nothing is interpreted.
KEPT = {
    "html": ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    "sql": ("'; DROP TABLE x;--", "'; DROP TABLE x;--"),
    "format": ("{0.__class__} %s %(a)d", "{0.__class__} %s %(a)d"),
    "braces": ("{status}{limit}{{7*7}}${x}", "{status}{limit}{{7*7}}${x}"),
    "template": ("{% debug %}{{ x|safe }}", "{% debug %}{{ x|safe }}"),
    "emoji": ("👩‍👩‍👧‍👦🏳️‍🌈é中", "👩‍👩‍👧‍👦🏳️‍🌈é中"),
    "nul": ("前\0后", "前后"),
    "rtl": ("abc\u202etxt.exe", "abctxt.exe"),
    "lines": ("一\r\n二\u2028三", "一 二 三"),
    "backslash": ("\\u0000\\\"'`", "\\u0000\\\"'`"),
}
WORDS = [pytest.param(*pair, id=name) for name, pair in KEPT.items()]
# Never text that can be kept.
REFUSED = {
    "surrogate": '"\\ud800"',
    "million": '"' + "长" * 1_000_000 + '"',
    "number": "9" * 4000,
    "huge number": "9" * 5000,
    "nan": "NaN",
    "infinity": "-Infinity",
    "float": "1e999",
    "array": "[]",
    "deep": "[" * 100_000 + "]" * 100_000,
    "object": '{"$ne": 1}',
    "bool": "true",
}
VALUES = [pytest.param(value, id=name) for name, value in REFUSED.items()]
NO_NUMBERS = [one for one in VALUES if one.id != "bool"]  # to the parser true is 1


def spliced(body: dict[str, Any], field: str, value: str) -> bytes:
    """A JSON body with one field's value written as it is, valid or not."""
    return json.dumps({**body, field: "@@"}).replace('"@@"', value).encode()


@pytest.mark.parametrize(("sent", "kept"), WORDS)
def test_address_text_comes_back_as_text(asker, sent, kept):
    me = asker()
    made = me.got("POST", "/addresses", {**ADDRESS, "detail": sent, "name": sent[:25]})
    assert made["detail"] == kept
    assert me.got("GET", "/addresses")["items"][0]["detail"] == kept
    assert Address.objects.get().detail == kept


@pytest.mark.parametrize(("sent", "kept"), WORDS)
def test_a_nickname_comes_back_as_text(asker, sent, kept):
    me = asker()
    answer = me("PATCH", "/me", {"nickname": sent})
    if len(kept) > 20:
        assert refusal(answer)["code"] == "profile_invalid"
    else:
        assert answer.json()["nickname"] == kept == me.got("GET", "/me")["nickname"]


@pytest.mark.parametrize(("sent", "kept"), WORDS)
def test_a_remark_and_a_reason_come_back_as_text(asker, carrot, sent, kept):
    me = asker()
    order = me.buy(carrot.pk, remark=sent)
    assert order["remark"] == kept
    number = order["number"]
    cancelled = me.got("POST", f"/orders/{number}/cancel", {"reason": sent})
    assert cancelled["cancel_reason"] == kept
    assert cancelled["timeline"][-1]["note"] == kept
    stored = Order.objects.get()
    assert (stored.remark, stored.cancel_reason) == (kept, kept)


def test_a_remark_of_nothing_but_control_characters_is_no_remark(asker, carrot):
    assert asker().buy(carrot.pk, remark="\0\u200b\u202e \n")["remark"] == ""


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/addresses", ADDRESS, "name"),
        ("POST", "/addresses", ADDRESS, "detail"),
        ("POST", "/addresses", ADDRESS, "phone"),
        ("PATCH", "/me", {}, "nickname"),
        ("PATCH", "/me", {}, "avatar"),
        ("POST", "/privacy", {"agreed": True}, "version"),
        ("POST", "/login", {}, "code"),
        ("POST", "/phone", {}, "code"),
    ],
)
def test_what_is_no_text_changes_nothing(asker, method, path, body, field, value):
    me = asker()
    answer = me(method, path, raw=spliced(body, field, value))
    assert refusal(answer)["code"] in ("malformed", "address_invalid", "profile_invalid")
    assert answer.status_code in (400, 422)
    assert not Address.objects.exists()
    assert Member.objects.get().nickname == ""


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("field", ["remark", "address_id", "lines", "expected_total_amount"])
def test_an_order_out_of_shape_is_no_order(asker, carrot, field, value):
    me = asker()
    body = {"lines": [{"sku_id": carrot.pk, "quantity": 1}], "address_id": me.address()}
    answer = me("POST", "/orders", raw=spliced(body, field, value), **{"Idempotency-Key": "k"})
    assert refusal(answer)["code"] in ("malformed", "cart_empty")
    assert not Order.objects.exists()


@pytest.mark.parametrize("value", [*NO_NUMBERS, "0", "-1", "1000", "null", '"1 OR 1=1"', "2147483648", "0.5"])
@pytest.mark.parametrize("field", ["sku_id", "quantity"])
def test_a_cart_line_out_of_shape_is_not_put_into_the_cart(asker, carrot, field, value):
    me = asker()
    answer = me("POST", "/cart", raw=spliced({"sku_id": carrot.pk, "quantity": 1}, field, value))
    if (field, value) in {("sku_id", "1000"), ("sku_id", "2147483648")}:
        assert refusal(answer)["code"] == "product_gone"
    else:
        assert refusal(answer)["code"] in ("malformed", "quantity_invalid", "out_of_stock")
    assert not CartLine.objects.exists()


@pytest.mark.parametrize(
    "key",
    ["", " ", "\t", "k" * 65, "k" * 100_000, "k\0", "é", "中文", "\ud800", "a\x07b", "\x7f"],
    ids=["none", "blank", "tab", "65", "100000", "nul", "latin", "chinese", "surrogate", "bell", "delete"],
)
def test_a_key_that_is_none_places_no_order(asker, carrot, key):
    me = asker()
    body = {"lines": [{"sku_id": carrot.pk, "quantity": 1}], "address_id": me.address()}
    answer = me("POST", "/orders", body, **{"Idempotency-Key": key})
    assert refusal(answer)["code"] == "idempotency_key_missing"
    assert answer.status_code == 400
    assert not Order.objects.exists()


@pytest.mark.parametrize("key", ["k", "k" * 64, "'; DROP TABLE x;--", "{0.__class__}%s", '"8e03978e"'])
def test_a_key_may_be_any_visible_text(asker, carrot, key):
    me = asker()
    assert me.buy(carrot.pk, key=key)["status"] == "pending_payment"
    assert Order.objects.get().idempotency_key == key


PATHS = [
    "\0",
    "..",
    "../me",
    "'; --",
    "{0.__class__}",
    "%s",
    "x" * 100_000,
    "١٢٣",
    "\ud83d\ude00",
    "1\r\n2",
    "0",
    "-1",
    "1e5",
    str(2**63),
    "9" * 5000,
]


@pytest.mark.parametrize("piece", PATHS, ids=range(len(PATHS)))
def test_a_path_that_names_nothing_finds_nothing(asker, carrot, piece):
    me = asker()
    piece = quote(piece, safe="", errors="surrogatepass")
    for method, path in (
        ("GET", f"/orders/{piece}"),
        ("POST", f"/orders/{piece}/pay"),
        ("POST", f"/orders/{piece}/pay/check"),
        ("POST", f"/orders/{piece}/cancel"),
        ("POST", f"/orders/{piece}/confirm"),
        ("GET", f"/products/{piece}"),
        ("PUT", f"/addresses/{piece}"),
        ("DELETE", f"/addresses/{piece}"),
        ("POST", f"/addresses/{piece}/default"),
        ("DELETE", f"/cart/lines/{piece}"),
    ):
        answer = me(method, path, ADDRESS if method == "PUT" else None)
        assert answer.status_code in (404, 405, 422), (method, path, answer.content)
        refusal(answer)
    answer = me("GET", f"/products/{piece}/stock")
    assert answer.status_code in (200, 404, 422)


QUERIES = [
    *(sent for sent, _ in KEPT.values()), "\ud800", "%", "_", "\\", "胡" * 200, "*", '"', "' OR 1=1 --", "a" * 199,
]  # fmt: skip


@pytest.mark.parametrize("words", QUERIES, ids=range(len(QUERIES)))
def test_a_search_for_anything_is_an_answer(asker, carrot, words):
    q = quote(words, errors="surrogatepass")
    answer = asker()("GET", f"/search?q={q}")
    assert answer.status_code == 200, answer.content
    titles = [card["title"] for card in answer.json()["items"]]
    assert titles == [] or (titles == ["高原胡萝卜"] and "胡" in words)


def test_a_pattern_sign_is_searched_for_as_itself(asker, carrot):
    me = asker()
    assert [card["title"] for card in me.got("GET", "/search?q=胡萝卜")["items"]] == ["高原胡萝卜"]
    assert me.got("GET", "/search?q=胡%25卜")["items"] == []
    assert me.got("GET", "/search?q=胡_卜")["items"] == []


@pytest.mark.parametrize(
    "mark", ["x", "%00", "W10", "🙂", "e30", "W1tbW1tbW10", "=" * 199, "A" * 200, "-" * 201]
)
@pytest.mark.parametrize("path", ["/products", "/search?q=a", "/orders", "/messages"])
def test_a_page_mark_that_was_never_given_out_is_malformed(asker, path, mark):
    answer = asker()("GET", f"{path}{'&' if '?' in path else '?'}cursor={mark}")
    assert (answer.status_code, refusal(answer)["code"]) == (422, "malformed")


@pytest.mark.parametrize(
    "appid",
    ["", " ", "wx\0", "é", "中", "wx 1", "x" * 100_000, "'; --", "{0}", "../..", "wx0000000000000009"],
)
def test_a_program_that_is_none_is_unknown_everywhere(asker, appid):
    me = asker()
    me.appid = appid
    for method, path in (("GET", "/home"), ("GET", "/me"), ("POST", "/login"), ("GET", "/regions")):
        answer = me(method, path, {"code": "c"} if method == "POST" else None)
        assert (answer.status_code, refusal(answer)["code"]) == (400, "program_unknown"), (method, path)


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "bearer \0", "Bearer é", "Bearer " + "x" * 100_000, "Basic YTpi", "Token a",
     "Bearer a b", "Bearer ' OR 1=1 --", "\ud800", "{0.__class__}"],
    ids=range(12),
)  # fmt: skip
def test_a_token_that_is_none_lets_nobody_in(asker, header):
    visitor = asker()
    visitor.token = ""
    answer = visitor("GET", "/me", Authorization=header)
    assert (answer.status_code, refusal(answer)["code"]) == (401, "not_logged_in")


def test_a_consent_for_a_template_with_a_hostile_name_is_malformed(asker):
    me = asker()
    for name in ('"\\ud800"', '"\\u0000"', '"中"', '""', '"' + "t" * 65 + '"', '"a b"', '"\\u202e"'):
        raw = b'{"moment": "order_submit", "results": {%s: "accept"}}' % name.encode()
        answer = me("POST", "/consents", raw=raw)
        assert (answer.status_code, refusal(answer)["code"]) == (422, "malformed"), name


@pytest.mark.parametrize(("sent", "kept"), WORDS)
def test_event_properties_of_any_text_are_taken(asker, sent, kept):
    event = {"id": "e1", "name": "goods_searched", "ts": int(time.time() * 1000), "page": sent}
    event["props"] = {"query": sent}
    body = {"batch_id": "b", "sent_at": event["ts"], "events": [event]}
    assert asker().got("POST", "/events", body)["accepted"] == ["e1"]


@pytest.mark.parametrize("language", ["en", "zh", "xx-yy", "*", "a" * 10_000, "\0", ",,;q=é", "../en"])
def test_any_language_is_answered_in_one_that_we_speak(asker, language):
    answer = asker()("GET", "/orders/1", **{"Accept-Language": language})
    assert (answer.status_code, refusal(answer)["code"]) == (404, "order_not_found")
