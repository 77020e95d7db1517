"""Questions about conversations: who waits, what was said, how much may still be said."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.conversations.errors import ConversationGone
from fangcun.grow.conversations.hours import Hours
from fangcun.grow.conversations.models import Case, Conversation, Entry, ServiceSettings
from fangcun.grow.conversations.states import ConversationStatus
from fangcun.identity.members.models import Account, Member
from fangcun.identity.members.queries import members_by_phone

RATING_TEXT = "这次的问题解决了吗？请回复 1 到 5 的数字评价本次服务，5 为非常满意。"
THANKS_TEXT = "谢谢您的评价！"
PAGE = 25
MOST_SHOWN = 200
BOXES = ("all", "mine", "unassigned", "waiting", "resolved")


def service_settings() -> ServiceSettings:
    """The settings of customer service; what holds before anybody changed them has no id."""
    row = ServiceSettings.objects.order_by("id").first()
    return row or ServiceSettings(rating_text=RATING_TEXT, thanks_text=THANKS_TEXT)


def working_hours() -> Hours:
    """When somebody is there."""
    return hours_of(service_settings())


def hours_of(row: ServiceSettings) -> Hours:
    """When somebody is there, by these settings."""
    return Hours(row.hours, frozenset(row.holidays), frozenset(row.workdays))


def conversation_of(conversation_id: int) -> Conversation:
    """One conversation with its program and member at hand. Raises ConversationGone."""
    rows = Conversation.objects.select_related("program", "account__member").defer(
        "program__app_secret", "account__session_key"
    )
    row = rows.filter(pk=conversation_id).first() if 0 < conversation_id < 2**63 else None
    if row is None:
        raise ConversationGone
    return row


def member_of(conversation: Conversation) -> Member | None:
    """Whose conversation it is; None for somebody who never logged in."""
    account = conversation.account
    if account is None:
        account = (
            Account.objects.select_related("member")
            .filter(program_id=conversation.program_id, openid=conversation.openid)
            .first()
        )
    return account.member if account else None


def listed(box: str, *, staff_id: int, search: str = "") -> QuerySet[Conversation]:
    """The conversations of one box (see BOXES), who waits longest first, then the latest.

    `search` looks for a nickname, a whole phone number, an openid, or words that were said; it looks everywhere.
    """
    rows = (
        Conversation.objects.exclude(last_at=None)
        .select_related("account__member")
        .defer("account__session_key", "account__member__phone")  # sealed: dear to open, and not shown
        .order_by(F("waiting_since").asc(nulls_last=True), "-last_at", "-id")
    )
    if text := search.replace("\0", "").strip()[:60]:
        said = Entry.objects.filter(conversation=OuterRef("pk")).filter(
            Q(text__icontains=text) | Q(title__icontains=text)
        )
        whose = Q(account__member__nickname__icontains=text) | Q(openid=text)
        if text.isdigit() and len(text) >= 7:
            whose |= Q(account__member__in=members_by_phone(text))
        return rows.filter(whose | Exists(said))
    match box:
        case "mine":
            rows = rows.filter(assignee_id=staff_id).exclude(status=ConversationStatus.RESOLVED)
        case "unassigned":
            rows = rows.filter(assignee_id=None).exclude(status=ConversationStatus.RESOLVED)
        case "waiting":
            rows = rows.filter(status=ConversationStatus.WAITING)
        case "resolved":
            rows = rows.filter(status=ConversationStatus.RESOLVED)
        case _all:
            pass
    return rows


def counts(*, staff_id: int) -> dict[str, int]:
    """How many conversations are in each box but the first and the last."""
    active = Q(last_at__isnull=False) & ~Q(status=ConversationStatus.RESOLVED)
    return Conversation.objects.aggregate(
        mine=Count("pk", filter=active & Q(assignee_id=staff_id)),
        unassigned=Count("pk", filter=active & Q(assignee_id=None)),
        waiting=Count("pk", filter=Q(status=ConversationStatus.WAITING)),
    )


def waiting_count() -> int:
    """How many customers wait for an answer."""
    return Conversation.objects.filter(status=ConversationStatus.WAITING).count()


def list_version() -> str:
    """Changes whenever any conversation does."""
    found = Conversation.objects.aggregate(at=Max("touched_at"), n=Count("pk"))
    return f"{found['n']}.{found['at'].timestamp():.6f}" if found["at"] else "0"


def thread_version(conversation_id: int) -> str | None:
    """Changes whenever this conversation does; None when it is gone."""
    at = Conversation.objects.filter(pk=conversation_id).values_list("touched_at", flat=True).first()
    return f"{at.timestamp():.6f}" if at else None


def entries_of(conversation: Conversation, *, before_id: int | None = None) -> list[Entry]:
    """What was said, oldest first: the last two hundred, or those before one."""
    rows = Entry.objects.filter(conversation=conversation)
    if before_id is not None:
        rows = rows.filter(pk__lt=before_id)
    return list(rows.order_by("-id")[:MOST_SHOWN])[::-1]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What WeChat still lets us say: so many answers, until then; `reason` why none."""

    left: int
    until: dt.datetime | None
    reason: str


