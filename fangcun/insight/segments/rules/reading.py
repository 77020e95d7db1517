"""From a JSON document to a rule. Every refusal names the place and says how to mend it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext as _

from fangcun.insight.analytics.conditions import Condition, conditions
from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.segments.errors import RuleInvalid
from fangcun.insight.segments.lifecycle import STAGES
from fangcun.insight.segments.rfm import GROUPS
from fangcun.insight.segments.rules.document import (
    OPERATORS,
    Did,
    Fact,
    Group,
    Happened,
    How,
    Leaf,
    Listed,
    Part,
    Scored,
    Staged,
    Summed,
    When,
    Within,
)
from fangcun.insight.segments.rules.lists import LISTS

MOST_LEVELS = 3
MOST_CONDITIONS = 50
MOST_DAYS = 3_660
LARGEST = 2**53
LONGEST_TEXT = 2_000
HOWS = ("all", "any", "none")
YES_NO = ("is_member", "phone", "consent")
WORDS = ("province", "city", "tag")


def read_rule(document: Any) -> Group:
    """Read a rule. Raises RuleInvalid: `details` hold its place (`place`) and that in words (`part`)."""
    rule = _part(document, Place(), 1)
    if not isinstance(rule, Group):
        raise Place().wrong(_("最外层应为一组条件：all（全部满足）、any（满足任一）或 none（都不满足）"))
    count = _count(rule)
    if count > MOST_CONDITIONS:
        raise Place().wrong(_("最多 {most} 个条件，现在有 {count} 个"), most=MOST_CONDITIONS, count=count)
    return rule


class Place:
    """Where in a document something stands."""

    def __init__(self, path: str = "", numbers: tuple[int, ...] = ()) -> None:
        self._path, self._numbers = path, numbers

    def inside(self, how: str, number: int) -> Place:
        """The place of a group's part, counted from 0."""
        path = f"{self._path}.{how}[{number}]" if self._path else f"{how}[{number}]"
        return Place(path, (*self._numbers, number + 1))

    def wrong(self, message: str, **details: Any) -> RuleInvalid:
        """What to raise."""
        numbers = ".".join(map(str, self._numbers))
        part = _("条件 {numbers}").format(numbers=numbers) if numbers else _("规则")
        return RuleInvalid(_("{part}：") + message, part=part, place=self._path, **details)


def _count(part: Part) -> int:
    return sum(map(_count, part.parts)) if isinstance(part, Group) else 1


def _part(document: Any, place: Place, level: int) -> Part:
    if not isinstance(document, Mapping):
        raise place.wrong(_("应为一个对象"))
    hows = [how for how in HOWS if how in document]
    if not hows:
        return _leaf(document, place)
    if len(document) > 1:
        raise place.wrong(_("一组条件只能有 all、any、none 之一，不能再写别的"))
    if level > MOST_LEVELS:
        raise place.wrong(_("条件最多嵌套 {most} 层"), most=MOST_LEVELS)
    how = hows[0]
    parts = document[how]
    if not isinstance(parts, list) or not parts:
        raise place.wrong(_("{how} 里至少要有一个条件"), how=how)
    read = tuple(_part(one, place.inside(how, number), level + 1) for number, one in enumerate(parts))
    return Group(cast(How, how), read)


def _leaf(document: Mapping[str, Any], place: Place) -> Leaf:
    kind = document.get("kind")
    if kind in LISTS:
        return Listed(str(kind), _list_question(document, place))
    read = READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        kinds = ", ".join([*READERS, *LISTS])
        raise place.wrong(_("kind 应为 {kinds} 之一"), kinds=kinds)
    fields, reader = read
    strange = [str(name) for name in document if name not in fields and name != "kind"]
    if strange:
        raise place.wrong(_("不认识 {name}；这里可以写 {fields}"), name=strange[0], fields=", ".join(fields))
    return cast(Leaf, reader(document, place))


def _did(document: Mapping[str, Any], place: Place) -> Did:
    return Did(
        _event(document, place),
        _where(document, place),
        _operator(document, place),
        _whole(document, "n", place, default=1),
        _when(document, place),
    )


def _summed(document: Mapping[str, Any], place: Place) -> Summed:
    value = document.get("value")
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= LARGEST:
        raise place.wrong(_("value 应为数字"))
    return Summed(
        _event(document, place),
        _text(document, "prop", place),
        _where(document, place),
        _operator(document, place),
        float(value),
        _when(document, place),
    )


def _happened(document: Mapping[str, Any], place: Place) -> Happened:
    ways = [name for name in ("within", "over") if document.get(name) is not None]
    dated = [name for name in ("from", "to") if document.get(name)]
    if len(ways) + bool(dated) != 1:
        raise place.wrong(_("请在 within（多少天之内）、over（多少天以前）、from/to（日期）里选一种"))
    over = _whole(document, "over", place, least=1, most=MOST_DAYS) if ways == ["over"] else None
    if ways == ["within"]:
        when = When(days=_whole(document, "within", place, least=1, most=MOST_DAYS))
    else:
        when = When() if over else _when(document, place)
    which = cast(Any, document["kind"])
    return Happened(which, _event(document, place), _where(document, place), when, over)


