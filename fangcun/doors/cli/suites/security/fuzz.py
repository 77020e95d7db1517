"""The API under odd and generated input: it never breaks, and answers only what its document names."""

from __future__ import annotations

import contextlib
import importlib.util
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fangcun.doors.cli.suites.security import customers
from fangcun.doors.cli.suites.security.asking import Answer, Asker, Unreachable
from fangcun.doors.cli.suites.security.customers import Belongings
from fangcun.doors.cli.suites.security.document import Operation, operations
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity, found
from fangcun.doors.cli.suites.security.ground import Ground

ODD_TEXTS = (
    "", " ", "\x00", "a\x00b", "\ud800", "😀" * 40, "%00", "../../etc/passwd", "' OR '1'='1", "{{7*7}}", "${7*7}",
    "\u202e\u200b",
    "1e309", "-1", "0", "99999999999999999999", "NaN", "W10=", "bnVsbA==", "e30=", "////", "x" * 4000,
)  # fmt: skip
ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**31, 2**63, -(2**63) - 1, 10**40, 1.5, 1e308, "", "x", [], [None], [[]], {}, {"a": 1},
)  # fmt: skip
ODD_BODIES = (
    b"", b"{", b"[]", b"null", b"1", b'"x"', b"\xff\xfe{}", b'{"a":NaN}', b'{"a":1e999}', b'{"a":"\\ud800"}',
    b"[" * 3000, b"a=1", b'{"a":' * 900 + b"1" + b"}" * 900,
)  # fmt: skip
MOST_LETTERS = 1000
FIX = "找到抛出的异常，在门口检查输入，或让动词抛出领域错误；补一个同样输入的测试"
FIX_DOCUMENT = "让回答与接口文档一致：声明这个状态或字段，或改正回答；make contracts 之后提交"


def odd(ground: Ground, document: dict[str, Any], part: Part, seconds: float = 60) -> None:
    """Every operation with a fixed list of odd texts, numbers, bodies and headers, one field at a time."""
    mine = customers.furnish(ground, "安全丁")
    until = time.monotonic() + seconds
    for operation in operations(document):
        if time.monotonic() > until:
            part.undecided.append(f"异常输入：时间用完，从 {operation.label} 起没有试")
            break
        for path, data, raw, headers in _odd_requests(operation, mine):
            mine.phone.headers["X-Forwarded-For"] = Asker(ground.url).headers["X-Forwarded-For"]
            try:
                answer = mine.phone.ask(operation.method, path, data=data, raw=raw, headers=headers)
            except Unreachable as problem:
                text = str(problem)[:300]
                part.report(
                    Finding("cut-off", Severity.HIGH, "服务器断开了连接", operation.label, FIX, path, text)
                )
                continue
            part.tried += 1
            judge(operation, answer, part)


def judge(operation: Operation, answer: Answer, part: Part) -> None:
    """An answer must be no failure of the server, and one of those that the document names."""
    declared = operation.raw["responses"]
    if answer.status >= 500 and not (answer.status == 502 and "502" in declared):
        part.report(
            found("server-error", Severity.HIGH, f"服务器出错：{answer.status}", answer, FIX, operation.label)
        )
    elif str(answer.status) not in declared and answer.status not in (404, 405, 413):
        title = f"文档里没有写的状态：{answer.status}"
        rule = "undeclared-status"
        part.report(found(rule, Severity.MEDIUM, title, answer, FIX_DOCUMENT, operation.label))
    elif answer.status >= 400 and answer.kind != "application/json":
        title = f"拒绝的回答不是 JSON：{answer.kind or '没有类型'}"
        part.report(found("wrong-type", Severity.LOW, title, answer, FIX_DOCUMENT, operation.label))


def _odd_requests(
    operation: Operation, mine: Belongings
) -> Iterator[tuple[str, Any, bytes | None, dict[str, str]]]:
    own = {"id": mine.address, "number": mine.order, "product_id": 1, "sku_id": 1, "campaign_id": 1}
    names = [one["name"] for one in operation.parameters("path")]
    good = operation.path
    for name in names:
        good = good.replace(f"{{{name}}}", str(own.get(name, 1)))
    body = operation.example() if operation.body is not None else None
    for name in names:
        for text in ODD_TEXTS[1:-1]:
            where = operation.path.replace(
                f"{{{name}}}", quote(text.encode("utf-8", "surrogatepass"), safe="")
            )
            for other in names:
                where = where.replace(f"{{{other}}}", str(own.get(other, 1)))
            yield where, body, None, {}
    for one in operation.parameters("query"):
        for text in (*ODD_TEXTS, *_longest(operation.resolved(one["schema"]))):
            said = quote(text.encode("utf-8", "surrogatepass"), safe="")
            yield f"{good}?{one['name']}={said}", None, None, {}
    for one in operation.parameters("header"):
        if one["name"] not in ("X-Program",):
            for text in ("", "x" * 300, "é", "😀"):
                yield good, body, None, {one["name"]: text}
    if operation.body is None or operation.method == "DELETE" or operation.path.endswith("/logout"):
        return
    for raw in ODD_BODIES:
        yield good, None, raw, {"Content-Type": "application/json"}
    yield good, None, b"{}", {"Content-Type": "text/plain"}
    for name, schema in operation.fields():
        base = body if isinstance(body, dict) else {}
        for value in (*ODD_TEXTS, *_longest(schema)) if schema.get("type") == "string" else ODD_VALUES:
            yield good, {**base, name: value}, None, {"Idempotency-Key": "odd"}


def _longest(schema: dict[str, Any]) -> list[str]:
    """The longest texts that a schema allows."""
    most = schema.get("maxLength", 0)
    return ["x" * most, "长" * most] if 0 < most <= MOST_LETTERS else []


def generated(
    ground: Ground, document: dict[str, Any], part: Part, seconds: float = 80, examples: int = 5
) -> None:
    """Schemathesis: requests that fit the document and that break it, with a customer's token; answers must conform."""
    if importlib.util.find_spec("schemathesis") is None:
        part.undecided.append(
            "没有安装 schemathesis（pip install schemathesis，或 make setup）：生成的输入没有试"
        )
        return
    from fangcun.doors.cli.suites.security.generating import Generator

    phone = ground.customer("安全戊")
    generator = Generator(ground, document, phone)
    until = time.monotonic() + seconds
    left = 0
    for operation in operations(document):
        if time.monotonic() > until:
            left += 1
            continue
        if operation.path.endswith("/logout"):
            continue
        with contextlib.suppress(Unreachable):
            generator.attack(operation, examples, part)
    if left:
        part.undecided.append(f"生成的输入：时间用完，{left} 个操作没有试")
