"""Releases in the console: begun, led step by step, and seen by those who may."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from fangcun.build.release import services
from fangcun.build.release.kit.making import make
from fangcun.build.release.models import Errand, RefusalItem, Release
from fangcun.build.release.tests.conftest import (  # noqa: F401 - fixtures
    LI,
    Way,
    _a_home,
    artifact,
    inspected,
    plan,
    program,
    way,
    wechat,
)
from fangcun.identity.staff.permissions import Role

pytestmark = pytest.mark.django_db(databases="__all__")


def there(name: str, one: Way, *more: str) -> str:
    return reverse(f"admin:launch_{name}", args=[one.number, *more])


def shown(browser, one: Way) -> str:
    page = browser.get(there("release", one))
    assert page.status_code == 200
    return str(page.content.decode())


def act(browser, one: Way, verb: str, **data: object):
    answer = browser.post(there("release_act", one, verb), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_release_is_begun_with_a_form(enter, program, artifact):  # noqa: F811
    browser = enter("planner")
    assert "先去构建" in browser.get(reverse("admin:launch_releases")).content.decode()
    made = artifact()
    asked = {
        "program": program.pk,
        "channel": "ci",
        "artifact": made.pk,
        "note": "春季版",
        "steps": "5, 20,100",
    }
    answer = browser.post(reverse("admin:launch_releases"), asked)
    release = Release.objects.get()
    assert answer.url == reverse("admin:launch_release", args=[release.pk])
    assert (release.steps, release.note, release.actor_name != "") == ([5, 20, 100], "春季版", True)
    again = browser.post(reverse("admin:launch_releases"), asked)
    assert (again.status_code, Release.objects.count()) == (400, 1)
    assert "还没有结束" in again.content.decode()
    assert browser.post(reverse("admin:launch_releases"), {**asked, "steps": "5,1"}).status_code == 400


def test_a_platform_release_is_led_to_everybody(enter, way, drain):  # noqa: F811
    one = way()
    browser = enter("owner")
    assert "确认检查通过" in shown(browser, one)
    act(browser, one, "check")
    act(browser, one, "upload", template="7")
    assert Errand.objects.get().payload["template_id"] == 7
    one.do(one.errand)
    assert "等微信检测隐私接口" in shown(browser, one)
    one.declared()
    page = shown(browser, one)
    assert "提交审核" in page
    act(browser, one, "submit", pictures="on")
    assert "正在进行：提交审核" in shown(browser, one)
    one.do(one.errand)
    services.record_verdict(number=one.number, result="success", by=LI)
    assert "开始灰度：1% 的用户" in shown(browser, one)
    act(browser, one, "go")
    one.do(one.errand)
    act(browser, one, "hold", reason="看一晚上")
    assert "已暂停：看一晚上" in shown(browser, one)
    act(browser, one, "step")
    one.do(one.errand)
    assert one.release.percent == 5
    act(browser, one, "revert", reason="下单失败")
    one.do(one.errand)
    page = shown(browser, one)
    assert ("已回退" in page, "下单失败" in page, one.status) == (True, True, "reverted")


def test_a_refusal_becomes_a_worksheet(enter, way):  # noqa: F811
    one = way().submitted()
    services.record_verdict(
        number=one.number, result="fail", reason="1. 首页空白<br>2. <b>类目</b>不符", by=LI
    )
    browser = enter("owner")
    page = shown(browser, one)
    assert ("首页空白" in page, "<b>类目" in page, "还有 2 条" in page) == (True, False, True)
    act(browser, one, "attempt")
    for item in RefusalItem.objects.all():
        act(browser, one, "settle", item=item.pk, evidence="已改好")
    assert "都已整改" in shown(browser, one)


def test_on_the_ci_channel_each_step_is_guided_and_confirmed(enter, way):  # noqa: F811
    from fangcun.build.papers.models import UploadKey

    one = way(channel="ci")
    UploadKey.objects.create(
        program=one.release.program, private_key="k", fingerprint="f", actor_kind="staff"
    )
    browser = enter("owner")
    act(browser, one, "check")
    act(browser, one, "upload", robot="2")
    one.do(one.errand)
    act(browser, one, "submit")
    page = shown(browser, one)
    assert ("在微信后台：提交审核" in page, "pages-trade/orders/orders" in page) == (True, True)
    assert "请写明依据" in act(browser, one, "confirm", errand=one.errand.pk, evidence=" ")
    act(browser, one, "confirm", errand=one.errand.pk, evidence="14:00 李策划提交")
    assert one.status == "submitted"
    act(browser, one, "verdict", result="success", reason="")
    assert one.status == "approved"


def test_a_refused_verb_is_told_and_changes_nothing(enter, way):  # noqa: F811
    one = way(errors=1)
    assert "检查还有 1 个错误" in act(enter("owner"), one, "check")
    assert one.status == "draft"


def test_a_failure_at_wechat_stays_in_sight_and_is_tried_again(enter, way, wechat):  # noqa: F811
    from fangcun.gateways.wechat.errors import RequestRefused

    one = way().approved()
    wechat.answers["gray"] = RequestRefused("灰度比例不对（85081）", code="85081")
    one.do(services.go(number=one.number, by=LI))
    browser = enter("owner")
    assert "灰度比例不对（85081）" in shown(browser, one)
    wechat.answers["gray"] = {"percent": 1}
    act(browser, one, "retry", errand=one.errand.pk)
    one.do(one.errand)
    assert (one.status, one.release.percent) == ("rolling_out", 1)


def test_the_page_looks_again_by_itself(enter, way):  # noqa: F811
    one = way().submitted()
    browser = enter("analyst")
    page = shown(browser, one)
    stamp = page.split("live?v=")[1].split('"')[0]
    assert browser.get(there("release_live", one), {"v": stamp}).status_code == 200
    services.record_verdict(number=one.number, result="success", by=LI)
    assert browser.get(there("release_live", one), {"v": stamp}).headers["HX-Refresh"] == "true"


def test_the_dossier_and_the_kit_are_handed_out(enter, way, drain):  # noqa: F811
    one = way()
    browser = enter("owner")
    page = browser.get(there("release_dossier", one)).content.decode()
    assert ("食品－生鲜果蔬" in page, "PhoneNumber" in page) == (True, True)
    told = json.loads(browser.get(there("release_dossier", one), {"format": "json"}).content)
    assert told["order_path"] == "pages-trade/orders/orders"
    assert browser.get(there("release_kit", one)).status_code == 404
    act(browser, one, "kit")
    make(one.number)
    kit = browser.get(there("release_kit", one))
    assert (kit.status_code, "script" in kit.headers["Content-Security-Policy"]) == (200, False)
    assert b"".join(browser.get(there("release_kit_file", one)).streaming_content)[:2] == b"PK"
    for name in ("..%2findex.html", "01.svg", "none.png"):
        assert browser.get(f"{there('release_kit', one)}/{name}").status_code == 404


def test_the_quota_says_what_is_left(enter, way):  # noqa: F811
    one = way(channel="ci")
    assert "5 / 5" in enter("owner").get(there("release_quota", one)).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_releases_and_who_leads_them(role, enter, way):  # noqa: F811
    one = way()
    browser = enter(role)
    sees, leads = role != Role.SUPPORT, role in (Role.OWNER, Role.PLANNER)
    for name, args in (("releases", []), ("release", [one.number]), ("release_dossier", [one.number])):
        assert (browser.get(reverse(f"admin:launch_{name}", args=args)).status_code == 200) == sees, name
    assert (browser.post(there("release_act", one, "check")).status_code == 302) == leads
    assert (one.status == "checked") == leads
    if sees:
        assert ("确认检查通过" in shown(browser, one)) is False
