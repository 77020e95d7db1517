"""Texts to begin a plan with."""

from __future__ import annotations

from typing import Final

from django.conf import settings

SAMPLES: Final = ("fresh-grocery", "blank")

BLANK: Final = """\
# 一份蓝图的各个部分，按顺序填写；格式与规则见 docs/guide/plan.zh-CN.md，可参考样例 blueprints/fresh-grocery.yaml。
blueprint: 1

enterprise:
  name: 企业名称
  subject: enterprise
  # 现在最让生意难受的事
  pains: []

programs:
  - {id: shop, role: main, name: 小程序名称}

# 每个目标是一个数：怎么数、现在多少、到哪天要多少
goals: []

# 按哪些标准比、各家几分、有什么证据；谁都做不好的地方就是机会
competitors:
  criteria: []
  entries: []
  openings: []

features: []

# 有哪些页面，各在哪个分包，点击后去哪里；标签页写 tab
pages: {}

navigation: {start: home, max_taps: 3}

# 谁在哪一页做什么、记录什么事件、最后告诉谁；每个场景写上不顺利时怎么办
scenarios: []

content:
  videos: []
  ugc: []

team:
  driver: product
  members: []

# days 是工作日；after 是要等谁
schedule:
  start: 2026-12-01
  holidays: []
  stages: []

# 审核被拒等情况出现时怎么办，留几天余量
contingencies: []

qualifications: []

launch:
  categories: []
  privacy: {}
"""


def sample_text(name: str) -> str:
    """The text of a sample, by its name in SAMPLES. Raises KeyError for another."""
    if name not in SAMPLES:
        raise KeyError(name)
    if name == "blank":
        return BLANK
    return (settings.REPOSITORY / "blueprints" / f"{name}.yaml").read_text()
