"""A rule in words, for the console and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from fangcun.identity.programs.models import Program
from fangcun.insight.analytics.conditions import Condition
from fangcun.insight.segments.lifecycle import STAGES
from fangcun.insight.segments.models import Segment
from fangcun.insight.segments.rfm import GROUPS
from fangcun.insight.segments.rules.document import (
    Did,
    Fact,
    Group,
    Happened,
    Leaf,
    Part,
    Scored,
    Staged,
    Summed,
    When,
    Within,
)
from fangcun.insight.segments.titles import title_of
from fangcun.kernel.money import yuan

MONEY = ("amount", "total_amount", "price_amount")


def sentence(part: Part) -> str:
    """A rule as one readable sentence. Two look-ups at most: names of segments and mini programs."""
    return _group(part, outermost=True) if isinstance(part, Group) else _leaf(part)


def _group(group: Group, *, outermost: bool = False) -> str:
    parts = [
        _group(part, outermost=len(group.parts) == 1 and group.how != "none")
        if isinstance(part, Group)
        else _leaf(part)
        for part in group.parts
    ]
    if group.how == "none":
        return _("不符合（{parts}）").format(parts=_("，或").join(parts))
    if len(parts) == 1:
        return parts[0]
    joined = (_("，且") if group.how == "all" else _("，或")).join(parts)
    return joined if outermost else _("（{parts}）").format(parts=joined)


def _leaf(leaf: Leaf) -> str:
    if isinstance(leaf, Did):
        return _did(leaf)
    if isinstance(leaf, Summed):
        return _("{when}{event}的 {prop} 合计{compared}").format(
            when=_when(leaf.when),
            event=_event(leaf.event, leaf.where),
            prop=leaf.prop,
            compared=_compared(leaf.op, _value(leaf.prop, leaf.value)),
        )
    if isinstance(leaf, Happened):
        return _happened(leaf)
    if isinstance(leaf, Fact):
        return _fact(leaf)
    if isinstance(leaf, Scored):
        return _scored(leaf)
    if isinstance(leaf, Staged):
        return _("处于{stages}阶段").format(stages=_either([str(STAGES[one].name) for one in leaf.stages]))
    if isinstance(leaf, Within):
        name = Segment.objects.filter(pk=leaf.segment).values_list("name", flat=True).first()
        return _("属于人群“{name}”").format(name=name or leaf.segment)
    return _("在漏斗的一步流失（{question}）").format(question=leaf.question)


def _did(leaf: Did) -> str:
    when, event = _when(leaf.when), _event(leaf.event, leaf.where)
    if (leaf.op, leaf.number) in ((">=", 1), (">", 0)):
        return _("{when}有过{event}").format(when=when, event=event)
    if (leaf.op, leaf.number) in (("==", 0), ("<=", 0), ("<", 1)):
        return _("{when}没有{event}").format(when=when, event=event)
    return _("{when}{event}{compared} 次").format(
        when=when, event=event, compared=_compared(leaf.op, str(leaf.number))
    )


def _happened(leaf: Happened) -> str:
    event = _event(leaf.event, leaf.where)
    which = _("最近一次") if leaf.which == "last" else _("第一次")
    if leaf.over is not None:
        return _("{which}{event}在 {days} 天以前").format(which=which, event=event, days=leaf.over)
    if leaf.when.days is not None:
        return _("{which}{event}在 {days} 天之内").format(which=which, event=event, days=leaf.when.days)
    return _("{which}{event}在{when}").format(which=which, event=event, when=_when(leaf.when))


def _fact(leaf: Fact) -> str:
    if leaf.fact == "registered":
        return _("{when}注册").format(when=_when(leaf.when))
    if leaf.fact == "program":
        name = Program.objects.filter(pk=leaf.program).values_list("name", flat=True).first()
        return _("用过小程序“{name}”").format(name=name or leaf.program)
    if leaf.fact in ("province", "city"):
        return _("收货地址在{places}").format(places=_either(leaf.values))
    if leaf.fact == "tag":
        return _("带有标签{tags}").format(tags=_either(leaf.values))
    yes, no = _YES_NO[leaf.fact]()
    return yes if leaf.yes else no


_YES_NO: Mapping[str, Callable[[], tuple[str, str]]] = {
    "is_member": lambda: (_("是会员"), _("不是会员")),
    "phone": lambda: (_("留有手机号"), _("没有手机号")),
    "consent": lambda: (_("同意过隐私声明"), _("没有同意隐私声明")),
}


def _scored(leaf: Scored) -> str:
    names = ((_("最近购买（R）"), leaf.r), (_("购买次数（F）"), leaf.f), (_("购买金额（M）"), leaf.m))
    said = [
        _("{name}得分为 {scores}").format(name=name, scores=_either(list(map(str, scores))))
        for name, scores in names
        if scores
    ]
    if leaf.groups:
        said.append(_("是{groups}").format(groups=_either([str(GROUPS[one][1]) for one in leaf.groups])))
    return "、".join(said)


def _event(event: str, where: Sequence[Condition]) -> str:
    title = title_of(event)
    return f"{title}（{'，'.join(map(_condition, where))}）" if where else title


def _condition(one: Condition) -> str:
    values = _either(one.values)
    return {
        "=": _("{prop} 为 {values}"),
        "!=": _("{prop} 不为 {values}"),
        "~": _("{prop} 含 {values}"),
        "?": _("有 {prop}"),
        "!?": _("没有 {prop}"),
    }.get(one.op, "{prop} {op} {values}").format(prop=one.prop, op=_SIGNS.get(one.op, one.op), values=values)


_SIGNS = {">=": "≥", "<=": "≤"}


def _when(when: When) -> str:
    if when.days is not None:
        return _("今天") if when.days == 1 else _("最近 {days} 天").format(days=when.days)
    first, last = (date.isoformat() if date else "" for date in (when.first, when.last))
    if first and last:
        return _("{first} 到 {last} ").format(first=first, last=last)
    if first:
        return _("{first} 以来").format(first=first)
    return _("{last} 及以前").format(last=last) if last else ""


def _compared(op: str, value: str) -> str:
    return {
        ">=": _("至少 {value}"),
        ">": _("超过 {value}"),
        "==": _("正好 {value}"),
        "<": _("少于 {value}"),
        "<=": _("至多 {value}"),
    }[op].format(value=value)


def _value(prop: str, value: float) -> str:
    if prop in MONEY and value.is_integer():
        return _("{amount} 元").format(amount=yuan(int(value)))
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def _either(words: Sequence[str]) -> str:
    return "、".join(words[:-1]) + (_("或") if len(words) > 1 else "") + words[-1] if words else ""