def allowance(conversation: Conversation, *, now: dt.datetime | None = None) -> Allowance:
    """How many answers to a customer WeChat still takes, and until when."""
    now, until = now or timezone.now(), conversation.window_until
    if until is None:
        return Allowance(0, None, _("客户还没有发过消息；微信只允许在客户发言后的 48 小时内回复"))
    if until <= now:
        return Allowance(0, until, _("客户上次发言已超过 48 小时，微信不再允许回复"))
    if not conversation.answers_left:
        return Allowance(0, until, _("5 条回复已用完，等客户再发一条消息后继续"))
    return Allowance(conversation.answers_left, until, "")


def conversations_of_member(member_id: int) -> QuerySet[Conversation]:
    """All conversations of a member, also those from before he logged in for the first time."""
    own = Account.objects.filter(member=member_id, program=OuterRef("program"), openid=OuterRef("openid"))
    return Conversation.objects.filter(Exists(own)).order_by("id")


def complaints(program_id: int, *, since: dt.datetime, until: dt.datetime) -> list[tuple[int, dt.datetime]]:
    """Who of the members turned to customer service or gave it two stars at most, and when; the same one may recur."""
    cases = Case.objects.filter(
        conversation__program_id=program_id, conversation__account__member_id__isnull=False
    )
    whose = "conversation__account__member_id"
    opened = cases.filter(opened_at__gte=since, opened_at__lt=until).values_list(whose, "opened_at")
    rated = cases.filter(rated_at__gte=since, rated_at__lt=until, rating__lte=2).values_list(
        whose, "rated_at"
    )
    return [*opened, *rated]


def export_member(member_id: int) -> list[dict[str, Any]]:
    """Everything a member said to customer service and was told, as JSON-able facts. Notes among colleagues are
    not his. Source: 个人信息保护法, article 45.
    """
    return [
        {
            "program": conversation.program.name,
            "openid": conversation.openid,
            "began_at": conversation.created_at.isoformat(),
            "entries": [
                {
                    "from": "customer" if entry.way == Entry.Way.IN else "service",
                    "kind": entry.kind,
                    "at": entry.at.isoformat(),
                    "text": entry.text,
                    "title": entry.title,
                    "page": entry.page,
                    "url": entry.url,
                    "picture": entry.picture,
                }
                for entry in conversation.entries.exclude(way=Entry.Way.INNER).order_by("id")
            ],
            "ratings": list(
                conversation.cases.exclude(rating=None).order_by("id").values_list("rating", flat=True)
            ),
        }
        for conversation in conversations_of_member(member_id).select_related("program")
    ]
