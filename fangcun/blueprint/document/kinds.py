"""The kinds of plain values, and what every part of a blueprint has in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field


@dataclass(frozen=True)
class Words:
    """How a kind of text is called in a finding, and how it is written."""

    name: str
    example: str


Id: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"),
    Words("小写字母、数字和下划线组成的编号", "例如 group_buy"),
]
PropertyType: TypeAlias = Annotated[
    str,
    Field(pattern=r"^(id|text|int|fen|float|bool|time|enum\(\s*[^(),]+(,[^(),]+)*\))$"),
    Words("属性类型", "写 id、text、int、fen、float、bool、time 或 enum(甲, 乙)"),
]
Color: TypeAlias = Annotated[
    str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), Words("颜色", '写成带引号的六位十六进制，例如 "#087F45"')
]
PagePath: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_\-]*(/[A-Za-z0-9_\-]+)+$"),
    Words("页面路径", "例如 pages/home/index，开头不带 /"),
]
PackageName: TypeAlias = Annotated[
    str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_\-]*$"), Words("分包名", "例如 main 或 goods")
]
Score: TypeAlias = Annotated[int, Field(ge=0, le=5)]
Whole: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000)]
Count1: TypeAlias = Annotated[int, Field(ge=1, le=1_000_000)]
Hours: TypeAlias = Annotated[float, Field(gt=0, le=100_000)]
Days: TypeAlias = Annotated[int, Field(ge=1, le=1_000)]
Scalar: TypeAlias = str | int | float | bool


class Closed:
    """A mapping that knows no other keys than its fields: a typing mistake must not pass in silence."""

    __pydantic_config__ = ConfigDict(extra="forbid")
