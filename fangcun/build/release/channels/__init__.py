"""The two ways to WeChat behind one port: what a release asks to be done, whoever is allowed to do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fangcun.build.release.models import Errand
from fangcun.build.release.states import Channel as ChannelName

Progress = Callable[[str], None]


class Channel(Protocol):
    """Does errands at WeChat. Called outside any transaction; may take minutes."""

    def perform(self, errand: Errand, *, progress: Progress) -> dict[str, Any]:
        """Do it and answer what WeChat said, as plain JSON. Raises GatewayError."""

    def happened(self, errand: Errand) -> dict[str, Any] | None:
        """Whether an earlier try came through after all: the answer it must have had, or None. Raises GatewayError."""


def channel_of(errand: Errand) -> Channel:
    """The channel of the errand's release."""
    from fangcun.build.release.channels.ci import CiChannel
    from fangcun.build.release.channels.platform import PlatformChannel

    program = errand.release.program
    return CiChannel(program) if errand.release.channel == ChannelName.CI else PlatformChannel(program)
