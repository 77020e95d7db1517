"""Which interfaces WeChat has opened: found by calling them in a way that changes nothing, or by what they did before.

What a refusal means for the telephone number (48001 is "no permission", 40029 "code invalid") is as WeChat's list
of error codes says; that 40029 implies the permission is likely and not documented, so it is no proof here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from fangcun.build.papers.states import PermissionState
from fangcun.gateways.wechat.errors import WechatError
from fangcun.grow.conversations.models import Conversation
from fangcun.grow.messaging.models import Delivery
from fangcun.grow.messaging.states import DeliveryStatus
from fangcun.identity.members.models import Account
from fangcun.identity.programs.clients import miniprogram_api, test_connection
from fangcun.identity.programs.models import Program

_NO_PERMISSION = {"48001", "48004", "50001", "61007", "85417"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe says; `state` is None when it could not decide."""

    state: PermissionState | None
    note: str


def probe(program: Program, capability: str) -> Answer:
    """Ask about one interface. Calls the network; raises nothing of WeChat's."""
    return {
        "payment": _payment,
        "code": _code,
        "url_link": _url_link,
        "phone": _phone,
        "subscribe": _subscribe,
        "customer_service": _customer_service,
    }[capability](program)


def _payment(program: Program) -> Answer:
    if program.merchant is None:
        return Answer(PermissionState.NONE, _("还没有关联商户号"))
    parts = {check.part: check for check in test_connection(program)}
    binding = parts.get("binding")
    if binding is not None and binding.ok:
        return Answer(PermissionState.GRANTED, binding.message)
    if binding is not None:
        return Answer(PermissionState.NONE, binding.message)
    return Answer(None, "")


def _code(program: Program) -> Answer:
    def draw() -> object:
        return miniprogram_api(program).wxacode_unlimited(scene="probe", width=280, check_path=False)

    return _called(draw, _("微信画出了小程序码"))


def _url_link(program: Program) -> Answer:
    def make() -> object:
        return miniprogram_api(program).url_link(path="", expire_days=1)

    return _called(make, _("微信给出了 URL Link"))


def _phone(program: Program) -> Answer:
    # WeChat gave this shop a number before: of somebody who uses this mini program alone.
    here = Account.objects.filter(program=program).exclude(member__phone="")
    if here.annotate(everywhere=Count("member__accounts")).filter(everywhere=1).exists():
        return Answer(PermissionState.GRANTED, _("微信已经给过会员的手机号"))
    answer = _called(lambda: miniprogram_api(program).phone_number("fangcun-probe"), "")
    return answer if answer.state is not PermissionState.GRANTED else Answer(None, "")


def _subscribe(program: Program) -> Answer:
    if Delivery.objects.filter(message__program=program, status=DeliveryStatus.SENT).exists():
        return Answer(PermissionState.GRANTED, _("微信已经发出过订阅消息"))
    return Answer(None, "")


def _customer_service(program: Program) -> Answer:
    if Conversation.objects.filter(program=program).exists():
        return Answer(PermissionState.GRANTED, _("微信已经转来过客户的消息"))
    return Answer(None, "")


def _called(call: Callable[[], object], note: str) -> Answer:
    try:
        call()
    except WechatError as refusal:
        if refusal.code in _NO_PERMISSION:
            return Answer(PermissionState.NONE, _("微信答复没有权限（%s）") % refusal.code)
        return Answer(None, str(refusal))
    return Answer(PermissionState.GRANTED, note)
