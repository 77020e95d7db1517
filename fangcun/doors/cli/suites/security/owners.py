"""Who may call what: a stranger is turned away, and nobody reaches what is another's."""

from __future__ import annotations

import uuid
from typing import Any

from fangcun.doors.cli.suites.security import customers
from fangcun.doors.cli.suites.security.asking import Answer, Asker
from fangcun.doors.cli.suites.security.customers import SECRETS, Belongings
from fangcun.doors.cli.suites.security.document import Operation, contract, operations, rights
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity, found
from fangcun.doors.cli.suites.security.ground import Ground

LOGGED_OUT = "给这个操作加上登录（auth=MemberAuth()），陌生人应得到 401"
OWNED = "只通过主人去找：order_of(member=…, number=…)、address_of(member=…, id=…)，别人的一律 404"
BAD_TOKENS = ("x", "Bearer", "0" * 64, "' OR 1=1 --", "null", "eyJhbGciOiJub25lIn0.e30.")


def strangers(ground: Ground, document: dict[str, Any], part: Part) -> None:
    """Every operation without a token, with nonsense for one, and with one of another program."""
    open_to_all = rights()["strangers"]
    agreed = {one.label: one for one in operations(contract() or {"paths": {}})}
    for operation in operations(document):
        may = operation.label in open_to_all
        if not may and not operation.needs_login:
            part.report(_unlocked(operation, was=agreed.get(operation.label)))
        if may:
            continue
        for token in ("", *BAD_TOKENS):
            phone = ground.phone(token)
            answer = _call(phone, operation, {})
            part.tried += 1
            if answer.status != 401:
                how = "没有令牌" if not token else f"令牌 {token[:20]!r}"
                part.report(
                    found(
                        "stranger-let-in",
                        Severity.HIGH if answer.status < 500 else Severity.MEDIUM,
                        f"陌生人（{how}）没有被挡在门外：得到 {answer.status}，应为 401",
                        answer,
                        LOGGED_OUT,
                        operation.label,
                    )
                )
                break


def owners(ground: Ground, document: dict[str, Any], part: Part) -> None:
    """Every path with something of one customer's, called by another; then bodies; then what is left of it."""
    first = customers.furnish(ground, "安全甲", SECRETS)
    second = ground.customer("安全乙")
    own = customers.furnish(ground, "安全丙")
    before = customers.belongings_seen(first.phone)
    for operation in operations(document):
        if "{" in operation.path:
            _by_path(ground, operation, first, second, part)
        _by_body(operation, first, own, part)
    _messages_of_others(first, second, part)
    part.tried += len(before)
    for path, was, now in customers.changed(before, customers.belongings_seen(first.phone)):
        title = "别人的请求改变了这位顾客的东西"
        said = (f"之前：{was[:280]}", f"之后：{now[:280] or '没有了'}")
        part.report(Finding("owner-changed", Severity.HIGH, title, f"GET {path}", OWNED, *said))


def _by_path(ground: Ground, operation: Operation, first: Belongings, second: Asker, part: Part) -> None:
    names = [one["name"] for one in operation.parameters("path")]
    is_shared = any(
        operation.path.removeprefix("/api/v1").startswith(prefix) for prefix in rights()["shared"]
    )
    for value in first.private.get(names[0], []) if not is_shared else []:
        for who, phone in (("另一位顾客", second), ("陌生人", ground.phone())):
            answer = _call(phone, operation, {names[0]: value})
            part.tried += 1
            good = (404, 403) if phone is second else (401,)
            if answer.status not in good or leaks(answer):
                part.report(
                    found(
                        "owner-skipped",
                        Severity.HIGH,
                        f"{who}能碰到别人的东西：得到 {answer.status}，应为 {good[0]}",
                        answer,
                        OWNED,
                        operation.label,
                    )
                )
    if is_shared and operation.method == "GET":
        answer = _call(second, operation, dict.fromkeys(names, 1))
        part.tried += 1
        if leaks(answer):
            part.report(found("owner-leaked", Severity.HIGH, "公开的内容里有顾客的私密信息", answer, OWNED))


def _by_body(operation: Operation, first: Belongings, own: Belongings, part: Part) -> None:
    """A good body, but for one field that names something of the first customer's."""
    theirs = {"address_id": first.address, "coupon_id": first.coupons[0] if first.coupons else None}
    for name, _schema in operation.fields():
        if name not in rights()["owned_fields"] or theirs.get(name) is None:
            continue
        answer = _bought(operation, own, {name: theirs[name]})
        part.tried += 1
        used = answer.status < 300
        if used and name == "coupon_id":
            # Passed over in silence, for none or one's own best, is as good as refused.
            used = _total(answer) < min(_total(_bought(operation, own, {name: which})) for which in (0, None))
        if used or leaks(answer):
            title = f"请求体里的 {name} 可以是别人的：得到 {answer.status}"
            where = f"{operation.label} {name}"
            part.report(found("owner-skipped-in-body", Severity.HIGH, title, answer, OWNED, where))


def _bought(operation: Operation, own: Belongings, changed: dict[str, Any]) -> Answer:
    sku = customers.goods(own.phone)[0][1]
    body = {"lines": [{"sku_id": sku, "quantity": 6}], "address_id": own.address, **changed}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    return own.phone.ask(operation.method, operation.path, data=body, headers=headers)


def _total(answer: Answer) -> int:
    told = answer.json()
    return int(told.get("total_amount", 0)) if isinstance(told, dict) else 0


def _messages_of_others(first: Belongings, second: Asker, part: Part) -> None:
    if first.messages:
        second.ask("POST", "/api/v1/messages/read", data={"ids": first.messages})
        part.tried += 1


def leaks(answer: Answer) -> bool:
    """Whether an answer holds words that only their owner may read."""
    return any(word in answer.text for word in SECRETS.values())


def _call(phone: Asker, operation: Operation, known: dict[str, Any]) -> Answer:
    path = operation.path
    for one in operation.parameters("path"):
        kind = operation.resolved(one["schema"]).get("type")
        path = path.replace(
            "{" + one["name"] + "}", str(known.get(one["name"], 1 if kind == "integer" else "A1"))
        )
    data = operation.example() if operation.body is not None else None
    return phone.ask(operation.method, path, data=data, headers={"Idempotency-Key": "security"})


def _unlocked(operation: Operation, was: Operation | None) -> Finding:
    title = "接口文档说这个操作不需要登录，它不在公开操作的名单里"
    if was is not None and was.needs_login:
        title = "这个操作约定要登录（contracts/openapi.json），现在不要了"
    return Finding("unlocked", Severity.HIGH, title, operation.label, LOGGED_OUT)