def _fact(document: Mapping[str, Any], place: Place) -> Fact:
    fact = document.get("fact")
    if fact in YES_NO:
        if not isinstance(yes := document.get("is", True), bool):
            raise place.wrong(_("is 应为 true 或 false"))
        return Fact(fact, yes=yes)
    if fact == "registered":
        when = _when(document, place)
        if when == When():
            raise place.wrong(_("请写明注册时间：days，或 from、to"))
        return Fact(fact, when=when)
    if fact == "program":
        return Fact(fact, program=_whole(document, "program", place))
    if fact in WORDS:
        return Fact(fact, values=_words(document, "values", place))
    facts = ", ".join([*YES_NO, "registered", "program", *WORDS])
    raise place.wrong(_("fact 应为 {facts} 之一"), facts=facts)


def _scored(document: Mapping[str, Any], place: Place) -> Scored:
    scores = {}
    for name in ("r", "f", "m"):
        given = document.get(name) or []
        if not isinstance(given, list) or any(type(one) is not int or not 1 <= one <= 5 for one in given):
            raise place.wrong(_("{name} 应为 1 到 5 的整数列表"), name=name)
        scores[name] = tuple(sorted(set(given)))
    groups = _words(document, "groups", place, needed=False, known=tuple(GROUPS))
    if not groups and not any(scores.values()):
        raise place.wrong(_("请至少选一个分数或一个分组"))
    return Scored(groups=groups, **scores)


def _staged(document: Mapping[str, Any], place: Place) -> Staged:
    return Staged(_words(document, "stages", place, known=tuple(STAGES)))


def _within(document: Mapping[str, Any], place: Place) -> Within:
    return Within(_whole(document, "segment", place, least=1))


READERS: dict[str, tuple[tuple[str, ...], Any]] = {
    "event": (("event", "where", "op", "n", "days", "from", "to"), _did),
    "sum": (("event", "prop", "where", "op", "value", "days", "from", "to"), _summed),
    "first": (("event", "where", "within", "over", "from", "to"), _happened),
    "last": (("event", "where", "within", "over", "from", "to"), _happened),
    "member": (("fact", "is", "days", "from", "to", "program", "values"), _fact),
    "rfm": (("r", "f", "m", "groups"), _scored),
    "stage": (("stages",), _staged),
    "segment": (("segment",), _within),
}


def _list_question(document: Mapping[str, Any], place: Place) -> str:
    question = _text(document, "question", place).removeprefix("?")
    try:
        LISTS[document["kind"]](question)
    except QuestionInvalid as error:
        raise place.wrong("{why}", why=str(error)) from None
    return question


def _event(document: Mapping[str, Any], place: Place) -> str:
    return _text(document, "event", place, needed=False)


def _where(document: Mapping[str, Any], place: Place) -> tuple[Condition, ...]:
    try:
        return conditions(_text(document, "where", place, needed=False))
    except QuestionInvalid as error:
        raise place.wrong("{why}", why=str(error)) from None


def _operator(document: Mapping[str, Any], place: Place) -> str:
    op = document.get("op", ">=")
    if op not in OPERATORS:
        raise place.wrong(_("op 应为 {ops} 之一"), ops=" ".join(OPERATORS))
    return str(op)


def _when(document: Mapping[str, Any], place: Place) -> When:
    days, texts = document.get("days"), [document.get(name) or None for name in ("from", "to")]
    if days is not None:
        if any(texts):
            raise place.wrong(_("days 和 from/to 只能写一种"))
        return When(days=_whole(document, "days", place, least=1, most=MOST_DAYS))
    try:
        first, last = (dt.date.fromisoformat(text) if text else None for text in texts)
    except (TypeError, ValueError):
        raise place.wrong(_("日期应写作 2026-01-31")) from None
    if first and last and last < first:
        raise place.wrong(_("结束日期应在开始日期之后"))
    return When(first=first, last=last)


def _whole(
    document: Mapping[str, Any],
    name: str,
    place: Place,
    *,
    least: int = 0,
    most: int = LARGEST,
    default: int | None = None,
) -> int:
    value = document.get(name, default)
    if type(value) is not int or not least <= value <= most:
        raise place.wrong(_("{name} 应为 {least} 到 {most} 的整数"), name=name, least=least, most=most)
    return value


def _text(document: Mapping[str, Any], name: str, place: Place, *, needed: bool = True) -> str:
    text = document.get(name) or ""
    if not isinstance(text, str) or len(text) > LONGEST_TEXT or "\0" in text:
        raise place.wrong(_("{name} 应为文本"), name=name)
    if needed and not text.strip():
        raise place.wrong(_("缺少 {name}"), name=name)
    return text.strip()


def _words(
    document: Mapping[str, Any],
    name: str,
    place: Place,
    *,
    needed: bool = True,
    known: tuple[str, ...] = (),
) -> tuple[str, ...]:
    words = document.get(name) or []
    if not isinstance(words, list) or not all(isinstance(one, str) and "\0" not in one for one in words):
        raise place.wrong(_("{name} 应为文本列表"), name=name)
    found = tuple(dict.fromkeys(one.strip() for one in words if one.strip()))
    if needed and not found:
        raise place.wrong(_("缺少 {name}"), name=name)
    if known and (strange := [one for one in found if one not in known]):
        raise place.wrong(
            _("{name} 里没有“{word}”，可以写 {known}"), name=name, word=strange[0], known=", ".join(known)
        )
    return found
