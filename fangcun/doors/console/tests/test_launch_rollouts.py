"""Rollouts and flags in the console."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from fangcun.build.flags.models import Flag
from fangcun.build.flags.services import FlagSpec, create_flag
from fangcun.build.rollout.models import Look, Rollout
from fangcun.build.rollout.services import hold
from fangcun.build.rollout.tasks import look_at
from fangcun.build.rollout.tests.makers import OWNER, begun, program_row, traffic
from fangcun.identity.staff.permissions import GRANTS, Role
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(databases="__all__")
FLAG = {"key": "home_flash", "name": "首页秒杀条", "description": "", "is_on": "on", "percent": "20"}


def address(name: str, *args: Any) -> str:
    return reverse(f"admin:launch_{name}", args=args)


def body(answer: Any) -> str:
    return str(answer.content.decode())


def watched() -> Rollout:
    rollout = begun()
    traffic(program_row(), "1.1.0", persons=300, orders=50, paid=43)
    traffic(program_row(), "1.2.0", persons=60, orders=10, paid=8, first_member=5_000)
    look_at(rollout, timezone.now())
    return rollout


def test_a_rollout_says_how_both_versions_stand_and_why_it_waits(enter):
    rollout = watched()
    shown = body(enter("analyst").get(address("rollout", rollout.pk)))
    for words in (
        "支付成功率",
        "80.0%",
        "86.0%",
        "8 / 10",
        "1.2.0：没付成的 2 笔，其中收银台没打开的 0 笔",
        "继续观察",
        "用过新版本的人有 60 个，至少要看 200 个",
        "请在微信后台把灰度设为 5%",
    ):
        assert words in shown
    assert "由人决定" not in shown


def test_the_live_part_comes_alone_and_asks_for_the_whole_page_once_it_has_moved(enter):
    rollout, browser = watched(), enter("planner")
    same = browser.get(address("rollout_live", rollout.pk), {"at": "running-0"})
    assert "HX-Refresh" not in same.headers
    assert "<html" not in body(same)
    hold(rollout, because="看看", by=OWNER)
    assert (
        browser.get(address("rollout_live", rollout.pk), {"at": "running-0"}).headers["HX-Refresh"] == "true"
    )


def test_the_staff_begin_hold_resume_and_overrule(enter):
    browser = enter("planner")
    start = {
        "program": program_row().pk,
        "version": "1.2.0",
        "against": "1.1.0",
        "steps": "5，20, 100%",
        "flag": "",
    }
    made = browser.post(address("rollouts"), start)
    rollout = Rollout.objects.get()
    assert (made.url, rollout.steps) == (address("rollout", rollout.pk), [5, 20, 100])
    for verb, data, status in (
        ("hold", {"because": ""}, "running"),
        ("hold", {"because": "周末"}, "held"),
        ("resume", {}, "running"),
        ("overrule", {"verdict": "go", "because": " "}, "running"),
        ("overrule", {"verdict": "go", "because": "客服确认没事"}, "running"),
        ("finish", {"because": "急用"}, "finished"),
    ):
        browser.post(address("rollout_act", rollout.pk, verb), data)
        rollout.refresh_from_db()
        assert rollout.status == status
    assert list(Look.objects.values_list("verdict", flat=True)) == ["finish", "go", "resume", "hold", "start"]
    shown = body(browser.get(address("rollout", rollout.pk)))
    assert "客服确认没事" in shown
    assert browser.get(address("rollouts")).status_code == 200


def test_what_makes_no_sense_is_refused_and_the_form_keeps_it(enter):
    browser = enter("owner")
    start = {
        "program": program_row().pk,
        "version": "1.2.0",
        "against": "1.2.0",
        "steps": "5, 100",
        "flag": "",
    }
    answer = browser.post(address("rollouts"), start)
    assert answer.status_code == 400
    assert "新版本和现有版本相同" in body(answer)
    assert browser.post(address("rollouts"), start | {"steps": "新"}).status_code == 400
    assert not Rollout.objects.exists()


def test_a_flag_is_made_changed_stopped_and_deleted(enter):
    browser = enter("developer")
    assert "home_flash" in body(browser.get(address("flags")))
    assert browser.post(address("flags"), FLAG).url == address("flag", "home_flash")
    browser.post(address("flag", "home_flash"), FLAG | {"percent": "50"})
    flag = Flag.objects.get()
    assert (flag.is_on, flag.percent) == (True, 50)
    browser.post(address("flag_act", "home_flash", "kill"), {"because": "下单报错"})
    shown = body(browser.get(address("flag", "home_flash")))
    assert "下单报错" in shown
    assert "紧急关闭开关" in shown
    browser.post(address("flag_act", "home_flash", "delete"))
    assert Flag.objects.exists()
    browser.post(address("flag_act", "home_flash", "restore"), {"because": "好了"})
    assert "对 50% 的人打开" in body(browser.get(address("flags")))
    browser.post(address("flag_act", "home_flash", "delete"))
    assert not Flag.objects.exists()


def test_a_wrong_flag_is_refused_and_the_form_keeps_it(enter):
    answer = enter("owner").post(address("flags"), FLAG | {"key": "Home"})
    assert answer.status_code == 400
    assert "首页秒杀条" in body(answer)
    assert not Flag.objects.exists()


@pytest.mark.parametrize("role", Role.values)
def test_pages_and_verbs_go_by_the_table(enter, role):
    browser, rollout = enter(role), begun()
    create_flag(FlagSpec("home_flash", "首页秒杀条"), by=SYSTEM)
    sees = "launch.view" in GRANTS[role]
    for name, args in (
        ("rollouts", ()),
        ("rollout", (rollout.pk,)),
        ("rollout_live", (rollout.pk,)),
        ("flags", ()),
        ("flag", ("home_flash",)),
    ):
        assert (browser.get(address(name, *args)).status_code == 200) is sees
    answers = {
        "launch.release": browser.post(address("rollout_act", rollout.pk, "hold"), {"because": "看看"}),
        "launch.change": browser.post(address("flag_act", "home_flash", "kill"), {"because": "停"}),
    }
    for permission, answer in answers.items():
        assert (answer.status_code == 302) is (permission in GRANTS[role])
    rollout.refresh_from_db()
    assert (rollout.status == "held") is ("launch.release" in GRANTS[role])
    assert (Flag.objects.get().killed_at is not None) is ("launch.change" in GRANTS[role])
    assert browser.get(address("rollout", 999)).status_code in (403, 404)
