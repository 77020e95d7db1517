"""Acts on the data of the platform under attack: fills it, lets staff in, poisons its texts, looks what changed.

Reads one JSON object {"ask": name, …} and prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Callable
from typing import Any

from fangcun.doors.cli.main import migrate_all, wire

wire()

from django.apps import apps  # noqa: E402 - the rooms are wired first
from django.db import models  # noqa: E402

from fangcun.blueprint.checking import check, has_errors  # noqa: E402
from fangcun.blueprint.reading import read  # noqa: E402
from fangcun.doors.cli.sample.shelf import open_shop  # noqa: E402
from fangcun.doors.cli.suites.security.atlas import atlas, verbs  # noqa: E402
from fangcun.identity.staff.permissions import GRANTS, Role  # noqa: E402
from fangcun.identity.staff.services import invite_staff, issue_login_link, set_password  # noqa: E402
from fangcun.kernel.actors import SYSTEM  # noqa: E402
from fangcun.kernel.models import AuditEntry  # noqa: E402
from fangcun.plan.revisions.services import publish_text  # noqa: E402

GOODS = [
    {"key": "apple", "title": "烟台红富士苹果", "price_amount": 890, "stock": 9000, "values": ["500g", "2kg"],
     "picture": "fuji-apple-1"},
    {"key": "pear", "title": "赵县皇冠雪花梨", "price_amount": 1580, "stock": 9000, "picture": "crown-pear-1"},
]  # fmt: skip
# Texts that people write and read; not keys, codes, paths or sanitised HTML.
TEXT = re.compile(
    r"title|(?<!user)name$|nick|note|notice|remark|detail$|text$|reason|message|summary|desc|label|subject|content"
    r"|answer|comment|problem|error|province|city|district|slogan|hint|hot_words"
)
SPARED_APPS = {"kernel", "tracking", "analytics", "revisions"}
# Written all the time, whoever asks.
RESTLESS = re.compile(
    r"^(kernel_(job|outbox|period|heartbeat)|django_session|axes_|tracking_|events?_|rollout_|django_tasks|papers_test"
    r"|programs_accesstoken|links_codeminute)"
)
# What looking itself leaves behind: that somebody looked.
TRACES = re.compile(r"last_login|unread|touched_at|^read_|_read_|seen_|_seen")
_HTML = re.compile(r"html|markdown|body")
_TITLE = re.compile(r"^(\s*(?:- )?title: )([^\n#{}\[\]|>&*!%@`\"']+)$", re.MULTILINE)


def set_up(plan: str | None = None, **_: Any) -> dict[str, Any]:
    """Tables, a shop, the plan with hostile titles, and one of each role."""
    migrate_all()
    shop = open_shop(os.environ["WECHATBOX_URL"], GOODS)
    if plan:
        publish_text(text=_hostile(plan), base=None, message="安全测试", by=SYSTEM)
    return {"appid": shop["appid"], **staff()}


def staff(**_: Any) -> dict[str, Any]:
    """One person of each role with a link in, the map of the console, and the table of permissions."""
    links = {}
    for role in Role.values:
        person = invite_staff(
            username=f"sec-{role}-{secrets.token_hex(3)}", name=f"测试{role}", roles=[role], by=SYSTEM
        )
        links[role] = issue_login_link(user=person, by=SYSTEM)
    return {
        "links": links,
        "atlas": atlas(),
        "verbs": verbs(),
        "grants": {role: sorted(granted) for role, granted in GRANTS.items()},
    }


def with_password(**_: Any) -> dict[str, Any]:
    """A person who comes in by a password."""
    name, word = f"sec-{secrets.token_hex(4)}", secrets.token_urlsafe(18)
    set_password(invite_staff(username=name, roles=[Role.SUPPORT], by=SYSTEM), word, by=SYSTEM)
    return {"username": name, "password": word}


def look(**_: Any) -> dict[str, Any]:
    """The map again, with the rows that there are now, and what is in them."""
    return {"atlas": atlas(), "verbs": verbs(), "snapshot": snapshot()}


def poison(first: int, **_: Any) -> dict[str, Any]:
    """Append a payload to every text that people write, in the newest 60 rows of every table: number -> field."""
    planted: dict[str, str] = {}
    for model in apps.get_models():
        if not model.__module__.startswith("fangcun.") or model._meta.app_label in SPARED_APPS:
            continue
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.CharField | models.TextField | models.JSONField):
                continue
            number = first + len(planted)
            if _poison(model, field, f"<fc-{number}>"):
                planted[str(number)] = f"{model._meta.label}.{field.name}"
    from fangcun.shop.catalog.services import republish_all

    republish_all()
    return planted


def snapshot(**_: Any) -> dict[str, int]:
    """A number for the content of every table that only changes when somebody changes something."""
    seen = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if RESTLESS.match(table) or model._meta.proxy or not model._meta.managed:
            continue
        names = [field.attname for field in model._meta.concrete_fields if not TRACES.search(field.name)]
        rows = model._default_manager.order_by("pk").values_list(*names)
        if model is AuditEntry:
            rows = rows.exclude(action__regex=r"\.(view|export\w*)$")
        seen[table] = hash_of([repr(row) for row in rows[:2000]])
    return seen


def hash_of(lines: list[str]) -> int:
    """The same in every process."""
    from zlib import crc32

    return crc32("\n".join(lines).encode("utf-8", "replace"))


def _poison(model: type[models.Model], field: Any, payload: str) -> bool:
    if not TEXT.search(field.name) or _HTML.search(field.name) or field.choices or field.unique:
        return False
    is_json, hit = isinstance(field, models.JSONField), False
    for row in model._default_manager.order_by("-pk")[:60]:
        value = getattr(row, field.attname)
        fresh = _tree(value, payload, inside=True) if is_json else _longer(value, payload, field.max_length)
        if fresh != value:
            # Past the verbs on purpose: what is tried is whether pages trust what is stored.
            model._default_manager.filter(pk=row.pk).update(**{field.name: fresh})
            hit = True
    return hit


def _longer(value: Any, payload: str, most: int | None) -> Any:
    if not isinstance(value, str) or not value or value.startswith(("/", "http")):
        return value
    return value[: most - len(payload)] + payload if most else value + payload


def _tree(value: Any, payload: str, *, inside: bool) -> Any:
    if isinstance(value, dict):
        return {key: _tree(one, payload, inside=bool(TEXT.search(str(key)))) for key, one in value.items()}
    if isinstance(value, list):
        return [_tree(one, payload, inside=inside) for one in value]
    return _longer(value, payload, None) if inside else value


def _hostile(plan: str) -> str:
    text = _TITLE.sub(lambda line: f"{line[1]}'{line[2].strip()}<fc-900>'", plan)
    document = read(text)
    return plan if document.blueprint is None or has_errors(check(document)) else text


ASKED: dict[str, Callable[..., Any]] = {
    "set_up": set_up,
    "staff": staff,
    "with_password": with_password,
    "look": look,
    "poison": poison,
    "snapshot": snapshot,
}


def main() -> None:
    asked = json.load(sys.stdin)
    print(json.dumps(ASKED[asked.pop("ask")](**asked), ensure_ascii=False))


if __name__ == "__main__":
    main()
