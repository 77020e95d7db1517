"""A release from its build to the audit."""

from __future__ import annotations

from typing import Annotated

import typer

from fangcun.doors.cli.release.acting import acting, finish, say, show_guide, show_next

app = typer.Typer(
    help="Check, upload, submit, roll out and take back a version of the mini program.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
Number = Annotated[int, typer.Argument(metavar="N", help="number of the release")]
Reason = Annotated[str, typer.Option("--reason", "-m", help="why; kept with the release")]


def steps_of(text: str) -> list[int]:
    """Percents that are written with commas. Raises typer.BadParameter."""
    try:
        return [int(one) for one in text.replace("，", ",").split(",") if one.strip()]
    except ValueError:
        raise typer.BadParameter("例如 1,5,20,50,100") from None


@app.command()
def new(
    artifact: Annotated[
        int | None, typer.Option(help="number of the build; the newest release build")
    ] = None,
    channel: Annotated[str, typer.Option(help="ci (self-owned) or platform (third-party platform)")] = "ci",
    appid: Annotated[str, typer.Option(help="the mini program; the main one if left out")] = "",
    note: Annotated[str, typer.Option("--note", "-m", help="a short description")] = "",
    value: Annotated[
        str, typer.Option(help="what users get; worked out from the blueprint if left out")
    ] = "",
    steps: Annotated[str, typer.Option(help="shares of users, in percent")] = "1,5,20,50,100",
) -> None:
    """Begin to release a build."""
    with acting():
        from fangcun.build.artifacts.queries import latest_ready
        from fangcun.build.release.services import new_release
        from fangcun.build.release.states import Channel
        from fangcun.identity.programs.queries import main_program, program_by_appid
        from fangcun.kernel.actors import SYSTEM

        if channel not in Channel.values:
            raise typer.BadParameter("ci 或 platform")
        program = program_by_appid(appid) if appid else main_program()
        newest = latest_ready("mp-weixin", "release")
        number = artifact if artifact is not None else newest.number if newest else None
        if program is None or number is None:
            say("还没有登记小程序，或没有正式环境的微信构建：fangcun build --environment release", "red")
            raise typer.Exit(1)
        made = new_release(
            program=program, channel=channel, artifact=number, note=note, value_text=value,
            steps=steps_of(steps), by=SYSTEM,
        )  # fmt: skip
        show_next(made.pk)


@app.command("list")
def list_() -> None:
    """Print all releases, the newest first."""
    with acting():
        from fangcun.build.release.queries import releases

        rows = list(releases()[:50])
        for one in rows:
            share = f" {one.percent}%" if one.percent else ""
            say(
                f"{one.pk:>4}  {one.version:<12} {one.program.name}  {one.channel}  {one.get_status_display()}{share}"
            )
        if not rows:
            say("还没有发布；先构建再运行 fangcun release new")


@app.command()
def status(number: Number, look: Annotated[bool, typer.Option(help="ask WeChat now")] = True) -> None:
    """Print where a release stands, who moved it, what is under way and what comes next."""
    with acting():
        from django.utils import timezone

        from fangcun.build.release.looking import look_up
        from fangcun.build.release.queries import errand_under_way, history_of, open_items, release_of
        from fangcun.build.release.states import Channel, ErrandStatus, ReleaseStatus
        from fangcun.kernel.errors import GatewayError

        release = release_of(number)
        asked = (ReleaseStatus.UPLOADED, ReleaseStatus.SUBMITTED)
        if look and release.channel == Channel.PLATFORM and release.status in asked:
            try:
                look_up(number)
            except GatewayError as trouble:
                say(f"没有问到微信：{trouble}", "yellow")
        for one in history_of(release_of(number)):
            at = f"{timezone.localtime(one.at):%m-%d %H:%M}"
            label = ReleaseStatus(one.target).label
            say(f"  {at}  {label}  {one.actor_name}  {one.reason}", "dim")
        for item in open_items(release):
            say(f"  驳回 {item.attempt.number}.{item.place}（编号 {item.pk}）：{item.text}", "red")
        show_next(number)
        errand = errand_under_way(release)
        if errand is not None and errand.status == ErrandStatus.BY_HAND:
            show_guide(errand)
        elif errand is not None and errand.error:
            say(f"  {errand.error}；会继续重试", "yellow")


@app.command()
def check(number: Number) -> None:
    """Take the newest inspection of exactly this build as good. Ends with 1 while errors count."""
    with acting():
        from fangcun.build.release.services import check_release
        from fangcun.kernel.actors import SYSTEM

        check_release(number=number, by=SYSTEM)
        show_next(number)


@app.command()
def upload(
    number: Number,
    template: Annotated[int | None, typer.Option(help="template of the platform's library")] = None,
    robot: Annotated[int, typer.Option(min=1, max=30, help="ci: which robot uploads")] = 1,
) -> None:
    """Send the build to WeChat."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        finish(services.upload(number=number, template_id=template, robot=robot, by=SYSTEM))


@app.command()
def privacy(
    number: Number,
    email: Annotated[str, typer.Option(help="how users reach the enterprise about their data")] = "",
    phone: Annotated[str, typer.Option()] = "",
) -> None:
    """Declare what the uploaded code collects and what for, from the blueprint."""
    with acting():
        from fangcun.build.release import services
        from fangcun.build.release.looking import look_up
        from fangcun.build.release.queries import release_of
        from fangcun.build.release.states import Channel
        from fangcun.kernel.actors import SYSTEM

        if release_of(number).channel == Channel.PLATFORM:
            look_up(number)
        contact = {"contact_email": email, "contact_phone": phone}
        finish(services.declare_privacy(number=number, contact=contact, by=SYSTEM))


@app.command()
def submit(
    number: Number,
    pictures: Annotated[bool, typer.Option(help="hand in the pictures of the kit")] = True,
    no_location: Annotated[bool, typer.Option(help="declare that location interfaces are not used")] = False,
) -> None:
    """Hand the version in to the audit; the quota is printed first."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        show_quota(number)
        finish(services.submit(number=number, pictures=pictures, privacy_api_not_use=no_location, by=SYSTEM))


@app.command()
def withdraw(number: Number, reason: Reason = "") -> None:
    """Take the audit back; 5 times a day, 10 a month."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        show_quota(number)
        finish(services.withdraw(number=number, reason=reason, by=SYSTEM))


@app.command("speed-up")
def speed_up(number: Number) -> None:
    """Ask for a quick audit; there are few of these."""
    with acting():
        from fangcun.build.release import services
        from fangcun.kernel.actors import SYSTEM

        show_quota(number)
        finish(services.speed_up(number=number, by=SYSTEM))


@app.command()
def quota(number: Number) -> None:
    """Print how many audits, speed-ups and withdrawals are left."""
    with acting():
        show_quota(number)


def show_quota(number: int) -> None:
    """One line about what is left."""
    from fangcun.build.release.looking import quotas

    left = quotas(number)
    told = f"撤回：今天还能 {left.undos_today} 次，本月还能 {left.undos_this_month} 次"
    if left.wechat is not None:
        one = left.wechat
        told = f"本月提审还剩 {one.rest}/{one.limit} 次，加急还剩 {one.speedup_rest}/{one.speedup_limit} 次；{told}"
    say(told, "dim")
