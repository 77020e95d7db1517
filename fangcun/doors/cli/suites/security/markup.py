"""Text that would be markup if a page trusted it: planted through every door, then looked for on every page.

A payload is an element of our own, <fc-7>; it shows that a page took a text for markup even where a policy keeps
scripts from running.
"""

from __future__ import annotations

import itertools
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from fangcun.doors.cli.suites.security import customers
from fangcun.doors.cli.suites.security.asking import Answer, Unreachable
from fangcun.doors.cli.suites.security.crawl import AT_ONCE, Crawl, Form
from fangcun.doors.cli.suites.security.document import operations
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity, found
from fangcun.doors.cli.suites.security.ground import Ground

FIX = "去掉 |safe、mark_safe、v-html 和手拼的 HTML，让模板自己转义；富文本先过 nh3"
RAW = re.compile(r"<fc-(\d+)")
SCRIPTED = re.compile(
    r"""(?:href|src|action|formaction)\s*=\s*["']?\s*javascript:fc\((\d+)\)""", re.IGNORECASE
)
# Fields whose words are keys, addresses or money: a payload there is refused, or breaks what the rest needs.
KEPT = re.compile(
    r"secret|password|key|appid|mchid|serial|url|path|code|token|slug|phone|tel|email|username|price|amount|csrf|version"
    r"|page$|date|_at$|_on$|quantity|percent|number|^id$|_id$|base$|host|domain|order_by|pattern|color|step|mode"
)
COMMON = (
    "q",
    "next",
    "p",
    "o",
    "month",
    "from",
    "to",
    "tab",
    "page",
    "status",
    "text",
    "user",
    "name",
    "title",
    "error",
)
ODD = ("\x00", "99999999999999999999", "W10=")


class Payloads:
    """Numbers payloads, and remembers where each was planted."""

    def __init__(self, ground: Ground) -> None:
        self._planted = ground.planted

    def plant(self, where: str) -> tuple[str, str]:
        """A long payload and a short one for a place."""
        number = str(1 + len(self._planted))
        self._planted[number] = where
        long = f'"><fc-{number}></fc-{number}><img src=x onerror=fc({number})>'
        return long, f"<fc-{number}>"

    def where(self, number: str) -> str:
        """Where a payload was planted."""
        return "蓝图的标题" if number == "900" else self._planted.get(number, "存着的文字")


def plant_by_api(ground: Ground, document: dict[str, Any], user: str, part: Part) -> customers.Belongings:
    """A customer who writes a payload into every text the API takes. Raises NoGround."""
    mine, payloads = customers.furnish(ground, user), Payloads(ground)
    address = {
        "name": "王",
        "phone": "13800138000",
        "province": "云南省",
        "city": "昆明市",
        "district": "五华区",
    }
    lines = [{"sku_id": customers.goods(mine.phone)[0][1], "quantity": 1}]
    good: dict[str, dict[str, Any]] = {
        "/addresses": {**address, "detail": "路 1 号"},
        "/orders": {"lines": lines, "address_id": mine.address},
    }
    for operation in operations(document):
        if operation.method not in ("POST", "PUT", "PATCH") or operation.path.endswith(("/login", "/logout")):
            continue
        path = operation.path.replace("{id}", str(mine.address)).replace("{number}", mine.order)
        base = next((body for end, body in good.items() if end in operation.path), None) or {}
        for name, schema in operation.fields():
            if schema.get("type") != "string":
                continue
            body = {**(operation.example() or {}), **base} if base or operation.method != "PATCH" else {}
            for payload in payloads.plant(f"API {operation.label} {name}"):
                headers = {"Idempotency-Key": uuid.uuid4().hex}
                answer = mine.phone.ask(operation.method, path, data={**body, name: payload}, headers=headers)
                part.tried += 1
                if answer.status < 300:
                    break
    for scheme in ("javascript:fc(%s)", "data:text/html,<script>fc(%s)</script>"):
        number = payloads.plant("API PATCH /me avatar")[1].strip("<>fc-")
        mine.phone.ask("PATCH", "/api/v1/me", data={"avatar": scheme % number})
        part.tried += 1
    for payload in payloads.plant("客服会话里的话"):
        customers.talk(ground, user, payload)
    return mine


