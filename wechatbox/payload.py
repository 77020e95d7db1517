"""Reading JSON that strangers send."""

import json
from typing import Any, NoReturn


def read_json(raw: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises ValueError, also for NaN and lone surrogates."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
        # A lone surrogate such as "\ud800" is no text.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")
