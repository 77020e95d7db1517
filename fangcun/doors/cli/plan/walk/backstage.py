"""The program behind the scenes of a walk: sets the stage, lets hooks act, and looks what arrived in the store.

Reads one JSON object a line, {"ask": name, ...}, and answers each with {"answer": ...} or {"error": sentence}. It
ends when its input does.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from fangcun.doors.cli.main import migrate_all, wire

wire()

import orjson  # noqa: E402 - the rooms are wired first
from django.db.models import Count  # noqa: E402

from fangcun.doors.cli.plan.walk.hooks import HOOKS, HookFailed  # noqa: E402
from fangcun.doors.cli.plan.walk.matching import flaw_said  # noqa: E402
from fangcun.doors.cli.sample.shelf import open_shop  # noqa: E402
from fangcun.grow.messaging.models import Grant, Template  # noqa: E402
from fangcun.grow.messaging.states import GrantStatus  # noqa: E402
from fangcun.insight.tracking.intake import SERVER_FACTS  # noqa: E402
from fangcun.insight.tracking.looking import events_sent  # noqa: E402
from fangcun.insight.tracking.models import Device, Quarantined  # noqa: E402
from fangcun.insight.tracking.queries import current_plan  # noqa: E402
from fangcun.kernel.actors import SYSTEM  # noqa: E402
from fangcun.kernel.errors import DomainError  # noqa: E402
from fangcun.kernel.models import Job  # noqa: E402
from fangcun.plan.revisions.services import publish_text  # noqa: E402

GOODS = [
    {
        "key": "apple",
        "title": "烟台红富士苹果",
        "price_amount": 890,
        "stock": 10_000,
        "values": ["500g", "2.5kg"],
        "picture": "fuji-apple-1",
    },
    {
        "key": "pear",
        "title": "赵县皇冠雪花梨",
        "price_amount": 1580,
        "stock": 10_000,
        "picture": "crown-pear-1",
    },
]


def set_up(plan: str) -> dict[str, Any]:
    """Tables, a shop with a few goods, and the plan as its first revision.

    Answers the purpose of each message template, and which events are the server's own.
    """
    migrate_all()
    open_shop(os.environ["WECHATBOX_URL"], GOODS)
    publish_text(text=plan, base=None, message="走查", by=SYSTEM)
    purposes = dict(Template.objects.filter(is_active=True).values_list("template_id", "purpose"))
    return {"purposes": purposes, "facts": sorted(SERVER_FACTS)}


def arrived(members: list[int], devices: list[str]) -> list[dict[str, Any]]:
    """Every event of these people and phones that is in the store, quarantined ones with their flaw."""
    keys = dict(Device.objects.filter(key__in=devices).values_list("pk", "key"))
    found = [
        _plain(asdict(sent), sent.member_id, keys.get(sent.device_id or 0))
        for sent in events_sent(devices=keys, members=members)
    ]
    kept = Quarantined.objects.filter(device_id__in=keys) | Quarantined.objects.filter(member_id__in=members)
    types = _types()
    for one in kept:
        event = orjson.loads(one.payload)
        value = event["props"].get(one.prop)
        flaw = flaw_said(one.name, one.problem, one.prop, value, types.get(one.name, {}))
        found.append({**_plain(event, one.member_id, keys.get(one.device_id or 0)), "flaw": flaw})
    return found


def _plain(event: dict[str, Any], member: int | None, device: str | None) -> dict[str, Any]:
    fields = {name: event[name] for name in ("id", "name", "ts", "page", "props")}
    return {**fields, "member": member, "device": device}


def _types() -> dict[str, dict[str, str]]:
    adopted = current_plan()
    events = adopted.plan["events"] if adopted else []
    return {
        event["name"]: {prop: rule["x-type"] for prop, rule in event["schema"]["properties"].items()}
        for event in events
    }


def held(member: int) -> dict[str, int]:
    """How many unused consents a member has given, by what the message is for."""
    usable = Grant.objects.filter(account__member_id=member, status=GrantStatus.OPEN)
    return dict(usable.values_list("template__purpose").annotate(Count("id")).order_by())


def waiting() -> int:
    """How many jobs are still to be done."""
    return Job.objects.filter(key=None, dead=False).count()


def act(hook: str, member: int) -> None:
    """Let a hook act for a member."""
    if hook not in HOOKS:
        raise HookFailed(f"没有名为 {hook} 的幕后动作；有 {'、'.join(HOOKS)}")
    HOOKS[hook](member)


QUESTIONS: dict[str, Callable[..., Any]] = {
    one.__name__: one for one in (set_up, arrived, held, waiting, act)
}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        answer: dict[str, Any]
        try:
            answer = {"answer": QUESTIONS[asked.pop("ask")](**asked)}
        except (HookFailed, DomainError) as refused:
            answer = {"error": str(refused)}
        except Exception as error:  # told to who asked; the trace stays in the log
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