def plant_by_forms(ground: Ground, seen: Crawl, part: Part) -> None:
    """The owner writes a payload into every text field of every form of the console."""
    owner, payloads, done = ground.staff.get("owner"), Payloads(ground), set[tuple[str, str]]()
    if owner is None:
        return
    for form in seen.forms:
        names = [name for name in form.texts if not KEPT.search(name.lower())]
        key = (re.sub(r"\d+", "0", form.action), ",".join(names))
        if (
            form.method != "post"
            or not names
            or key in done
            or re.search(r"logout|password|delete", form.action)
        ):
            continue
        done.add(key)
        try:
            owner.post_form(form.action.partition("?")[0], _filled(form, names, payloads))
        except Unreachable:
            continue
        part.tried += 1


def _filled(form: Form, names: list[str], payloads: Payloads) -> dict[str, Any]:
    body: dict[str, list[str]] = {}
    for name, value in form.values:
        body.setdefault(name, []).append(value)
    for name in names:
        short = payloads.plant(f"后台表单 {form.action} {name}")[1]
        body[name] = [f"{(body.get(name) or [''])[0][:20] or '测试'}{short}"]
    body.pop("csrfmiddlewaretoken", None)
    return body


def look_for(seen: dict[str, Answer], ground: Ground, part: Part) -> None:
    """Pages with a payload in them that a browser would take for markup."""
    payloads = Payloads(ground)
    for answer in seen.values():
        part.tried += 1
        if not answer.is_page:
            continue
        for shape in (RAW, SCRIPTED):
            if hit := shape.search(answer.text):
                part.report(_hit(answer, hit, payloads.where(hit[1])))


def reflected(ground: Ground, seen: Crawl, part: Part) -> None:
    """Every page asked with a payload, and with odd words, in every parameter it is known to take."""
    owner, stranger = ground.staff.get("owner"), ground.asker()
    payload = Payloads(ground).plant("地址里的参数")[0]
    targets = [(owner, path) for path in {path.partition("?")[0] for path in seen.pages}] if owner else []
    targets += [(stranger, path) for path in ("/", "/phone/", "/h5/", "/console/login/", "/u/x", "/nowhere/")]

    def ask(target: tuple[Any, str]) -> list[tuple[str, Answer]]:
        browser, path = target
        names = sorted({*COMMON, *seen.parameters(path)})
        answers = []
        for words in ([payload], ODD) if browser is owner else ([payload],):
            said = zip(names, itertools.cycle(words), strict=False)
            query = "&".join(f"{name}={quote(word, safe='')}" for name, word in said)
            try:
                answers.append((words[0], browser.get(f"{path}?{query}")))
            except Unreachable:
                continue
        answers.append((payload, browser.get(f"{path}{quote(payload, safe='')}")))
        return answers

    with ThreadPoolExecutor(AT_ONCE) as crew:
        for answers in crew.map(ask, targets):
            for word, answer in answers:
                part.tried += 1
                hit = RAW.search(answer.text) if word == payload and answer.is_page else None
                if hit:
                    part.report(_hit(answer, hit, "地址里的参数"))
                if answer.status >= 500:
                    title, fix = (
                        f"奇怪的参数让页面出错：{answer.status}",
                        "检查查询参数；不合法的当作没有，或回答 400",
                    )
                    part.report(found("console-error", Severity.HIGH, title, answer, fix))


def _hit(answer: Answer, hit: re.Match[str], where: str) -> Finding:
    around = answer.text[max(0, hit.start() - 160) : hit.end() + 120]
    path = re.sub(r"\d+", "0", answer.path.partition("?")[0])
    title = f"页面把文字当成了标记（脚本注入）：来自 {where}"
    return Finding("markup", Severity.HIGH, title, f"GET {path}", FIX, answer.asked[:300], around)
