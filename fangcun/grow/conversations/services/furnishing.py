"""What customer service works with: its hours and automatic texts, and quick replies."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fangcun.grow.conversations.errors import SettingsInvalid
from fangcun.grow.conversations.models import QuickReply, ServiceSettings
from fangcun.grow.conversations.queries import service_settings
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

MOST_TEXT = 600
_SHORTCUT = re.compile(r"[0-9A-Za-z\u4e00-\u9fff_-]{0,20}")
_TEXTS = ("away_text", "welcome_text", "rating_text", "thanks_text")
_FIELDS = ("hours", "holidays", "workdays", "rating_on", *_TEXTS)


@transaction.atomic
def save_settings(*, by: Actor, **given: Any) -> ServiceSettings:
    """Change service hours, holidays and automatic texts; what is not given stays.

    `hours` maps weekdays "0" (Monday) to "6" to spans [["09:00", "18:00"]]; `holidays` and `workdays` are ISO dates.
    Raises SettingsInvalid.
    """
    row = ServiceSettings.objects.select_for_update().order_by("id").first() or service_settings()
    before = {name: getattr(row, name) for name in _FIELDS}
    for name, value in given.items():
        if name not in _FIELDS:
            raise TypeError(name)
        setattr(row, name, value.strip() if name in _TEXTS else value)
    wrong = {name: _("不能超过 600 个字") for name in _TEXTS if len(getattr(row, name)) > MOST_TEXT}
    if not _are_hours(row.hours):
        wrong["hours"] = _("时间写作 09:00-18:00，开始早于结束，互不重叠；多段用逗号分开")
    for name in ("holidays", "workdays"):
        if not _are_dates(getattr(row, name)):
            wrong[name] = _("日期写作 2026-10-01，每行一个")
    if row.rating_on and not row.rating_text:
        wrong["rating_text"] = _("请写上怎样评价，例如：回复 1 到 5 的数字")
    if wrong:
        raise SettingsInvalid(fields=wrong)
    row.save()
    after = {name: getattr(row, name) for name in _FIELDS}
    if before != after:
        record("conversations.save_settings", by=by, object=row, before=before, after=after)
    return row


@transaction.atomic
def save_quick_reply(reply: QuickReply, *, by: Actor) -> QuickReply:
    """Keep a quick reply, new or changed. Raises SettingsInvalid."""
    wrong = {}
    if not reply.title.strip():
        wrong["title"] = _("请填写标题")
    if not reply.category.strip():
        wrong["category"] = _("请填写分类")
    if not 1 <= len(reply.text.strip()) <= MOST_TEXT:
        wrong["text"] = _("内容为 1 到 600 个字")
    if not _SHORTCUT.fullmatch(reply.shortcut):
        wrong["shortcut"] = _("快捷码为 20 个以内的字母、数字或汉字")
    if wrong:
        raise SettingsInvalid(fields=wrong)
    new = reply.pk is None
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError as clash:
        raise SettingsInvalid(fields={"shortcut": _("已有同样的快捷码")}) from clash
    record(
        "conversations.save_quick_reply",
        by=by,
        object=reply,
        after={"title": reply.title, "text": reply.text, "new": new},
    )
    return reply


@transaction.atomic
def delete_quick_reply(reply: QuickReply, *, by: Actor) -> None:
    """Take a quick reply away; what was said with it stays."""
    record("conversations.delete_quick_reply", by=by, object=reply, before={"text": reply.text})
    reply.delete()


def _are_hours(hours: Any) -> bool:
    if not isinstance(hours, dict) or not hours.keys() <= set("0123456"):
        return False
    try:
        for spans in hours.values():
            last = dt.time.min
            for start, end in sorted(spans):
                opens, closes = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
                if not last <= opens < closes:
                    return False
                last = closes
    except (ValueError, TypeError):
        return False
    return True


def _are_dates(days: Any) -> bool:
    try:
        return isinstance(days, list) and len(days) <= 400 and all(dt.date.fromisoformat(day) for day in days)
    except (ValueError, TypeError):
        return False
