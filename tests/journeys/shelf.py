"""Makes an installation's tables and fills its shelves with the goods named on standard input; a program of its own."""

from __future__ import annotations

import json
import os
import sys

from fangcun.doors.cli.main import migrate_all, wire

wire()

from fangcun.doors.cli.sample.shelf import open_shop  # noqa: E402 - the rooms are wired first

migrate_all()
print(json.dumps(open_shop(os.environ["WECHATBOX_URL"], json.load(sys.stdin))))  # noqa: T201 - the answer
