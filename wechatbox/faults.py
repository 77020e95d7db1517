"""Switches that make the box misbehave the way the real WeChat sometimes does."""

import json
from collections.abc import Mapping

from wechatbox.store import Store

COUNTED = {
    "lose_notices": "通知永远不送达（平台只能靠查单）",
    "forge_notices": "投递时用别人的私钥签名（应被拒收，之后按时间表重试）",
    "wrong_serial_notices": "投递时用别人的私钥签名，序列号也不认识（应被拒收，且不该触发任何外部请求）",
    "stale_notices": "投递十分钟前签名的旧通知（应被拒收，之后按时间表重试）",
    "altered_notices": "签名之后正文被改动（应被拒收，之后按时间表重试）",
    "reorder_notices": "扣住一条通知，等下一条送出后再送",
    "signtest": "先送一条 WECHATPAY/SIGNTEST/ 探测通知，再送真通知",
    "api_5xx": "接口直接返回 502，请求未被处理",
    "api_system_error": "小程序接口返回 -1，支付接口返回 500 SYSTEM_ERROR，请求未被处理",
    "api_quota": "小程序接口返回 45009，支付接口返回 429 FREQUENCY_LIMITED，请求未被处理",
    "api_lost_answers": "请求已被处理，但返回 502（应答丢失）",
    "lose_pushes": "消息推送永远不送达",
    "forge_pushes": "消息推送用别人的 Token 签名（应被拒收，之后重试）",
    "stale_pushes": "消息推送是十分钟前签名的（应被拒收，之后重试）",
    "refuse_welcome": "用户进入客服会话后不许发欢迎语（45015）",
    "busy_commits": "提交代码或提审返回 9402202（上一次操作还没有完成），请求未被处理",
    "not_enough": "退款返回 403 NOT_ENOUGH（商户余额不足）",
}
NUMBERS = {
    "duplicate_pushes": "每条消息推送另外同时多送几份（同一个 MsgId）",
    "duplicate_notices": "每条通知另外同时多送几份",
    "delay_notices_s": "每条通知推迟多少秒（按盒内时钟）",
    "api_delay_s": "每次接口应答推迟多少秒（真实时间）",
    "codes_a_minute": "每分钟最多生成多少个小程序码，之后返回 45009（0 为 5000 个）",
}
CHOICES = {"refund_result": ("退款最终结果", ("SUCCESS", "ABNORMAL", "CLOSED"))}
KNOWN = {**COUNTED, **NUMBERS, **{key: text for key, (text, _) in CHOICES.items()}}
_MOST = {
    "duplicate_notices": 100,
    "duplicate_pushes": 100,
    "delay_notices_s": 366 * 86400,
    "api_delay_s": 60,
    "codes_a_minute": 5000,
}


class UnknownFault(ValueError):
    """The switch does not exist."""


class Faults:
    """What is switched on, kept in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> dict[str, object]:
        """Every switch with its present value: 0 when off, SUCCESS for ``refund_result``."""
        values: dict[str, object] = dict.fromkeys((*COUNTED, *NUMBERS), 0)
        values.update(refund_result="SUCCESS")
        values.update(
            {row["key"]: json.loads(row["value"]) for row in self._store.all("SELECT * FROM faults")}
        )
        return values

    def set(self, changes: Mapping[str, object]) -> None:
        """Turn switches on or off, all of ``changes`` or none. Raises UnknownFault or ValueError."""
        for key in changes:
            if key not in KNOWN:
                raise UnknownFault(key)
        wanted = {key: _checked(key, value) for key, value in changes.items()}
        with self._store.transaction():
            for key, value in wanted.items():
                self._store.run("INSERT OR REPLACE INTO faults VALUES (?, ?)", key, json.dumps(value))

    def clear(self) -> None:
        """Turn everything off."""
        self._store.run("DELETE FROM faults")

    def strikes(self, key: str, path: str = "") -> bool:
        """Whether a counted fault happens now, to a request of this path; uses up one of its times."""
        value = self.all()[key]
        times = value["times"] if isinstance(value, dict) else value
        if not times or (isinstance(value, dict) and not path.startswith(value["path"])):
            return False
        if isinstance(times, int) and times is not True:
            left = {**value, "times": times - 1} if isinstance(value, dict) else times - 1
            self._store.run("INSERT OR REPLACE INTO faults VALUES (?, ?)", key, json.dumps(left))
        return True

    def number(self, key: str) -> float:
        """The value of a number fault; 0 when off."""
        value = self.all()[key]
        return float(value) if isinstance(value, int | float) else 0.0

    def refund_result(self) -> str:
        """How refunds end at present."""
        return str(self.all()["refund_result"])


def _checked(key: str, value: object) -> object:
    if key in CHOICES:
        allowed = CHOICES[key][1]
        if value not in allowed:
            raise ValueError(f"{key} must be one of {', '.join(allowed)}")
        return value
    if key in COUNTED:
        return _counted(key, value)
    most = _MOST[key]
    number = int(value) if isinstance(value, bool) else value
    if key in ("duplicate_notices", "duplicate_pushes") and not isinstance(number, int):
        raise ValueError(f"{key} must be a whole number from 0 to {most}")
    if isinstance(number, int | float) and 0 <= number <= most:
        return number
    raise ValueError(f"{key} must be a number from 0 to {most}")


def _counted(key: str, value: object) -> object:
    if isinstance(value, dict) and key.startswith("api_"):
        if value.keys() != {"times", "path"} or not isinstance(value["path"], str):
            raise ValueError(f'{key} must be a number or {{"times": 1, "path": "/v3/refund"}}')
        return {"times": _counted(key, value["times"]), "path": value["path"]}
    if isinstance(value, int) and 0 <= value <= 1_000_000:
        return value
    raise ValueError(f"{key} must be true, false or how many of the next times (0 to 1000000)")
