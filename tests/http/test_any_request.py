"""Whatever fits or breaks the OpenAPI document: the answer is one that the document names."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fangcun.grow.messaging.models import Purpose
from fangcun.grow.messaging.services import register_template
from fangcun.kernel.actors import SYSTEM
from tests.http.conftest import Asker
from tests.http.refusals import refusal

pytestmark = pytest.mark.django_db(databases="__all__")

load_all_checks()
DOCUMENT = schemathesis.openapi.from_path(Path(__file__).parents[2] / "contracts" / "openapi.json")
FOUND: list[Any] = list(DOCUMENT.get_all_operations())
OPERATIONS: dict[str, Any] = {found.ok().label: found.ok() for found in FOUND}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def answer_to(case: Any) -> Response:
    """Ask the application, in process and in the test's own transaction."""
    sent: Any = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    headers: dict[str, str] = {**sent.headers}
    got = Client(raise_request_exception=False).generic(
        sent.method, sent.path_url, body, content_type=headers.pop("Content-Type", ""), headers=headers
    )
    lists = {name: [value] for name, value in got.headers.items()}
    return Response(got.status_code, lists, got.content, sent, elapsed=0, verify=False)


@pytest.fixture
def shop_for_anything(wechat_program, carrot, box):
    """A customer with one of everything, and the words by which paths name them."""
    me = Asker(wechat_program.appid)
    code = box.post("/_box/login", appid=me.appid, user="小方")["code"]
    me.token = me.got("POST", "/login", {"code": code})["token"]
    template = {"thing2": "goods", "amount3": "amount"}
    register_template(
        program=wechat_program,
        purpose=Purpose.ORDER_PAID,
        template_id="T1",
        title="付款",
        fields=template,
        by=SYSTEM,
    )
    me.got("POST", "/cart", {"sku_id": carrot.pk, "quantity": 2})
    names: dict[str, Any] = {
        "number": me.buy(carrot.pk)["number"],
        "id": me.address(),
        "product_id": carrot.product_id,
        "sku_id": carrot.pk,
    }
    headers = {"X-Program": me.appid, "Authorization": f"Bearer {me.token}", "Accept-Encoding": "identity"}
    return headers, names


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_the_document_names(shop_for_anything, label):
    operation = OPERATIONS[label]
    headers, names = shop_for_anything
    known = {name: value for name, value in names.items() if f"{{{name}}}" in operation.path}
    answers = 0

    def ask(case: Any) -> None:
        nonlocal answers
        answer = answer_to(case)
        answers += 1
        case.validate_response(answer, checks=CHECKS)
        if answer.status_code >= 400:
            body = answer.json()
            assert set(body) == {"code", "message", "details"}
            assert body["code"] != "program_unknown"

    fits = operation.as_strategy(GenerationMode.POSITIVE, headers=headers)
    hits = operation.as_strategy(GenerationMode.POSITIVE, headers=headers, path_parameters=known)
    breaks = operation.as_strategy(GenerationMode.NEGATIVE, headers=headers, path_parameters=known)
    for cases in (fits, hits, breaks) if known else (fits, breaks):
        sample = settings(
            derandomize=True,
            database=None,
            deadline=None,
            max_examples=6,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(case=cases)(ask))
        with contextlib.suppress(Unsatisfiable):  # what takes nothing can't be given anything wrong
            sample()
    assert answers > 0


@pytest.mark.parametrize(
    "label", [name for name in OPERATIONS if OPERATIONS[name].definition.raw.get("security")]
)
def test_no_operation_with_a_lock_answers_a_stranger(asker, program, label):
    operation = OPERATIONS[label]
    if {} in operation.definition.raw["security"]:
        pytest.skip("visitors may")
    path = operation.path.removeprefix("/api/v1").replace("{number}", "1")
    for name in ("{id}", "{sku_id}"):
        path = path.replace(name, "1")
    visitor = asker()
    visitor.token = ""
    answer = visitor(operation.method.upper(), path, {})
    assert (answer.status_code, refusal(answer)["code"]) == (401, "not_logged_in")
