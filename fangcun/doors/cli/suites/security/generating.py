"""What schemathesis thinks of, sent by our own phone."""

from __future__ import annotations

import contextlib
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fangcun.doors.cli.suites.security.asking import Answer, Asker, place
from fangcun.doors.cli.suites.security.document import Operation
from fangcun.doors.cli.suites.security.finding import Part, Severity, found
from fangcun.doors.cli.suites.security.fuzz import FIX, FIX_DOCUMENT, judge
from fangcun.doors.cli.suites.security.ground import Ground

load_all_checks()
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class Generator:
    """Requests for every operation of a document, by one customer."""

    def __init__(self, ground: Ground, document: dict[str, Any], phone: Asker) -> None:
        schema = schemathesis.openapi.from_dict(document)
        listed: list[Any] = list(schema.get_all_operations())
        found_all = [one.ok() for one in listed]
        self._known = {one.label: one for one in found_all}
        self._phone, self._base = phone, ground.url
        self._headers = {name: phone.headers[name] for name in ("X-Program", "Authorization")}

    def attack(self, operation: Operation, examples: int, part: Part) -> None:
        """A few requests that fit and a few that don't."""
        target = self._known[f"{operation.method} {operation.path}"]

        def ask(case: Any) -> None:
            answer = self._send(case)
            if answer is None:
                return
            part.tried += 1
            judge(operation, answer, part)
            self._hold_against(case, answer, operation, part)

        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            sample = settings(
                derandomize=True,
                database=None,
                deadline=None,
                max_examples=examples,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )(given(case=target.as_strategy(mode, headers=self._headers))(ask))
            with contextlib.suppress(Unsatisfiable):  # what takes nothing can't be given anything wrong
                sample()

    def _send(self, case: Any) -> Answer | None:
        sent: Any = requests.Request(**case.as_transport_kwargs(base_url=self._base)).prepare()
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body
        headers = {
            name: value.decode("latin-1") if isinstance(value, bytes) else value
            for name, value in sent.headers.items()
            if name.lower() not in ("content-length", "host", "connection", "user-agent", "accept-encoding")
        }
        # Limits are tried elsewhere.
        headers["X-Forwarded-For"] = place()
        return self._phone.ask(sent.method, sent.path_url, raw=body, headers=headers)

    def _hold_against(self, case: Any, answer: Answer, operation: Operation, part: Part) -> None:
        if answer.status >= 500:
            return  # told already
        sent: Any = requests.Request(**case.as_transport_kwargs(base_url=self._base)).prepare()
        lists = {name: [value] for name, value in answer.headers.items()}
        response = Response(answer.status, lists, answer.body, sent, elapsed=0, verify=False)
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as wrong:
            failures = wrong.exceptions if isinstance(wrong, FailureGroup) else [wrong]
            for one in failures:
                title = f"回答不合接口文档：{getattr(one, 'title', '') or type(one).__name__}"
                rule, words = "schema-violation", str(getattr(one, "message", one))[:200]
                fix = FIX_DOCUMENT if answer.status < 500 else FIX
                part.report(found(rule, Severity.MEDIUM, f"{title}（{words}）", answer, fix, operation.label))
