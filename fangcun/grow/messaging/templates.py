"""Which WeChat template is used on which occasion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.grow.messaging.errors import TemplateInvalid
from fangcun.grow.messaging.fields import KEY, KINDS
from fangcun.grow.messaging.models import AskingPlan, Moment, Purpose, Template
from fangcun.identity.programs.models import Program
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor

# What each occasion has to tell; `values` of `notify` carries these names.
VALUES: dict[str, tuple[str, ...]] = {
    Purpose.ORDER_PAID: ("order_number", "goods", "amount", "time"),
    Purpose.ORDER_SHIPPED: ("order_number", "goods", "carrier", "tracking_number", "time"),
    Purpose.GROUP_RESULT: ("goods", "result", "members", "amount", "time", "note"),
    Purpose.POINTS_CHANGED: ("points", "balance", "reason", "time"),
    Purpose.COUPON_GIVEN: ("coupon", "amount", "condition", "reason", "expires_at"),
    Purpose.COUPON_EXPIRING: ("coupon", "amount", "condition", "expires_at", "note"),
    Purpose.ACTIVITY_STARTING: ("activity", "starts_at", "place", "note"),
    Purpose.MEMBER_CARE: ("topic", "content", "time", "note"),
}
# Without a plan. Shipping comes later and needs a consent of its own, so it is asked for twice.
ASKED_AT: dict[str, tuple[str, ...]] = {
    Purpose.ORDER_PAID: (Moment.ORDER_SUBMIT,),
    Purpose.ORDER_SHIPPED: (Moment.ORDER_SUBMIT, Moment.ORDER_PAID),
    Purpose.GROUP_RESULT: (Moment.GROUP_OPEN, Moment.GROUP_JOIN),
    Purpose.POINTS_CHANGED: (Moment.CHECK_IN,),
    Purpose.COUPON_GIVEN: (Moment.CHECK_IN,),
    Purpose.COUPON_EXPIRING: (Moment.COUPON_CLAIM,),
    Purpose.ACTIVITY_STARTING: (Moment.ACTIVITY_SIGN_UP,),
    Purpose.MEMBER_CARE: (Moment.CHECK_IN, Moment.COUPON_CLAIM),
}
# What scenarios close with. A plan that leaves one of these out does not want it; care is not its matter.
OF_A_PLAN = (Purpose.ORDER_PAID, Purpose.ORDER_SHIPPED, Purpose.GROUP_RESULT)

ONLY = 1  # the key of the one row that a plan of consents has


@transaction.atomic
def register_template(
    *,
    program: Program,
    purpose: str,
    template_id: str,
    title: str,
    fields: Mapping[str, str],
    by: Actor,
    moments: Sequence[str] | None = None,
    page: str = "",
) -> Template:
    """Use this WeChat template from now on for one occasion of a mini program.

    `fields` says which of our values (see VALUES) each key of the template shows, e.g. {"thing2": "goods"};
    the keys must be those of the template, all of them. `page` overrides the page that a tap opens. Without
    `moments` consent is asked for where the plan says, else where ASKED_AT does.
    Registering the occasion again replaces what was there; consents to another template id do not carry
    over. Raises TemplateInvalid.
    """
    wrong = {}
    template_id, title = template_id.strip(), title.strip()
    if purpose not in VALUES:
        wrong["purpose"] = _("没有这种用途")
    if not (0 < len(template_id) <= 64 and template_id.isascii() and template_id.isprintable()):
        wrong["template_id"] = _("模板 ID 不正确")
    if not 0 < len(title) <= 60:
        wrong["title"] = _("请填写标题，不超过 60 个字")
    if problem := _problem(fields, VALUES.get(purpose, ())):
        wrong["fields"] = problem
    asked_at = list(_asked_at(purpose) if moments is None else moments)
    if not set(asked_at) <= set(Moment.values):
        wrong["moments"] = _("没有这种时机")
    if len(page) > 200:
        wrong["page"] = _("页面路径过长")
    same_id = Template.objects.select_for_update().filter(program=program, template_id=template_id).first()
    if not wrong and same_id is not None and same_id.is_active and same_id.purpose != purpose:
        wrong["template_id"] = _("这个模板已用于其他用途")
    if wrong:
        raise TemplateInvalid(fields=wrong)

    current = Template.objects.filter(program=program, purpose=purpose, is_active=True)
    before = _content(current.first())
    current.exclude(template_id=template_id).update(is_active=False)
    template, _created = Template.objects.update_or_create(
        program=program,
        template_id=template_id,
        defaults={
            "purpose": purpose,
            "title": title,
            "fields": dict(fields),
            "moments": asked_at,
            "page": page,
            "is_active": True,
        },
    )
    if before != (after := _content(template)):
        audit.record("messaging.register_template", by=by, object=template, before=before, after=after)
    return template


@transaction.atomic
def plan_consents(
    *, moments: Mapping[str, Sequence[str]], unknown: Sequence[str], revision: int, by: Actor
) -> AskingPlan:
    """Ask for consents where the plan says from now on: registered templates at once, later ones as they come.

    `moments` maps a purpose to its moments; one of OF_A_PLAN without any is not asked for, of the others it is
    asked out of habit. `unknown` are words for what is planned and can't be asked. A plan older than the one that is
    kept, or the same again, changes nothing.
    """
    AskingPlan.objects.get_or_create(pk=ONLY, defaults={"moments": {}, "revision": 0})
    plan = AskingPlan.objects.select_for_update().get(pk=ONLY)
    if plan.revision >= revision:
        return plan
    wanted = {
        str(purpose): [moment for moment in Moment.values if moment in moments.get(purpose, ())]
        for purpose in Purpose.values
        if purpose in OF_A_PLAN or moments.get(purpose)
    }
    before = plan.moments or None
    plan.moments, plan.unknown, plan.revision = wanted, list(unknown), revision
    plan.updated_at = timezone.now()
    plan.save()
    for purpose, asked_at in wanted.items():
        Template.objects.filter(purpose=purpose, is_active=True).update(moments=asked_at)
    if before != wanted:
        audit.record("messaging.plan_consents", by=by, object=plan, before=before, after=wanted)
    return plan


@transaction.atomic
def ask_at(*, template: Template, moments: Sequence[str], by: Actor) -> Template:
    """Ask for a template's consent at these moments from now on, until the next plan says otherwise.

    Raises TemplateInvalid.
    """
    if not set(moments) <= set(Moment.values):
        raise TemplateInvalid(fields={"moments": _("没有这种时机")})
    before = _content(template)
    template.moments = [moment for moment in Moment.values if moment in moments]
    template.save(update_fields=["moments", "updated_at"])
    audit.record("messaging.ask_at", by=by, object=template, before=before, after=_content(template))
    return template


def _asked_at(purpose: str) -> Sequence[str]:
    plan = AskingPlan.objects.first()
    habit = ASKED_AT.get(purpose, ())
    if plan is None:
        return habit
    asked_at: Sequence[str] = plan.moments.get(purpose, () if purpose in OF_A_PLAN else habit)
    return asked_at


def _content(template: Template | None) -> dict[str, Any] | None:
    if template is None:
        return None
    names = ("purpose", "template_id", "title", "fields", "moments", "page")
    return {name: getattr(template, name) for name in names}


def _problem(fields: Mapping[str, str], known: Sequence[str]) -> str:
    if not 1 <= len(fields) <= 10:
        return _("请填写 1–10 个字段")
    for key, value in fields.items():
        found = KEY.fullmatch(key)
        if not found or found[1] not in KINDS:
            return _("没有 {key} 这种字段").format(key=key)
        if value not in known:
            return _("{key} 对应的值 {value} 不存在").format(key=key, value=value)
    return ""
