"""Dies before each transaction of a release's errands, then goes on as life does, and says what WeChat was asked to do.

A program of its own, as `dying` is: `python -m tests.faults.dying_release` on an empty FANGCUN_HOME. It prints JSON,
as of `die_everywhere`. What WeChat did stands in the events' file: no transaction of ours takes it back.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

from tests.faults import dying  # first: it wires the rooms

# isort: split
from django.db import connections
from django.utils import timezone

from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.checks.models import CheckRun
from fangcun.build.checks.report import Report
from fangcun.build.checks.states import RunStatus
from fangcun.build.release import doing, services
from fangcun.build.release.models import Attempt, Errand, Release
from fangcun.doors.cli.main import migrate_all
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.errors import DomainError, GatewayError
from fangcun.kernel.models import Job
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text
from tests.faults.dying_between import Books, Step, die_everywhere

CONTACT = {"contact_email": "shop@example.com"}


class Wechat:
    """Does what it is asked, and remembers it whatever becomes of us."""

    def perform(self, errand: Errand, *, progress: Any) -> dict[str, Any]:
        with connections["events"].cursor() as cursor:
            cursor.execute("INSERT INTO wechat_did VALUES (%s)", [errand.kind])
        return {"auditid": 71} if errand.kind == "submit" else {"percent": errand.payload.get("percent")}

    def happened(self, errand: Errand) -> dict[str, Any] | None:
        if errand.kind not in did():
            return None
        return {"auditid": 71} if errand.kind == "submit" else {"percent": errand.payload.get("percent")}


def did() -> list[str]:
    with connections["events"].cursor() as cursor:
        cursor.execute("SELECT kind FROM wechat_did")
        return [row[0] for row in cursor.fetchall()]


def furnish() -> None:
    """A release of a plan, checked and ready to be uploaded."""
    migrate_all()
    with connections["events"].cursor() as cursor:
        cursor.execute("CREATE TABLE wechat_did (kind TEXT)")
    program = register_program(appid="wxrelease0000001", name="青禾鲜", app_secret="s" * 32, by=SYSTEM)
    publish_text(text=sample_text("fresh-grocery"), base=None, message="第一版", by=SYSTEM)
    made = Artifact.objects.create(
        number=1,
        program=program,
        platform=Platform.WEIXIN,
        environment=Environment.RELEASE,
        version="1.0.0",
        api_base="https://shop.example.com/api/v1",
        revision=1,
        status=Status.READY,
        digest="1" * 64,
    )
    report = Report(made.version, made.digest, "1.0", timezone.now().isoformat(), 1.0, (), {}, ())
    CheckRun.objects.create(
        artifact=made, digest=made.digest, status=RunStatus.DONE, report=report.as_json(), actor_kind="system"
    )
    services.new_release(program=program, channel="platform", artifact=1, by=SYSTEM)
    services.check_release(number=1, by=SYSTEM)


def carried(verb: Step) -> None:
    """Write an errand down and do it, as the command line does."""
    doing.do(verb().pk)


def upload() -> None:
    carried(lambda: services.upload(number=1, template_id=7, by=SYSTEM))


def declared() -> None:
    upload()
    Attempt.objects.update(privacy={"without_auth": [], "without_conf": []})
    carried(lambda: services.declare_privacy(number=1, contact=CONTACT, by=SYSTEM))


def submit() -> None:
    carried(lambda: services.submit(number=1, by=SYSTEM))


def approved() -> None:
    declared()
    submit()
    services.record_verdict(number=1, result="success", by=SYSTEM)


def go() -> None:
    carried(lambda: services.go(number=1, by=SYSTEM))


def rolling() -> None:
    approved()
    go()


def revert() -> None:
    carried(lambda: services.revert(number=1, reason="支付失败", by=SYSTEM))


STEPS: dict[str, tuple[Step, Step]] = {
    "submit": (declared, submit),
    "go": (approved, go),
    "revert": (rolling, revert),
}


def in_the_end(step: Step) -> Books:
    """The step once more, then the errand that is left when its lease is over; what stands, and what WeChat did."""
    for again in (step, finish, step, finish):
        try:
            again()
        except (DomainError, GatewayError):
            continue
    release = Release.objects.get()
    return {
        "status": release.status,
        "percent": release.percent,
        "did": did(),
        "open": Errand.objects.filter(status__in=("waiting", "running")).count(),
    }


def finish() -> None:
    Errand.objects.filter(status="running").update(taken_at=timezone.now() - dt.timedelta(hours=1))
    for errand in Errand.objects.filter(status__in=("waiting", "running")):
        doing.do(errand.pk)
    Job.objects.filter(task__endswith="do_errand").delete()


def main() -> None:
    doing.do.__kwdefaults__["channel"] = lambda _errand: Wechat()  # type: ignore[index]
    furnish()
    dying.keep("shop")
    json.dump(die_everywhere(STEPS, in_the_end), sys.stdout, default=str)


if __name__ == "__main__":
    main()
