"""How a command acts on a release: refusals in a sentence, errands done at once with their progress."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from fangcun.build.release.models import Errand

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@contextmanager
def acting() -> Iterator[None]:
    """Load the rooms; a refusal of ours or of WeChat's ends the command with 1 and its sentence."""
    from fangcun.doors.cli.main import wire

    wire()
    from fangcun.kernel.errors import DomainError, GatewayError

    try:
        yield
    except (DomainError, GatewayError) as refused:
        err.print(Text(str(refused), "red"))
        raise typer.Exit(1) from None


def say(words: str, style: str = "default") -> None:
    """One line."""
    out.print(Text(words, style), soft_wrap=True)


def finish(errand: Errand) -> None:
    """Do an errand now, or say what a person has to do for it. Ends with 1 when it failed."""
    from fangcun.build.release.doing import ErrandTaken, do
    from fangcun.build.release.states import ErrandStatus
    from fangcun.kernel.errors import GatewayError

    if errand.status == ErrandStatus.BY_HAND:
        show_guide(errand)
        return
    try:
        done = do(errand.pk, progress=lambda words: say(f"  {words}", "dim"))
    except ErrandTaken:
        say("后台正在进行，用 fangcun release status 查看", "yellow")
        return
    except GatewayError as trouble:
        say(f"{trouble}；后台会继续重试", "yellow")
        raise typer.Exit(1) from None
    if done.status == ErrandStatus.FAILED:
        say(f"{done.get_kind_display()}失败：{done.error}", "red")
        say(f"改好后重试：fangcun release retry {done.release_id}", "dim")
        raise typer.Exit(1)
    say(f"{done.get_kind_display()}：完成", "green")
    show_next(done.release_id)


def show_guide(errand: Errand) -> None:
    """What a person does in WeChat's console, step by step, with the texts to copy."""
    from fangcun.build.release.guidance import guide

    told = guide(errand)
    say(f"请在微信公众平台完成“{errand.get_kind_display()}”（{told.link}）", "bold")
    for number, step in enumerate(told.steps, start=1):
        say(f"  {number}. {step}")
    for one in told.copies:
        say(f"  [{one.field}] {one.text}")
    say(f"完成后登记：fangcun release confirm {errand.release_id} --evidence “{told.note}”", "dim")


def show_next(number: int) -> None:
    """Where a release stands and what comes next."""
    from fangcun.build.release.nexts import next_of
    from fangcun.build.release.queries import release_of

    release = release_of(number)
    following = next_of(release)
    share = f" {release.percent}%" if release.percent and release.percent < 100 else ""
    say(
        f"第 {number} 次发布 {release.version}：{release.get_status_display()}{share}；下一步：{following.words}"
    )
    for guard in following.guards:
        if not guard.ok:
            say(f"  ✗ {guard.text}：{guard.hint}", "yellow")
