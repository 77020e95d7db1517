"""Errands are done: outside any transaction, by whoever takes them, and never twice unasked."""

from __future__ import annotations

from collections.abc import Callable

from fangcun.build.release.channels import Channel, channel_of
from fangcun.build.release.models import Errand
from fangcun.build.release.queries import errand_of
from fangcun.build.release.services.errands import fail, put_off, settle, take, tell_progress
from fangcun.build.release.states import ErrandStatus
from fangcun.kernel.errors import DomainError, GatewayError

Progress = Callable[[str], None]


class ErrandTaken(GatewayError):
    """Another process is at it."""

    def __init__(self) -> None:
        super().__init__("Another process does this errand.", permanent=False, code="taken")


def do(
    errand_id: int, *, progress: Progress = lambda _: None, channel: Callable[[Errand], Channel] = channel_of
) -> Errand:
    """Do one errand and write its answer down; what was done before is asked for first and not done again.

    Answers the errand as it is afterwards: done, failed with a reason, or running while it will be tried again.
    Raises ErrandTaken while another process is at it, GatewayError when it should be tried again.
    """
    errand = take(errand_id)
    if errand is None:
        kept = errand_of(errand_id)
        if kept.status in (ErrandStatus.WAITING, ErrandStatus.RUNNING):
            raise ErrandTaken
        return kept

    def tell(words: str) -> None:
        tell_progress(errand, words)
        progress(words)

    try:
        way = channel(errand)
        answer = way.happened(errand) if errand.tries > 1 else None
        if answer is None:
            answer = way.perform(errand, progress=tell)
    except GatewayError as refused:
        if refused.permanent:
            fail(errand, error=str(refused), code=refused.code)
        else:
            put_off(errand, error=str(refused), code=refused.code)
            if errand_of(errand_id).status == ErrandStatus.RUNNING:
                raise
    except DomainError as refused:
        fail(errand, error=str(refused), code=refused.code)
    else:
        settle(errand, answer)
    return errand_of(errand_id)
