"""What every part of the box works with."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request

from wechatbox.clock import Clock
from wechatbox.faults import Faults
from wechatbox.store import Store


@dataclass(frozen=True)
class Settings:
    """Choices made when the box starts."""

    home: Path
    # Before every Nth notice a SIGNTEST probe is sent, as WeChat Pay does now and then; 0 means never.
    signtest_every: int = 50
    # The answer to a js_code that was used before: 40163 is seen in the field, 40029 is the documented one.
    reused_code_errcode: int = 40163


@dataclass
class Box:
    """One WeChat: its memory, clock and switches."""

    settings: Settings
    store: Store
    clock: Clock
    faults: Faults
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def stir(self) -> None:
        """Let the courier look at once whether something is due."""
        self.wake.set()


def open_box(settings: Settings) -> Box:
    """Open the box that lives under ``settings.home``, creating it the first time."""
    store = Store(settings.home)
    return Box(settings=settings, store=store, clock=Clock(store), faults=Faults(store))


def box_of(request: Request) -> Box:
    """The box that serves this request."""
    box: Box = request.app.state.box
    return box
