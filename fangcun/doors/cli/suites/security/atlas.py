"""Every address of the console and what opens it: for lists and forms their room, for pages the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin as django_admin
from django.urls import URLPattern, URLResolver

console: Any = django_admin.site  # the console; it brings along which permission opens each of its pages
_PART = re.compile(r"<(?:(\w+):)?(\w+)>")
_SHAPES = {"int": r"\d+", "slug": r"[-\w]+", "uuid": r"[0-9a-f-]{36}", "path": r".+", "str": r"[^/]+"}
# Pages of Django's admin that show nothing of ours, and those before the log-in.
OPEN = {
    "autocomplete",
    "view_on_site",
    "app_list",
    "index",
    "logout",
    "password_change",
    "password_change_done",
    "jsi18n",
    "search",
    "login",
    "enter",
}
OF_MODELS = ("changelist", "add", "change", "delete")
# A redirect to the audit log, which asks for its own permission; and the verbs, which are listed one by one.
ELSEWHERE = ("history", "verb")
ON_AN_ORDER = {
    "orders_order_ship": "orders.ship",
    "orders_order_cancel": "orders.change",
    "orders_order_note": "orders.change",
    "orders_order_refund": "payments.refund",
}


def atlas() -> list[dict[str, Any]]:
    """Each address as {name, route, pattern, path, permission}: `path` is one that leads there, if one is known.

    `permission` is None for what everybody may open, "?" for what nobody wrote into the table.
    """
    rows, found = _rows(), []
    for route, name in _routes(console.get_urls()):
        kind, is_model = (name or "").rpartition("_")[2], (name or "").rpartition("_")[0] in _admins()
        if (
            not name or "(?P" in route or (is_model and kind in ELSEWHERE)
        ):  # what Django's admin answers to everything else
            continue
        pattern = (
            "^/console/"
            + _PART.sub(lambda part: _SHAPES.get(part[1] or "str", r"[^/]+"), _plain(route))
            + "$"
        )
        found.append(
            {
                "name": name,
                "route": f"/console/{route}",
                "pattern": pattern,
                "path": _path(route, rows.get(name.rpartition("_")[0])),
                "guess": f"/console/{_PART.sub(lambda part: '999999' if part[1] == 'int' else 'none', route)}",
                "permission": _permission(name),
            }
        )
    return found


def verbs() -> list[dict[str, Any]]:
    """Each verb of a row as {name, path, permission}."""
    rows = _rows()
    return [
        {
            "name": f"{key}.{verb.name}",
            "path": f"/console/{key.replace('_', '/', 1)}/{rows[key]}/verb/{verb.name}/",
            "permission": verb.permission,
        }
        for key, admin in _admins().items()
        for verb in getattr(admin, "verbs", ())
        if key in rows
    ]


def _permission(name: str) -> str | None:
    if name in OPEN:
        return None
    if name in ON_AN_ORDER:
        return ON_AN_ORDER[name]
    if name in console.permission_of_page:
        return str(console.permission_of_page[name])
    key, _, kind = name.rpartition("_")
    admin = _admins().get(key)
    if admin is None or kind not in OF_MODELS:
        return "?"
    return f"{admin.resource}.{'change' if kind in ('add', 'delete') else 'view'}"


def _admins() -> dict[str, Any]:
    return {f"{one.opts.app_label}_{one.opts.model_name}": one for one in console._registry.values()}


def _rows() -> dict[str, int]:
    found = {}
    for key, admin in _admins().items():
        row = admin.model._default_manager.order_by("-pk").first()
        if row is not None:
            found[key] = row.pk
    return found


def _routes(patterns: Any, before: str = "") -> Iterator[tuple[str, str | None]]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here, pattern.name


def _plain(route: str) -> str:
    return re.sub(r"[.^$]", lambda found: {".": r"\."}.get(found[0], ""), route)


def _path(route: str, pk: int | None) -> str | None:
    route = route.strip("^$")
    if "<" not in route:
        return f"/console/{route}"
    parts = _PART.findall(route)
    if len(parts) == 1 and pk is not None and parts[0][1] in ("object_id", "pk"):
        return f"/console/{_PART.sub(str(pk), route)}"
    return None
