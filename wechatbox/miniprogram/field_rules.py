"""What each kind of subscribe message field may hold (the documented table of parameter limits)."""

import re
from collections.abc import Callable

_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DAY = r"\d{4}(-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|年\d{1,2}月\d{1,2}日)"
_MOMENT = rf"(({_DAY})\s?)?{_CLOCK}"
_HAN = r"[\u3400-\u9fff·]"


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


_RULES: dict[str, Callable[[str], bool]] = {
    "thing": lambda text: len(text) <= 20,
    "number": lambda text: len(text) <= 32 and re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) is not None,
    "letter": _matches(r"[A-Za-z]{1,32}"),
    "symbol": lambda text: len(text) <= 5 and not any(letter.isalnum() for letter in text),
    "character_string": _matches(r"[\x20-\x7e]{1,32}"),
    "time": _matches(rf"{_MOMENT}(\s?~\s?{_MOMENT})?|{_DAY}(\s?~\s?{_DAY})?"),
    "date": _matches(rf"{_DAY}(\s?{_CLOCK})?(\s?~\s?{_DAY}(\s?{_CLOCK})?)?"),
    "amount": _matches(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?"),
    "phone_number": _matches(r"[\d+\-() #*]{1,17}"),
    "car_number": _matches(rf"({_HAN}|[A-Za-z0-9]){{1,8}}"),
    "name": _matches(rf"{_HAN}{{1,10}}|[A-Za-z\s.,'·\-]{{1,20}}"),
    "phrase": _matches(rf"{_HAN}{{1,5}}"),
}


def fits(key: str, text: str) -> bool:
    """Whether the text may stand under this key, such as ``thing1`` or ``amount3``."""
    rule = _RULES.get(key.rstrip("0123456789"))
    return bool(text.strip()) and (rule is None or rule(text))
