"""Bodies that are not what the storefront asks for, under any content type."""

from __future__ import annotations

import gzip
import json

import pytest

from fangcun.grow.messaging.services import notify
from tests.http.refusals import refusal
from tests.phone import ADDRESS

pytestmark = pytest.mark.django_db(databases="__all__")

BODIES = {
    "empty": b"",
    "spaces": b"   ",
    "null": b"null",
    "text": b'"x"',
    "number": b"1",
    "array": b"[]",
    "half": b'{"name": "x"',
    "latin": b'{"name": "\xe9"}',
    "utf16": json.dumps(ADDRESS).encode("utf-16")[:41],
    "gzip": gzip.compress(json.dumps(ADDRESS).encode()),
    "deep": b'{"name":' * 100_000,
    "form": b"name=x&phone=13800138000",
    "multipart": b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n',
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
}


TYPES = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "a/b; charset=wat",
]


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_no_object_is_malformed(asker, name):
    me = asker()
    for method, path in (
        ("POST", "/login"), ("PATCH", "/me"), ("POST", "/addresses"), ("POST", "/cart"), ("PUT", "/cart/selection"),
        ("POST", "/quote"), ("POST", "/orders"), ("POST", "/consents"), ("POST", "/events"),
    ):  # fmt: skip
        for content_type in TYPES:
            answer = me(method, path, raw=BODIES[name], content_type=content_type)
            found = (answer.status_code, refusal(answer)["code"])
            assert found in ((400, "malformed"), (422, "malformed")), (method, path, content_type)


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"null"])
def test_a_body_that_is_no_object_marks_no_message_as_read(asker, raw):
    me = asker()
    notify(
        member_id=me.account.member_id, program_id=me.account.program_id, purpose="order_cancelled", values={},
        link="", kind="order", title="t", body="b", dedupe_key="d",
    )  # fmt: skip
    assert refusal(me("POST", "/messages/read", raw=raw))["code"] == "malformed"
    assert me.got("GET", "/messages")["unread"] == 1


def test_the_last_of_two_equal_keys_counts(asker):
    body = json.dumps(ADDRESS)[:-1] + ', "name": "第二个"}'
    answer = asker()("POST", "/addresses", raw=body.encode())
    assert (answer.status_code, answer.json()["name"]) == (201, "第二个")
