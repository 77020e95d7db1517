"""Asks the platform in production settings, in this process and without data, and prints what it answers as JSON."""

from __future__ import annotations

import json
from typing import Any

from fangcun.doors.cli.main import wire

wire()

from django.conf import settings  # noqa: E402 - the rooms are wired first
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.test import Client  # noqa: E402

SAFE: Any = {"secure": True, "headers": {"host": "shop.example.com", "x-forwarded-proto": "https"}}


def main() -> None:
    call_command("migrate", "sessions", verbosity=0)
    client = Client(raise_request_exception=False)
    login, nowhere = client.get("/console/login/", **SAFE), client.get("/nowhere/", **SAFE)
    token = client.cookies.get("csrftoken")
    said = []

    def hold(is_good: bool, title: str, where: str, seen: object, severity: str = "medium") -> None:
        said.append(
            {"ok": bool(is_good), "title": title, "where": where, "seen": str(seen), "severity": severity}
        )

    hold(settings.DEBUG is False, "DEBUG 是开着的", "settings.DEBUG", settings.DEBUG, "high")
    hsts = login.headers.get("Strict-Transport-Security", "")
    hold(
        "max-age=" in hsts and "max-age=0" not in hsts,
        "没有 HSTS",
        "Strict-Transport-Security",
        hsts or "没有",
    )
    hold(settings.SESSION_COOKIE_SECURE, "登录的 Cookie 没有 Secure", "SESSION_COOKIE_SECURE", False, "high")
    hold(
        settings.SESSION_COOKIE_HTTPONLY,
        "登录的 Cookie 没有 HttpOnly",
        "SESSION_COOKIE_HTTPONLY",
        False,
        "high",
    )
    same = settings.SESSION_COOKIE_SAMESITE
    hold(same in ("Lax", "Strict"), "登录的 Cookie 没有 SameSite", "SESSION_COOKIE_SAMESITE", same)
    hold(token is not None and token["secure"], "CSRF 的 Cookie 没有 Secure", "CSRF_COOKIE_SECURE", token)
    stray = client.get(
        "/console/login/", secure=True, headers={"host": "evil.example", "x-forwarded-proto": "https"}
    )
    hold(stray.status_code == 400, "接受任何 Host", "ALLOWED_HOSTS", settings.ALLOWED_HOSTS)
    page = nowhere.content.decode("utf-8", "replace")
    hold(
        "Django" not in page and "Traceback" not in page,
        "404 页面泄露内部信息",
        "GET /nowhere/",
        page[:300],
        "high",
    )
    hold(not settings.WECHATBOX_URL, "连着微信沙盒", "WECHATBOX_URL", settings.WECHATBOX_URL, "high")
    hold(
        bool(login.headers.get("Content-Security-Policy")),
        "没有内容安全策略",
        "Content-Security-Policy",
        "没有",
        "high",
    )
    proxied = HttpRequest()
    proxied.META["HTTP_X_FORWARDED_PROTO"] = "https"
    hold(
        proxied.is_secure(),
        "不认反向代理说的 https",
        "SECURE_PROXY_SSL_HEADER",
        settings.SECURE_PROXY_SSL_HEADER,
    )
    connections.close_all()
    print(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    main()
