"""A build that may be released, a plan it was made from, and a WeChat that answers as it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as wired
from django.utils import timezone

from fangcun.build.artifacts.models import Artifact, Environment, Platform, Status
from fangcun.build.artifacts.queries import folder_of
from fangcun.build.checks.models import CheckRun
from fangcun.build.checks.report import Report
from fangcun.build.checks.states import RunStatus
from fangcun.build.release import doing, services
from fangcun.build.release.models import Errand, Release
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM, Actor
from fangcun.plan.revisions.queries import newest_number
from fangcun.plan.revisions.services import publish_text

LI = Actor.staff(1, "李策划")
WANG = Actor.staff(2, "王老板")
PLAN = Path(wired.REPOSITORY) / "blueprints" / "fresh-grocery.yaml"
CONTACT = {"contact_email": "shop@example.com"}
PAGES = (
    "pages/home/home",
    "pages/cart/cart",
    "pages-goods/product/product",
    "pages-goods/search/search",
    "pages-trade/checkout/checkout",
    "pages-trade/orders/orders",
)


class Wechat:
    """Stands in for a channel: does what a test told it and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {"upload": {"packages": {"__FULL__": 9}}, "submit": {"auditid": 71}}
        self.done: dict[str, Any] = {}

    def perform(self, errand, *, progress) -> dict[str, Any]:
        self.asked.append(errand.kind)
        answer: Any = self.answers.get(errand.kind, {})
        if isinstance(answer, BaseException):
            raise answer
        told: dict[str, Any] = answer
        return told

    def happened(self, errand) -> dict[str, Any] | None:
        self.asked.append(f"{errand.kind}?")
        return self.done.get(errand.kind)


@pytest.fixture(autouse=True)
def _a_home(tmp_path, settings) -> None:
    settings.FANGCUN_HOME = tmp_path


@pytest.fixture
def program(db):
    return register_program(appid="wxrelease0000001", name="青禾鲜", app_secret="s" * 32, by=SYSTEM)


@pytest.fixture
def plan(db) -> int:
    if newest_number() is None:
        publish_text(text=PLAN.read_text(), base=None, message="第一版", by=LI)
    return newest_number() or 0


@pytest.fixture
def artifact(program, plan):
    """A function that makes a finished build of a version."""

    def make(version: str = "1.0.0", **columns: Any) -> Artifact:
        number = Artifact.objects.count() + 1
        made = Artifact.objects.create(
            **{
                "number": number,
                "program": program,
                "platform": Platform.WEIXIN,
                "environment": Environment.RELEASE,
                "version": version,
                "api_base": "https://shop.example.com/api/v1",
                "revision": newest_number(),
                "status": Status.READY,
                "digest": f"{number:064x}",
                "manifest": {"packages": {"": 1000}},
                **columns,
            }
        )
        folder = folder_of(made)
        for page in PAGES:
            (folder / page).parent.mkdir(parents=True, exist_ok=True)
            (folder / f"{page}.js").write_text("Page({})")
            (folder / f"{page}.wxml").write_text("<view>青禾鲜</view>")
            (folder / f"{page}.json").write_text("{}")
        (folder / "app.json").write_text(json.dumps({"pages": PAGES}))
        (folder / "app.js").write_text("App({})")
        return made

    return make


@pytest.fixture
def inspected():
    """A function that has a build inspected, with so many errors."""

    def inspect(artifact: Artifact, errors: int = 0) -> CheckRun:
        from fangcun.build.checks.finding import Finding, Severity

        report = Report(
            target=str(artifact),
            digest=artifact.digest,
            pack_version="1.0",
            began=timezone.now().isoformat(),
            seconds=1.0,
            rules_run=("planted",),
            severities={"planted": Severity.ERROR},
            findings=tuple(
                Finding(rule="planted", message=f"错误{n}", message_en=f"fault {n}", file="app.json")
                for n in range(errors)
            ),
        )
        return CheckRun.objects.create(
            artifact=artifact,
            target=str(artifact),
            digest=artifact.digest,
            status=RunStatus.DONE,
            report=report.as_json(),
            actor_kind="system",
        )

    return inspect


@pytest.fixture
def wechat(monkeypatch) -> Wechat:
    """What every errand is done by."""
    told = Wechat()
    monkeypatch.setattr(doing, "channel_of", lambda _errand: told)
    monkeypatch.setattr(
        doing.do, "__kwdefaults__", {**(doing.do.__kwdefaults__ or {}), "channel": lambda _e: told}
    )
    return told


class Way:
    """A release and how far it is brought, on the channel the test chose."""

    def __init__(self, release: Release) -> None:
        self.number = release.pk

    @property
    def release(self) -> Release:
        return Release.objects.get(pk=self.number)

    @property
    def status(self) -> str:
        return self.release.status

    @property
    def errand(self) -> Errand:
        return Errand.objects.filter(release_id=self.number).order_by("-id")[0]

    def do(self, errand: Errand) -> Errand:
        return doing.do(errand.pk)

    def uploaded(self) -> Way:
        services.check_release(number=self.number, by=LI)
        self.do(services.upload(number=self.number, by=LI, template_id=7))
        return self

    def declared(self) -> Way:
        from fangcun.gateways.wechat.publishing_answers import PrivacyInfo

        services.note_privacy(number=self.number, found=PrivacyInfo((), ()))
        self.do(services.declare_privacy(number=self.number, contact=CONTACT, by=LI))
        return self

    def submitted(self) -> Way:
        self.uploaded().declared().do(services.submit(number=self.number, by=LI))
        return self

    def approved(self) -> Way:
        self.submitted()
        services.record_verdict(number=self.number, result="success", by=LI)
        return self


@pytest.fixture
def way(program, artifact, inspected, wechat):
    """A function that begins the release of an inspected build of a version, for a third-party platform."""

    def begin(version: str = "1.0.0", *, errors: int = 0, channel: str = "platform", **more: Any) -> Way:
        made = artifact(version)
        inspected(made, errors)
        return Way(
            services.new_release(program=program, channel=channel, artifact=made.number, by=LI, **more)
        )

    return begin
