"""Papers beside the plan, reminders, what is needed, and what may be registered."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from fangcun.blueprint.document import Blueprint
from fangcun.blueprint.reading import read
from fangcun.build.papers.capabilities import CAPABILITIES, needs, needs_of_package, needs_of_plan
from fangcun.build.papers.domains import oddity, tidy, why_not
from fangcun.build.papers.errors import PaperInvalid
from fangcun.build.papers.models import Paper, Reminder
from fangcun.build.papers.queries import differences, domains_of, lacking, papers, upload_key
from fangcun.build.papers.reminders import remind, settle_reminder
from fangcun.build.papers.reminding import due
from fangcun.build.papers.services import adopt_plan, save_environment, save_paper
from fangcun.build.papers.tasks import look_after_papers
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions.samples import sample_text
from fangcun.plan.revisions.services import publish_text

TODAY = dt.date(2026, 12, 1)


def blueprint() -> Blueprint:
    found = read(sample_text("fresh-grocery")).blueprint
    assert found is not None
    return found


def have(days: int | None) -> Paper:
    return Paper(
        kind="category",
        name="x",
        status="have",
        expires_on=None if days is None else TODAY + dt.timedelta(days),
    )


@pytest.mark.parametrize(
    ("days", "reasons"),
    [
        (None, []), (91, []), (90, ["expires_90"]), (31, ["expires_90"]), (30, ["expires_30"]), (8, ["expires_30"]),
        (7, ["expires_7"]), (0, ["expires_7"]), (-1, ["expired"]),
    ],
)  # fmt: skip
def test_a_paper_that_runs_out_is_told_of_at_90_30_and_7_days(days, reasons):
    assert [str(reason) for reason, _about in due(have(days), today=TODAY, launch=None)] == reasons


def test_a_launch_before_the_paper_is_told_of():
    launch = TODAY + dt.timedelta(days=200)

    def late(**facts: object) -> bool:
        paper = Paper(**{"kind": "category", "name": "x", **facts})
        return ("late", launch) in [(str(why), day) for why, day in due(paper, today=TODAY, launch=launch)]

    assert late(status="missing")
    assert late(status="applied")
    assert late(status="applied", expected_on=launch)
    assert not late(status="applied", expected_on=launch - dt.timedelta(days=1))
    assert late(status="have", expires_on=launch - dt.timedelta(days=1))
    assert not late(status="have", expires_on=launch)
    assert not late(status="missing", kind="contract")


@pytest.mark.django_db
def test_a_reminder_comes_once_and_goes_when_the_paper_is_renewed():
    facts: dict[str, Any] = {"kind": "category", "name": "食品", "status": "have", "by": SYSTEM}
    paper = save_paper(**facts, expires_on=TODAY + dt.timedelta(days=20))
    Reminder.objects.all().delete()
    assert [one.reason for one in remind(today=TODAY, launch=None)] == ["expires_30"]
    assert remind(today=TODAY, launch=None) == []
    settle_reminder(reminder_id=Reminder.objects.get().pk, by=SYSTEM)
    assert remind(today=TODAY + dt.timedelta(days=1), launch=None) == []
    assert Reminder.objects.filter(settled_at=None).count() == 0
    assert [one.reason for one in remind(today=TODAY + dt.timedelta(days=14), launch=None)] == ["expires_7"]
    Paper.objects.filter(pk=paper.pk).update(expires_on=TODAY + dt.timedelta(days=900))
    assert remind(today=TODAY + dt.timedelta(days=14), launch=None) == []
    assert Reminder.objects.count() == 0


@pytest.mark.django_db(databases="__all__")
def test_a_published_plan_gets_its_papers_once_and_what_people_wrote_stays(drain):
    publish_text(text=sample_text("fresh-grocery"), base=None, message="一", by=SYSTEM)
    drain()
    assert {one.plan_id for one in Paper.objects.all()} == {"licence", "filing", "food", "pay", "phone"}
    food = Paper.objects.get(plan_id="food")
    save_paper(
        paper_id=food.pk, kind=food.kind, name=food.name, status="refused", covers=["shopping"], number="JY1",
        expires_on=dt.date(2028, 1, 1), by=SYSTEM,
    )  # fmt: skip
    assert adopt_plan(by=SYSTEM) == []
    row = next(one for one in papers() if one.paper == food)
    assert row.differences == (
        "状态：蓝图写的是已取得，实际是被驳回",
        "有效期：蓝图写的是2029-03-31，实际是2028-01-01",
        "没有覆盖：食品－生鲜果蔬",
    )
    assert lacking(["食品－生鲜果蔬"], today=TODAY) == ["食品经营许可证"]
    assert lacking(["工具"], today=TODAY) == []
    Paper.objects.filter(pk=food.pk).update(status="have")
    assert lacking(["食品－生鲜果蔬"], today=TODAY) == []
    assert lacking(["食品－生鲜果蔬"], today=dt.date(2028, 1, 2)) == ["食品经营许可证"]
    Paper.objects.filter(pk=food.pk).update(status="refused")
    assert differences(Paper(plan_id="gone", name="x"), None) == ["蓝图里没有这一项"]
    assert differences(Paper(name="合同"), None) == []
    look_after_papers()
    assert Reminder.objects.filter(paper=food, reason="late").exists()


@pytest.mark.django_db
def test_what_cannot_be_a_paper_is_refused_and_nothing_is_written():
    facts: dict[str, Any] = {"kind": "category", "name": "食品", "status": "have"}
    for wrong in (
        {"name": " "},
        {"kind": "x"},
        {"status": "x"},
        {"note": "长" * 301},
        {"covers": ["x" * 61]},
    ):
        with pytest.raises(PaperInvalid):
            save_paper(**{**facts, **wrong}, by=SYSTEM)
    save_paper(**facts, plan_id="food", by=SYSTEM)
    with pytest.raises(PaperInvalid):
        save_paper(**facts, plan_id="food", by=SYSTEM)
    assert Paper.objects.count() == 1
    assert AuditEntry.objects.filter(action="papers.save_paper").count() == 1


def test_what_the_plan_needs_follows_from_what_its_pages_use():
    needed = needs_of_plan(blueprint())
    assert set(needed) == {"payment", "shipping", "phone", "chooseAddress", "subscribe"}
    assert all(needed.values())


def test_what_a_package_needs_is_what_it_declares_and_calls(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/a.js").write_text("t.requestPayment({});x.notGetLocation()")
    (tmp_path / "pages/a.wxml").write_text('<button open-type="contact">客服</button>')
    app = {"requiredPrivateInfos": ["getLocation", "nonsense"]}
    found = needs_of_package(tmp_path, app)
    assert set(found) == {"payment", "customer_service", "getLocation"}
    assert "pages/a.js" in found["payment"]
    # Places are asked for as the package says, once there is one.
    assert "chooseAddress" not in needs(blueprint(), found)
    assert "chooseAddress" in needs(blueprint(), None)
    assert set(needs(blueprint(), found)) <= set(CAPABILITIES)


@pytest.mark.parametrize(
    ("domain", "right"),
    [
        ("https://shop.example.com", True), ("https://shop.example.com:8443", True), ("https://中文.example.com", True),
        ("http://shop.example.com", False), ("https://shop.example.com/api", False), ("https://1.2.3.4", False),
        ("https://[::1]", False), ("https://localhost", False), ("https://box.local", False), ("https://shop", False),
        ("https://u:p@shop.example.com", False), ("https://api.weixin.qq.com", False), ("shop.example.com", False),
        ("https://sh op.example.com", False), ("https://shop.example.com:99999", False),
        ("https://-a.example.com", False),        ("https://0x7f.1", False), ("", False),
    ],
)  # fmt: skip
def test_domains_are_taken_as_wechats_console_takes_them(domain, right):
    assert (why_not(domain) == "") is right, why_not(domain)


def test_a_port_is_allowed_and_told_of():
    assert tidy(" HTTPS://Shop.Example.com/ ") == "https://shop.example.com"
    assert oddity("https://shop.example.com:8443")
    assert not oddity("https://shop.example.com:443")
    assert why_not("wss://shop.example.com", scheme="wss") == ""
    assert why_not("https://shop.example.com", scheme="wss")


@pytest.mark.django_db
def test_nobody_filled_in_is_not_the_same_as_no_domain():
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜", app_secret="s")
    assert domains_of(program, "release") is None
    assert upload_key(program) == ""
    save_environment(program=program, name="release", socket_domains=["wss://a.example.com"], by=SYSTEM)
    assert domains_of(program, "release") == frozenset({"wss://a.example.com"})
    assert domains_of(program, "trial") is None
