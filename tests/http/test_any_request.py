"""Whatever fits or breaks the OpenAPI document: the answer is one that the document names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
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
from fangcun.wsgi import application
from tests.http.refusals import refusal

pytestmark = pytest.mark.django_db(databases="__all__")

load_all_checks()
DOCUMENT = schemathesis.openapi.from_path(Path(__file__).parents[2] / "contracts" / "openapi.json")
DOCUMENT.app = application
OPERATIONS = {found.ok().label: found.ok() for found in DOCUMENT.get_all_operations()}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _one_transaction():
    """The test's own transaction lives on from request to request, as it does with Django's test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def shop_for_anything(asker, wechat_program, carrot):
    """A customer with one of everything, and the words by which paths name them."""
    me = asker(at=wechat_program)
    template = {"thing2": "goods", "amount3": "amount"}
    register_template(
        program=wechat_program, purpose=Purpose.ORDER_PAID, template_id="T1", title="付款", fields=template, by=SYSTEM
    )
    me.got("POST", "/cart", {"sku_id": carrot.pk, "quantity": 2})
    names: dict[str, Any] = {
        "number": me.buy(carrot.pk)["number"],
        "id": me.address(),
        "product_id": carrot.product_id,
        "sku_id": carrot.pk,
    }
    headers = {"X-Program": me.appid, "Authorization": f"Bearer {me.token}"}
    return headers, names


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_the_document_names(shop_for_anything, label):
    operation = OPERATIONS[label]
    headers, names = shop_for_anything
    known = {name: value for name, value in names.items() if f"{{{name}}}" in operation.path}
    answers = 0

    def ask(case: schemathesis.Case) -> None:
        nonlocal answers
        answer = case.call()
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
        settings(
            derandomize=True,
            database=None,
            deadline=None,
            max_examples=12,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(case=cases)(ask))()
    assert answers >= 2


@pytest.mark.parametrize("label", [name for name in OPERATIONS if OPERATIONS[name].definition.raw.get("security")])
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
