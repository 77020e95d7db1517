"""Making a value fit the field of a WeChat template: a message that breaks a rule is refused as a whole (47003).

Source of the limits: WeChat's table "订阅消息参数值内容限制说明".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _t

KEY = re.compile(r"([a-z]+(?:_[a-z]+)*)([1-9]\d?)")

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"


def fit(key: str, value: str) -> str:
    """Cut a value to what the field allows, e.g. 20 characters for `thing2`.

    `amount` takes yuan ("12.30", "¥12.30"); `time` and `date` take ISO 8601 and show the shop's local time.
    What can't be made to fit is returned as well as possible; WeChat then names the field. Keys of unknown
    kinds are left as they are.
    """
    kind = key.rstrip("0123456789")
    text = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    fitted = _RULES[kind](text) if kind in _RULES else text
    return fitted or _EMPTY.get(kind, "")


def _thing(text: str) -> str:
    return _shortened(text, 20)


def _shortened(text: str, most: int) -> str:
    # An emoji outside the basic plane counts as two, as in the phone's own string length.
    if _length(text) <= most:
        return text
    kept = ""
    for letter in text:
        if _length(kept + letter) > most - 1:
            break
        kept += letter
    return kept.rstrip() + "…"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _only(allowed: str, most: int) -> Callable[[str], str]:
    others = re.compile(f"[^{allowed}]")

    def rule(text: str) -> str:
        return others.sub("", text).strip()[:most].rstrip()

    return rule


def _number(text: str) -> str:
    found = re.search(r"-?[0-9]+(\.[0-9]+)?", text)
    return found[0][:32].rstrip(".") if found else ""


def _amount(text: str) -> str:
    found = re.fullmatch(r"([¥￥$€£]?)\s*([0-9]{1,10})(\.[0-9]+)?\s*(元?)", text)
    if not found:
        return text
    sign, whole, part, unit = found.groups()
    # A sign and 元 together say it twice; ten digits in all is the limit.
    rest = (part or "")[: max(0, 10 - len(whole)) + 1]
    return f"{sign or ('' if unit else '¥')}{whole}{rest if len(rest) > 1 else ''}{unit if not sign else ''}"


def _local(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _time(text: str) -> str:
    moment = _local(text)
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}" if moment else text


def _date(text: str) -> str:
    moment = _local(text)
    return f"{moment.year}年{moment.month}月{moment.day}日" if moment else text


def _name(text: str) -> str:
    chinese = re.sub(f"[^{_HAN}·]", "", text)
    return chinese[:10] if chinese else _only(r"A-Za-z ,.'·\-", 20)(text)


_RULES: dict[str, Callable[[str], str]] = {
    "thing": _thing,
    "number": _number,
    "letter": _only("A-Za-z", 32),
    "symbol": lambda text: "".join(c for c in text if not c.isalnum() and not c.isspace())[:5],
    "character_string": _only(r"\x20-\x7e", 32),
    "time": _time,
    "date": _date,
    "amount": _amount,
    "phone_number": _only(r"0-9+\- ", 17),
    "car_number": _only(f"A-Za-z0-9{_HAN}", 8),
    "name": _name,
    "phrase": _only(_HAN, 5),
}
# An empty field is refused too.
_EMPTY = {"thing": "无", "character_string": "-", "number": "0", "phrase": "无", "name": "无"}
KINDS = frozenset(_RULES)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a kind of field takes, in words and as a pattern of the whole value."""

    words: str | Promise
    pattern: re.Pattern[str]
    most: int = 0

    def holds(self, value: str) -> bool:
        """Whether WeChat would take the value."""
        return bool(self.pattern.fullmatch(value)) and (not self.most or _length(value) <= self.most)


_DATE = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2})"
LIMITS: dict[str, Limit] = {
    "thing": Limit(_t("20 个以内字符"), re.compile(r".+"), 20),
    "number": Limit(_t("32 位以内数字，可带小数"), re.compile(r"[+-]?\d{1,32}(\.\d+)?")),
    "letter": Limit(_t("32 位以内字母"), re.compile(r"[A-Za-z]{1,32}")),
    "symbol": Limit(_t("5 位以内符号"), re.compile(r"[^\w\s]{1,5}")),
    "character_string": Limit(_t("32 位以内数字、字母或符号"), re.compile(r"[\x20-\x7e]{1,32}")),
    "time": Limit(_t("24 小时制时间，可带年月日"), re.compile(rf"(?:{_DATE} )?\d{{1,2}}:\d{{2}}.*")),
    "date": Limit(_t("年月日，可带时间"), re.compile(rf"{_DATE}.*")),
    "amount": Limit(
        _t("1 个币种符号加 10 位以内数字，可带小数和“元”"), re.compile(r"[¥￥$]?\d{1,10}(\.\d+)?元?")
    ),
    "phone_number": Limit(_t("17 位以内数字、符号"), re.compile(r"[0-9+\- ]{1,17}")),
    "car_number": Limit(_t("8 位以内"), re.compile(r".{1,8}")),
    "name": Limit(
        _t("10 个以内汉字，或 20 个以内字母和符号"), re.compile(rf"[{_HAN}·]{{1,10}}|[A-Za-z ,.'·\-]{{1,20}}")
    ),
    "phrase": Limit(_t("5 个以内汉字"), re.compile(rf"[{_HAN}]{{1,5}}")),
}
