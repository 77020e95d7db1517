"""The delivery companies an operator can choose, by the codes that WeChat's logistics uses."""

from __future__ import annotations

CARRIERS = {
    "SF": "顺丰速运",
    "JD": "京东物流",
    "ZTO": "中通快递",
    "YTO": "圆通速递",
    "YD": "韵达快递",
    "STO": "申通快递",
    "JTSD": "极兔速递",
    "EMS": "EMS",
    "YZPY": "邮政快递包裹",
    "DBL": "德邦快递",
    "SELF": "商家自送",
}


def carrier_name(code: str) -> str:
    """The name a customer knows."""
    return CARRIERS.get(code, code)
