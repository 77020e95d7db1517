"""What the platform says and keeps to itself: headers, error pages, folders, redirects, limits."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from fangcun.doors.cli.suites.security.asking import Answer, Asker
from fangcun.doors.cli.suites.security.finding import Finding, Part, Severity, found
from fangcun.doors.cli.suites.security.ground import Ground

PAGES = ("/", "/phone/", "/h5/", "/console/login/", "/console/")
LEAKS = re.compile(
    r"Traceback \(most recent call last\)|DEBUG = True|Django Version|django\.core\.|/site-packages/|INSTALLED_APPS"
    r"|SECRET_KEY|sqlite3\.OperationalError|psycopg\.|File \"/"
)
PROBES = ("../keys/secret_key", "../fangcun.sqlite3", "../../../../../../etc/passwd", "../keys/field_key")
ENCODINGS = ("{}", "images/{}", "%2e%2e/{}", "x/..%2f{}", "..%2f{}", "....//{}", "%252e%252e/{}")
STOLEN = re.compile(rb"SQLite format 3|root:[x*]?:0:0:")
MOST_TRIES = 130
SETTINGS = "在 fangcun/settings.py 里恢复这项设置或中间件"


def headers(ground: Ground, part: Part) -> None:
    """What every page has to say to browsers."""
    owner = ground.staff.get("owner")
    for path in (*PAGES, "/nowhere/", "/media/nothing.png", "/api/v1/home", "/api/v1/nowhere"):
        browser = owner if owner is not None and path == "/console/" else ground.asker()
        answer = browser.get(path, **{"X-Program": ground.program})
        part.tried += 1
        is_machine = path.startswith(("/api/", "/media/"))
        if answer.headers.get("x-content-type-options") != "nosniff":
            _missing(part, answer, "X-Content-Type-Options: nosniff", Severity.MEDIUM)
        if not is_machine and answer.is_page:
            _policy(answer, part)
        if LEAKS.search(answer.text):
            title = "错误页面泄露内部信息"
            part.report(found("error-leaks", Severity.HIGH, title, answer, "关闭 DEBUG，出错只给一句话"))
    login = ground.asker().get("/console/login/")
    if not any(line.startswith("csrftoken=") for line in login.cookies):
        _missing(part, login, "登录页的 csrftoken Cookie", Severity.MEDIUM)


def _policy(answer: Answer, part: Part) -> None:
    policy = answer.headers.get("content-security-policy", "")
    if not policy:
        _missing(part, answer, "Content-Security-Policy", Severity.HIGH)
    else:
        rules = {rule.split()[0]: rule.split()[1:] for rule in policy.split(";") if rule.split()}
        scripts = rules.get("script-src", rules.get("default-src", ["*"]))
        for weak in ("'unsafe-inline'", "*", "data:", "http:", "https:"):
            if weak in scripts:
                title = f"Content-Security-Policy 允许任何脚本（script-src {weak}）"
                part.report(
                    found("weak-policy", Severity.HIGH, title, answer, SETTINGS, f"{answer.path} {weak}")
                )
        for name in ("default-src", "object-src", "base-uri", "form-action"):
            if name not in rules:
                title = f"Content-Security-Policy 没有 {name}"
                part.report(
                    found("weak-policy", Severity.LOW, title, answer, SETTINGS, f"{answer.path} {name}")
                )
        if "*" in rules.get("frame-ancestors", []):
            part.report(found("framed", Severity.MEDIUM, "任何网站都能把页面装进框里", answer, SETTINGS))
    framed = answer.headers.get("x-frame-options", "").upper()
    if framed not in ("DENY", "SAMEORIGIN") and "frame-ancestors" not in policy:
        part.report(
            found("framed", Severity.MEDIUM, "任何网站都能把页面装进框里（点击劫持）", answer, SETTINGS)
        )
    if not answer.headers.get("referrer-policy"):
        _missing(part, answer, "Referrer-Policy", Severity.LOW)


def _missing(part: Part, answer: Answer, what: str, severity: Severity) -> None:
    where = f"{answer.method} {answer.path} {what}"
    shown = "\n".join(f"{name}: {value}" for name, value in sorted(answer.headers.items()))
    finding = Finding("header-missing", severity, f"没有 {what}", where, SETTINGS, answer.asked, shown[:600])
    part.report(finding)


def folders(ground: Ground, part: Part) -> None:
    """Files outside the folders that are served, and what only staff may see inside them."""
    browser = ground.asker()
    for door in ("/media/", "/h5/", "/static/"):
        for probe in PROBES:
            for shape in ENCODINGS:
                for said in (shape.format(probe), shape.format(probe.replace("/", "%2f"))):
                    answer = browser.get(door + said)
                    part.tried += 1
                    is_key = "keys" in probe and answer.status == 200 and not answer.is_page
                    if STOLEN.search(answer.body) or is_key:
                        fix = "只给出解析后仍在目录里的文件（is_relative_to）"
                        part.report(
                            found("traversal", Severity.HIGH, "读到了目录之外的文件", answer, fix, door)
                        )


def redirects(ground: Ground, part: Part) -> None:
    """Ways in and out that could lead to another site."""
    targets = ("https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)")
    for target in targets:
        browser = ground.asker()
        browser.get("/console/login/")
        answers = [browser.post_form("/language/setlang/", {"language": "en", "next": target})]
        if ground.on_data is not None and target == targets[1]:
            told = ground.on_data("with_password")
            answers.append(browser.post_form(f"/console/login/?next={target}", {**told, "next": target}))
            if answers[-1].status != 302:
                part.undecided.append("用密码登录没有成功，登录后的跳转没有试")
            _session(answers[-1], part)
        owner = ground.staff.get("owner")
        if owner is not None:
            answers += [owner.get(f"/console/login/?next={target}"), owner.get(f"/console/?next={target}")]
        for answer in answers:
            part.tried += 1
            if "evil.example" in answer.location.partition("?")[0] or answer.location.startswith(
                "javascript:"
            ):
                fix = "只跳到自己的地址（url_has_allowed_host_and_scheme）"
                part.report(found("open-redirect", Severity.MEDIUM, "会跳到别人的网站", answer, fix))


def _session(answer: Answer, part: Part) -> None:
    line = next((line for line in answer.cookies if line.startswith("sessionid=")), "")
    if line and not ("httponly" in line.lower() and "samesite" in line.lower()):
        shown = line.partition(";")[2]
        title = "登录的 Cookie 没有 HttpOnly 或 SameSite"
        part.report(Finding("cookie", Severity.MEDIUM, title, "Set-Cookie sessionid", SETTINGS, "", shown))


def limits(ground: Ground, part: Part) -> None:
    """Guessing passwords, log-in codes and coupon codes must come to an end."""
    browser = ground.asker()
    browser.get("/console/login/")
    form = {"username": "sec-nobody", "password": "wrong-password-1"}
    tries = [browser.post_form("/console/login/", form) for _ in range(12)]
    phone = ground.phone()
    _limited(part, "后台登录猜密码", tries, 12)
    _limited(part, "小程序登录猜 code", _guess(phone, "/api/v1/login", {"code": "wrong"}, 200), 200)
    customer = ground.customer("安全己")
    _limited(part, "兑换码猜码", _guess(customer, "/api/v1/coupons/redeem", {"code": "WRONG123"}, 60), 60)
    _limited(part, "手机号 code", _guess(customer, "/api/v1/phone", {"code": "wrong"}, 60), 60)


def _guess(phone: Asker, path: str, data: dict[str, str], times: int) -> list[Answer]:
    answers: list[Answer] = []
    for _ in range(times):
        answers.append(phone.ask("POST", path, data=data))
        if answers[-1].status == 429:
            break
    return answers


def _limited(part: Part, what: str, answers: list[Answer], times: int) -> None:
    part.tried += len(answers)
    if all(answer.status not in (429, 403) for answer in answers):
        fix = "用 Limit(…).spend(…) 或 django-axes 限制次数，超过回答 429"
        title = f"{what}没有次数限制：连续 {times} 次都没有 429"
        part.report(found("no-limit", Severity.MEDIUM, title, answers[-1], fix, what))


def callbacks(ground: Ground, part: Part) -> None:
    """Notices that nobody signed."""
    bodies = (
        (
            "/callbacks/wechat/pay/1900000109",
            {"id": "x", "event_type": "TRANSACTION.SUCCESS", "resource": {}},
        ),
        (
            f"/callbacks/wechat/push/{ground.program}",
            {"MsgType": "text", "Content": "x", "FromUserName": "o"},
        ),
        ("/callbacks/mirror/1", {"url": "https://example.com"}),
    )
    for path, body in bodies:
        answer = ground.asker().ask("POST", path, data=body)
        part.tried += 1
        if answer.status < 400:
            fix = "先验签再读内容；验不过的一律 401 或 403"
            part.report(
                found("unsigned", Severity.HIGH, f"没有签名的通知被收下了：{answer.status}", answer, fix)
            )


def production(ground: Ground, part: Part) -> None:
    """The same code as an installation runs it in production: HTTPS, cookies, HSTS, no details in errors."""
    with tempfile.TemporaryDirectory(prefix="fangcun-production-") as home:
        environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("FANGCUN_", "WECHAT", "DATABASE_"))
            },
            "DJANGO_SETTINGS_MODULE": "fangcun.settings",
            "FANGCUN_HOME": home,
            "FANGCUN_PRODUCTION": "1",
            "FANGCUN_PUBLIC_URL": "https://shop.example.com",
            "FANGCUN_SECRET_KEY": "s" * 50,
            "FANGCUN_FIELD_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        }
        Path(home, "static").mkdir()
        command = [sys.executable, "-m", "fangcun.doors.cli.suites.security.in_production"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200)
    if ended.returncode:
        part.undecided.append(
            f"生产设置起不来：{ended.stderr.strip().splitlines()[-1] if ended.stderr.strip() else ''}"
        )
        return
    for one in json.loads(ended.stdout.strip().splitlines()[-1]):
        part.tried += 1
        _in_production(one, part)


def _in_production(told: dict[str, Any], part: Part) -> None:
    if told["ok"]:
        return
    title = f"生产环境：{told['title']}"
    severity = Severity(told["severity"])
    part.report(Finding("production", severity, title, told["where"], SETTINGS, "", told["seen"][:600]))
