"""What a stranger can do with nothing but /api/v1/openapi.json in the hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
PROMISED = {
    "/login": {"post"}, "/me": {"get", "patch"}, "/phone": {"post"}, "/addresses": {"get", "post"},
    "/addresses/{}": {"put", "delete"}, "/home": {"get"}, "/categories": {"get"}, "/products": {"get"},
    "/products/{}": {"get"}, "/search": {"get"}, "/cart": {"get", "post", "delete"},
    "/cart/lines/{}": {"put", "delete"}, "/quote": {"post"}, "/orders": {"get", "post"}, "/orders/{}": {"get"},
    "/orders/{}/pay": {"post"}, "/orders/{}/cancel": {"post"}, "/orders/{}/confirm": {"post"},
    "/consents": {"get", "post"}, "/messages": {"get"}, "/messages/read": {"post"}, "/events": {"post"},
}  # fmt: skip
OPEN = {
    "/login",
    "/regions",
    "/home",
    "/categories",
    "/products",
    "/products/{}",
    "/products/{}/stock",
    "/search",
    "/search/hot",
    "/groupbuy/campaigns",
    "/groupbuy/campaigns/{}",
    "/groupbuy/groups/{}/poster",
}
# A token is welcome there and not asked for.
EITHER = {
    "/flags",
    "/events",
    "/experiments",
    "/links/{}",
    "/coupon-templates",
    "/flash-sales",
    "/products/{}/offers",
    "/groupbuy/groups/{}",
}
# Pictures for image elements, which send no headers.
FOR_IMAGES = {"/groupbuy/groups/{}/poster"}
PICTURES = FOR_IMAGES | {"/referral/poster"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    answer = Client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "application/json")
    return dict(answer.json())


@pytest.fixture(scope="module")
def operations(document) -> dict[tuple[str, str], dict[str, Any]]:
    """Every operation by method and path, the names of path parameters left out."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path, item in document["paths"].items():
        assert path.startswith("/api/v1/"), path
        short = "/".join(
            "{}" if part.startswith("{") else part for part in path.removeprefix("/api/v1").split("/")
        )
        found |= {(method, short): item[method] for method in METHODS if method in item}
    return found


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return schema


def header(operation: dict[str, Any], name: str) -> dict[str, Any] | None:
    found = [one for one in operation.get("parameters", []) if (one["in"], one["name"]) == ("header", name)]
    assert len(found) <= 1, found
    return found[0] if found else None


def test_the_document_is_valid_openapi(document):
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_promised_path_is_there(operations):
    there: dict[str, set[str]] = {}
    for method, path in operations:
        there.setdefault(path, set()).add(method)
    missing = {path: methods - there.get(path, set()) for path, methods in PROMISED.items()}
    assert {path: methods for path, methods in missing.items() if methods} == {}


def test_every_operation_has_an_id_of_its_own_a_sentence_and_a_success(operations):
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(set(ids)) == len(ids)
    for place, operation in operations.items():
        assert operation["description"].strip(), place
        assert [status for status in operation["responses"] if status.startswith("2")], place


def test_every_operation_names_its_refusals(operations):
    for (method, path), operation in operations.items():
        named = {status for status in operation["responses"] if status >= "400"}
        needed = set() if path in FOR_IMAGES else {"400"}
        if path not in OPEN | EITHER:
            needed.add("401")
        if "{}" in path and path not in {"/products/{}/stock", "/products/{}/offers"}:
            needed.add("404")
        if "requestBody" in operation:
            needed |= {"413", "422"}
        assert needed <= named, (method, path, needed - named)


def test_every_answer_has_a_schema(document, operations):
    for place, operation in operations.items():
        for status, response in operation["responses"].items():
            if status in ("204", "304"):
                assert "content" not in response, place
                continue
            if place[1] in PICTURES and status == "200":
                assert list(response["content"]) == ["image/png"], place
                continue
            schema = resolved(document, response["content"]["application/json"]["schema"])
            assert schema.get("properties") or schema.get("items"), (place, status)


def test_every_operation_asks_for_the_program(operations):
    for place, operation in operations.items():
        program = header(operation, "X-Program")
        if place[1] in FOR_IMAGES:
            assert program is None
            continue
        assert program is not None, place
        assert program["required"] is True
        assert program["schema"]["type"] == "string"


def test_what_needs_a_login_says_so(document, operations):
    schemes = document["components"]["securitySchemes"]
    ((name, scheme),) = schemes.items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for (method, path), operation in operations.items():
        wanted: Any = None if path in OPEN else [{}, {name: []}] if path in EITHER else [{name: []}]
        assert operation.get("security") == wanted, (method, path)


def test_only_an_order_asks_for_an_idempotency_key_and_it_must_have_one(operations):
    asking = {
        place: key for place, operation in operations.items() if (key := header(operation, "Idempotency-Key"))
    }
    assert list(asking) == [("post", "/orders")]
    key = asking["post", "/orders"]
    assert key["required"] is True
    assert (key["schema"]["minLength"], key["schema"]["maxLength"]) == (1, 64)


def test_ids_and_numbers_in_paths_are_declared(document):
    for path, item in document["paths"].items():
        wanted = {part.strip("{}") for part in path.split("/") if part.startswith("{")}
        for method in METHODS:
            if method in item:
                declared = {one["name"] for one in item[method].get("parameters", []) if one["in"] == "path"}
                assert declared == wanted, (method, path)


def test_the_addresses_of_the_document_lead_somewhere(operations):
    client = Client()
    for method, path in operations:
        answer = client.generic(
            method.upper(), "/api/v1" + path.replace("{}", "1"), headers={"X-Program": "nobody"}
        )
        found = (answer.status_code, answer.json()["code"])
        if path in FOR_IMAGES:
            assert found == (404, "group_not_found")
            continue
        assert found in ((400, "program_unknown"), (422, "malformed")), (method, path)
