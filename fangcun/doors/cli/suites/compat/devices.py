"""The phones of the matrix, and what each of them is hard on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Network = Literal["fast", "slow", "offline"]
Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Device:
    """A phone in somebody's hand. Sizes are CSS pixels; `text` is how much larger the text is than usual.

    `top` and `bottom` are what the notch and the home bar take of the screen.
    """

    id: str
    name: str
    width: int
    height: int
    top: int = 0
    bottom: int = 0
    text: float = 1.0
    dark: bool = False
    network: Network = "fast"
    language: Language = "zh"

    @property
    def words(self) -> str:
        """Its size and what is special."""
        special = [
            f"字号 {self.text:g} 倍" if self.text != 1 else "",
            "深色" if self.dark else "",
            {"slow": "弱网", "offline": "断网"}.get(self.network, ""),
            "英文" if self.language == "en" else "",
            "安全区" if self.bottom else "",
        ]
        return "，".join([f"{self.width}×{self.height}", *filter(None, special)])


DEVICES: Sequence[Device] = (
    Device("small", "小屏手机", 320, 568),
    Device("android", "安卓手机", 360, 640),
    Device("plain", "普通手机", 375, 667),
    Device("notch", "刘海屏", 390, 844, top=47, bottom=34),
    Device("large", "大屏手机", 430, 932, top=59, bottom=34),
    Device("tablet", "平板", 768, 1024),
    Device("landscape", "横屏", 844, 390, bottom=21),
    Device("text-115", "稍大字号", 375, 667, text=1.15),
    Device("text-140", "大字号", 375, 667, text=1.4),
    Device("dark", "深色模式", 390, 844, top=47, bottom=34, dark=True),
    Device("slow", "弱网", 375, 667, network="slow"),
    Device("offline", "断网", 375, 667, network="offline"),
    Device("english-small", "英文小屏", 320, 568, language="en"),
    Device("english", "英文", 390, 844, top=47, bottom=34, language="en"),
)


class NoSuchDevice(Exception):
    """A device was asked for that is not in the matrix; the text names those that are."""


def chosen(wanted: Sequence[str]) -> list[Device]:
    """The wanted devices, or all. Raises NoSuchDevice."""
    known = {one.id: one for one in DEVICES}
    for name in wanted:
        if name not in known:
            raise NoSuchDevice(f"没有设备 {name}；有：{'、'.join(known)}")
    return [known[name] for name in wanted] if wanted else list(DEVICES)
