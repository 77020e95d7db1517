"""Fills a platform for a load test: tables, goods with much stock, the plan. Run on its data; prints what there is.

Reads {"plan": text or null} from standard input and answers one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys

from fangcun.doors.cli.main import migrate_all, wire

wire()

from fangcun.doors.cli.sample.shelf import open_shop  # noqa: E402 - the rooms are wired first
from fangcun.doors.cli.suites.load.crowd import gather_crowd  # noqa: E402
from fangcun.identity.programs.queries import main_program  # noqa: E402
from fangcun.kernel.actors import SYSTEM  # noqa: E402
from fangcun.plan.revisions.services import publish_text  # noqa: E402

NAMES = (
    "烟台红富士苹果",
    "赵县皇冠雪花梨",
    "赣南脐橙",
    "海南贵妃芒",
    "丹东草莓",
    "云南小土豆",
    "蒙自石榴",
    "本地小番茄",
)
STOCK = 1_000_000


def main() -> None:
    asked = json.load(sys.stdin)
    migrate_all()
    goods = [
        {
            "key": str(number),
            "title": name,
            "price_amount": 590 + 100 * number,
            "stock": STOCK,
            "picture": "fuji-apple-1",
        }
        for number, name in enumerate(NAMES)
    ]
    open_shop(os.environ["WECHATBOX_URL"], goods)
    if asked["plan"]:
        publish_text(text=asked["plan"], base=None, message="压力测试", by=SYSTEM)
    if program := main_program():
        gather_crowd(program)
    print(json.dumps({"ready": True}))


if __name__ == "__main__":
    main()
