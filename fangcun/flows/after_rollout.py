"""What follows when the watch over a version decides: it is done at WeChat, or people are told what to do there."""

from __future__ import annotations

from fangcun.build.release.services.watching import EVERYBODY, carry_back, carry_step
from fangcun.build.rollout.events import RolloutFinished, RolloutStepped, RolloutTurnedBack
from fangcun.kernel.events import listens


@listens(RolloutStepped)
def give_it_to_more(event: RolloutStepped) -> None:
    carry_step(release_number=event.release_number, percent=event.percent)


@listens(RolloutFinished)
def give_it_to_everybody(event: RolloutFinished) -> None:
    carry_step(release_number=event.release_number, percent=EVERYBODY)


@listens(RolloutTurnedBack)
def take_it_back(event: RolloutTurnedBack) -> None:
    carry_back(release_number=event.release_number, reason=event.reason)
