"""Write since which base library each of WeChat's APIs exists, from the type definitions that WeChat publishes.

    npm pack miniprogram-api-typings && tar xzf miniprogram-api-typings-*.tgz
    .venv/bin/python tools/base_library.py package

Writes fangcun/doors/cli/suites/compat/since.json.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

TARGET = (
    Path(__file__).resolve().parents[1] / "fangcun" / "doors" / "cli" / "suites" / "compat" / "since.json"
)
MEMBER = re.compile(r"/\*\*(?P<said>.*?)\*/\s*(?:readonly )?(?P<name>\w+)\s*[<(:?]", re.DOTALL)
SINCE = re.compile(r"需要基础库： `([\d.]+)`")


def since(text: str) -> dict[str, str]:
    """Version by API; an API of the first base library has "1.0.0"."""
    inside = text[text.index("interface Wx {") :]
    end = re.search(r"^ {4}interface \w+", inside[4:], re.MULTILINE)
    inside = inside[: end.start()] if end else inside
    found: dict[str, str] = {}
    for member in MEMBER.finditer(inside):
        version = SINCE.search(member["said"])
        found.setdefault(member["name"], version[1] if version else "1.0.0")
    return dict(sorted(found.items()))


def main() -> None:
    folder = Path(sys.argv[1])
    package = json.loads((folder / "package.json").read_text())
    told = {
        "source": f"{package['name']} {package['version']}, {package['homepage']}",
        "licence": f"{package['license']}, Copyright (c) Wechat Miniprogram",
        "apis": since((folder / "types" / "wx" / "lib.wx.api.d.ts").read_text()),
    }
    TARGET.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(told['apis'])} APIs: {TARGET}")


if __name__ == "__main__":
    main()
