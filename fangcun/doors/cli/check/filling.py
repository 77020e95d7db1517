"""Makes an installation's tables and opens a small shop on it; a program of its own, run on a stage's data."""

from __future__ import annotations

import json
import os
import sys

from fangcun.doors.cli.main import migrate_all, wire

wire()

from fangcun.doors.cli.sample.shelf import open_shop  # noqa: E402 - the rooms are wired first

GOODS = [
    {
        "key": f"goods-{number}",
        "title": title,
        "price_amount": 890 + 100 * number,
        "stock": 1000,
        "picture": picture,
        **({"values": ["500g", "2.5kg"]} if number == 0 else {}),
    }
    for number, (title, picture) in enumerate(
        [
            ("烟台红富士苹果", "fuji-apple-1"),
            ("赵县皇冠雪花梨", "crown-pear-1"),
            ("现摘水果黄瓜", "crown-pear-1"),
        ]
    )
]

if __name__ == "__main__":
    migrate_all()
    sys.stdout.write(json.dumps(open_shop(os.environ["WECHATBOX_URL"], GOODS)) + "\n")
