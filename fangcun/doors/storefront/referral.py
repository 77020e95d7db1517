"""Inviting friends: one's code and poster, who came, and who invited most."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, account_of, member_of
from fangcun.doors.storefront.faces import avatar_url, masked_name
from fangcun.doors.storefront.schemas import errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.grow.links.codes import code_image
from fangcun.grow.links.posters import Poster, compose
from fangcun.grow.referral import queries, services
from fangcun.grow.referral.errors import ReferralOff
from fangcun.grow.referral.models import ReferralRules
from fangcun.grow.referral.rules import coupon_titles, reward_text, rules_now, sentences

router = Router(tags=["referral"], auth=MemberAuth())

TOUCHES = Limit("referral touch", most=30, seconds=60)
POSTERS = Limit("referral poster", most=20, seconds=60)

Code = Annotated[str, Field(min_length=4, max_length=12, pattern=r"^[0-9A-Za-z]+$")]
PNG = {"schema": {"type": "string", "format": "binary"}}
Device = Annotated[str, Field(max_length=64, pattern=r"^[\x21-\x7e]*$")]


class RewardOut(Schema):
    """What one side gets after the first order: points, the name of a coupon, and both in words."""

    points: int
    coupon: str | None
    text: str


class RewardsOut(Schema):
    inviter: RewardOut
    invitee: RewardOut


class InviteeOut(Schema):
    """`touched` came and has not bought; `waiting` is settled and has not bought; the rest are about the reward."""

    name: str
    avatar: str | None
    status: Literal["touched", "waiting", "held", "rewarded", "rejected", "reversed"]
    text: str
    at: dt.datetime


class TotalsOut(Schema):
    invited: int
    waiting: int
    rewarded: int
    points: int


class ReferralOut(Schema):
    """`link` is the short id of the invite link, `path` where a shared card leads; `rules` are whole sentences."""

    active: bool
    code: str
    link: str
    path: str
    rules: list[str]
    rewards: RewardsOut
    invitees: list[InviteeOut]
    totals: TotalsOut


class TouchIn(Schema):
    """`device` is this phone's tracking id, "" without consent."""

    code: Code
    device: Device = ""


class TouchOut(Schema):
    """`counted` says whether the invitation stands; `reason` why not. `inviter` is a masked name."""

    counted: bool
    reason: Literal["self", "not_new", "settled", "off"] | None
    text: str
    inviter: str | None
    reward: RewardOut | None


class RankOut(Schema):
    rank: int
    name: str
    avatar: str | None
    count: int
    mine: bool


class LeaderboardOut(Schema):
    """The month's inviters by rewarded invitations; `mine` is None before the first."""

    period: str
    items: list[RankOut]
    mine: RankOut | None


_WORDS = {
    "touched": _("已接受邀请，待下单"),
    "waiting": _("待下单"),
    "held": _("审核中"),
    "rewarded": _("已奖励"),
    "rejected": _("没有奖励"),
    "reversed": _("已退款，奖励收回"),
}
_WHY = {
    "self": _("不能邀请自己"),
    "not_new": _("邀请只对新朋友有效"),
    "settled": _("你已接受过其他好友的邀请"),
    "off": _("邀请活动暂未开放"),
}


@router.get("/referral", response={200: ReferralOut, **errors(400, 401)})
def my_referral(request: HttpRequest) -> ReferralOut:
    """One's invite code, what the rules promise, and what became of those who came (the newest 50)."""
    account = account_of(request)
    link = services.invite_link(member_id=account.member_id, program_id=account.program_id)
    rules = rules_now()
    rewards = _rewards(rules)
    totals = queries.totals_of(account.member_id, days=rules.touch_days)
    return ReferralOut(
        active=rules.is_active,
        code=link.query["code"],
        link=link.short,
        path=link.path,
        rules=sentences(rules, inviter_coupon=rewards.inviter.coupon, invitee_coupon=rewards.invitee.coupon),
        rewards=rewards,
        invitees=[
            InviteeOut(
                name=masked_name(one.member),
                avatar=avatar_url(one.member) or None,
                status=cast(Any, one.status),
                text=str(_WORDS[one.status]),
                at=one.at,
            )
            for one in queries.invited_by(account.member_id, days=rules.touch_days)
        ],
        totals=TotalsOut(
            invited=totals.invited, waiting=totals.waiting, rewarded=totals.rewarded, points=totals.points
        ),
    )


@router.post("/referral/touch", response={200: TouchOut, **errors(400, 401, 404, 422, 429)})
def touch_referral(request: HttpRequest, body: TouchIn) -> TouchOut:
    """Tell that one came by somebody's invitation; the first valid one within the days of the rules counts."""
    account = account_of(request)
    TOUCHES.spend(account.pk)
    touched = services.touch(
        member_id=account.member_id, code=body.code, program_id=account.program_id, device=body.device
    )
    reward = _rewards(rules_now()).invitee if touched.counted else None
    return TouchOut(
        counted=touched.counted,
        reason=touched.reason,
        text=str(_WHY[touched.reason])
        if touched.reason
        else gettext("首单付款后可得%s") % reward.text
        if reward and (reward.points or reward.coupon)
        else gettext("邀请已记下"),
        inviter=masked_name(touched.inviter) if touched.reason != "self" else None,
        reward=reward,
    )


@router.get("/referral/leaderboard", response={200: LeaderboardOut, **errors(400, 401)})
def referral_leaderboard(request: HttpRequest) -> LeaderboardOut:
    """Who invited most this month, with masked names."""
    member = member_of(request)
    board = queries.leaderboard(member_id=member.pk)
    return LeaderboardOut(
        period=f"{board.starts_at:%Y-%m}",
        items=[_rank(leader, member.pk) for leader in board.leaders],
        mine=_rank(board.mine, member.pk) if board.mine else None,
    )


@router.get(
    "/referral/poster",
    response={200: None, **errors(400, 401, 409, 429, 502)},
    openapi_extra={"responses": {200: {"description": "OK", "content": {"image/png": PNG}}}},
)
def referral_poster(request: HttpRequest) -> HttpResponse:
    """A picture to save and share: the invitation with one's own mini program code (PNG)."""
    account = account_of(request)
    POSTERS.spend(account.pk)
    rules = rules_now()
    if not rules.is_active:
        raise ReferralOff
    link = services.invite_link(member_id=account.member_id, program_id=account.program_id)
    reward = _rewards(rules).invitee
    worth = reward.points or reward.coupon
    picture = compose(
        Poster(
            shop=link.program.name,
            title=gettext("%s 邀请你") % (account.member.nickname or gettext("好友")),
            lines=(gettext("首单付款后可得%s") % reward.text,) if worth else (),
            code=code_image(link),
            hint=gettext("长按识别小程序码"),
        )
    )
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "private, max-age=300"})


def _rewards(rules: ReferralRules) -> RewardsOut:
    titles = coupon_titles([rules.inviter_template_id, rules.invitee_template_id])

    def one(points: int, template_id: int | None) -> RewardOut:
        coupon = titles.get(template_id) if template_id else None
        return RewardOut(points=points, coupon=coupon, text=reward_text(points, coupon))

    return RewardsOut(
        inviter=one(rules.inviter_points, rules.inviter_template_id),
        invitee=one(rules.invitee_points, rules.invitee_template_id),
    )


def _rank(leader: queries.Leader, member_id: int) -> RankOut:
    return RankOut(
        rank=leader.rank,
        name=masked_name(leader.member),
        avatar=avatar_url(leader.member) or None,
        count=leader.count,
        mine=leader.member.pk == member_id,
    )
