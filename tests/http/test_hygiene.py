"""What every answer of the storefront keeps to, whatever it is about."""

from __future__ import annotations

import json

import pytest
from django.conf import settings as django_settings

from fangcun.doors.storefront import identity
from fangcun.doors.storefront.throttle import Limit
from fangcun.identity.members.models import Address
from tests.http.refusals import refusal
from tests.phone import ADDRESS

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def pages(asker, carrot):
    return asker(), ["/home", "/categories", "/regions", f"/products/{carrot.product_id}"]


def test_a_page_that_did_not_change_is_not_sent_again(pages):
    me, paths = pages
    for path in paths:
        first = me("GET", path)
        etag = first.headers["ETag"]
        for condition in (etag, f'"other", {etag}', "*", f"W/{etag.removeprefix('W/')}"):
            again = me("GET", path, **{"If-None-Match": condition})
            assert (again.status_code, again.content) == (304, b""), (path, condition)
            assert again.headers["ETag"] == etag
            assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        for condition in ('"other"', "", "\0", "x" * 10_000, '"'):
            assert me("GET", path, **{"If-None-Match": condition}).status_code == 200, (path, condition)


def test_pages_of_the_shop_may_be_kept_and_everything_personal_may_not(pages, carrot):
    me, paths = pages
    for path in [*paths, "/products", "/search?q=a", "/search/hot"]:
        assert me("GET", path).headers["Cache-Control"].startswith("public, max-age="), path
    for path in [
        "/me",
        "/orders",
        "/addresses",
        "/cart",
        "/messages",
        "/orders/1",
        "/nowhere",
        f"/products/{carrot.product_id}/stock",
    ]:
        assert me("GET", path).headers["Cache-Control"] == "no-store", path


def test_head_is_get_without_a_body(pages):
    me, paths = pages
    for path in [*paths, "/me"]:
        got, head = me("GET", path), me("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Type"] == got.headers["Content-Type"]


def test_a_method_that_a_path_does_not_have_is_refused_with_those_it_has(pages, carrot):
    me, _ = pages
    for method, path, allowed in (
        ("DELETE", "/home", {"GET"}),
        ("OPTIONS", "/home", {"GET"}),
        ("TRACE", "/orders", {"GET", "POST"}),
        ("POST", f"/products/{carrot.product_id}", {"GET"}),
        ("GET", "/login", {"POST"}),
        ("BREW", "/cart", {"GET", "POST", "DELETE"}),
        ("PATCH", "/cart/lines/1", {"PUT", "DELETE"}),
    ):
        answer = me(method, path, {})
        assert (answer.status_code, refusal(answer)["code"]) == (405, "method_not_allowed"), (method, path)
        assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nowhere",
        "/home/",
        "/orders/",
        "/cart/lines/",
        "//home",
        "/docs",
        "/openapi",
        "/%00",
        "/../console/",
        "/products/1/x",
        "/é",
    ],
)
def test_a_path_that_leads_nowhere_is_refused_in_json(asker, method, path):
    answer = asker()(method, path, {} if method in ("POST", "PUT") else None)
    assert answer.status_code in (404, 405)
    if method != "HEAD":
        refusal(answer)


def test_nobody_gets_a_cookie(pages):
    me, paths = pages
    for path in [*paths, "/me", "/orders/1", "/nowhere", "/openapi.json"]:
        answer = me("GET", path, Cookie="sessionid=x; csrftoken=y; django_language=en")
        assert not answer.cookies, path
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_other_origins_may_not_read(pages):
    me, paths = pages
    for method in ("GET", "OPTIONS"):
        for path in [*paths, "/me", "/nowhere"]:
            answer = me(
                method, path, **{"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
            )
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_a_write_needs_the_token_and_no_form_token(asker):
    me = asker()
    me.client.handler.enforce_csrf_checks = True
    headers = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
    assert me("POST", "/addresses", ADDRESS, **headers).status_code == 201
    assert me("POST", "/nowhere", {}, **headers).status_code == 404
    me.token = ""
    assert me("POST", "/addresses", ADDRESS, **headers).status_code == 401
    assert Address.objects.count() == 1


def test_answers_are_not_guessed_at_nor_framed(pages):
    me, paths = pages
    for path in [*paths, "/me", "/nowhere"]:
        headers = me("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Content-Type"].startswith("application/json"), path
        assert "Server" not in headers
        assert "X-Powered-By" not in headers


def test_too_many_logins_are_told_when_to_come_back(asker, monkeypatch):
    monkeypatch.setattr(identity, "LOGINS", Limit("logins-test", most=0, seconds=60))
    answer = asker()("POST", "/login", {"code": "c"})
    assert (answer.status_code, refusal(answer)["code"]) == (429, "too_many_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["details"]["retry_after"] == int(answer.headers["Retry-After"])


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/addresses"), ("PATCH", "/me"), ("POST", "/orders"), ("POST", "/cart")]
)
def test_a_body_above_the_limit_is_too_large(asker, method, path):
    body = b'{"name": "' + b"x" * django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    answer = asker()(method, path, raw=body)
    assert (answer.status_code, refusal(answer)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "host", ["evil.example", "", "a b", "evil.example:99999999", "[", "\0", "localhost, evil.example"]
)
def test_another_host_name_gets_no_more_than_a_plain_400(asker, host):
    answer = asker()("GET", "/home", Host=host)
    assert answer.status_code == 400
    for word in (b"Traceback", b"DEBUG", b"settings", b"ALLOWED_HOSTS"):
        assert word not in answer.content


def test_a_forwarded_host_is_not_believed(asker, carrot):
    answer = asker()(
        "GET",
        "/home",
        **{
            "X-Forwarded-Host": "evil.example",
            "X-Original-URL": "/console/",
            "X-HTTP-Method-Override": "DELETE",
        },
    )
    assert answer.status_code == 200
    assert b"evil.example" not in answer.content


def test_text_is_sent_as_it_is_and_in_utf_8(asker):
    me = asker()
    me.got("POST", "/addresses", {**ADDRESS, "detail": "翠湖 </script><b>"})
    answer = me("GET", "/addresses")
    assert "翠湖 </script><b>".encode() in answer.content
    assert json.loads(answer.content)["items"][0]["detail"] == "翠湖 </script><b>"
