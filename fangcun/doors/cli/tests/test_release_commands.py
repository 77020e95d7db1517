"""`fangcun release`: what it prints, how it ends, and that it does what the console does."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from fangcun.build.release import services
from fangcun.build.release.models import Errand, Release
from fangcun.build.release.queries import open_items
from fangcun.build.release.tests.conftest import (  # noqa: F401 - fixtures
    LI,
    _a_home,
    artifact,
    inspected,
    plan,
    program,
    way,
    wechat,
)
from fangcun.doors.cli.release import app

pytestmark = pytest.mark.django_db


def run(*words: str, ends: int = 0) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert done.exit_code == ends, done.output
    return done.output


def test_a_version_is_led_from_its_build_to_everybody(program, artifact, inspected, wechat):  # noqa: F811
    made = artifact("1.0.0")
    assert "草稿；下一步：确认这个构建的检查没有错误" in run(
        "new", "--channel", "platform", "--steps", "5,100", "-m", "首版"
    )
    number = str(Release.objects.get().pk)
    assert "还没有检查过" in run("check", number, ends=1)
    inspected(made)
    run("check", number)
    assert "上传代码：完成" in run("upload", number, "--template", "7")
    assert "等微信检测隐私接口" in run("status", number, "--no-look")
    from fangcun.gateways.wechat.publishing_answers import PrivacyInfo

    services.note_privacy(number=int(number), found=PrivacyInfo((), ()))
    assert "填写隐私保护指引" in run("status", number, "--no-look")
    assert Errand.objects.get().payload["template_id"] == 7


def test_a_refusal_is_printed_item_by_item(way):  # noqa: F811
    one = way().submitted()
    told = run("verdict", str(one.number), "fail", "-m", "1. 首页空白<br>2. 类目不符")
    assert ("首页空白" in told, "被驳回；下一步：逐条整改驳回意见" in told) == (True, True)
    run("attempt", str(one.number))
    for item in open_items(one.release):
        assert "已整改" in run("settle", str(item.pk), "-e", "改好了")
    assert run("status", str(one.number), "--no-look").count("驳回 1.") == 0


def test_the_rollout_is_led_and_taken_back(way):  # noqa: F811
    one = way(steps=(5, 20, 100)).approved()
    assert "灰度中 5%" in run("go", str(one.number))
    assert "灰度中 20%" in run("step", str(one.number), "-m", "都好")
    assert "已暂停：看看" in run("hold", str(one.number), "-m", "看看")
    assert "比现在（20%）更大" in run("step", str(one.number), "--percent", "5", ends=1)
    assert "请写明原因" in run("revert", str(one.number), ends=1)
    assert "已回退" in run("revert", str(one.number), "-m", "支付失败")
    assert "已回退" in run("list")


def test_what_wechat_refuses_ends_with_one_and_is_retried(way, wechat):  # noqa: F811
    from fangcun.gateways.wechat.errors import RequestRefused

    one = way().approved()
    wechat.answers["gray"] = RequestRefused("灰度比例不对（85081）", code="85081")
    assert "灰度比例不对（85081）" in run("go", str(one.number), ends=1)
    wechat.answers["gray"] = {}
    assert "灰度中 1%" in run("retry", str(one.number))


def test_by_hand_the_guide_is_printed_and_confirmed(way):  # noqa: F811
    from fangcun.build.papers.models import UploadKey

    one = way(channel="ci")
    UploadKey.objects.create(
        program=one.release.program, private_key="k", fingerprint="f", actor_kind="staff"
    )
    run("check", str(one.number))
    run("upload", str(one.number))
    told = run("submit", str(one.number))
    assert ("微信公众平台" in told, "pages-trade/orders/orders" in told) == (True, True)
    assert "审核中" in run("confirm", str(one.number), "-e", "已提交")
    run("verdict", str(one.number), "success")
    run("go", str(one.number))
    assert "已全量" in run("confirm", str(one.number), "-e", "微信直接全量", "--everybody")


def test_papers_are_printed_and_packed(way, tmp_path):  # noqa: F811
    one = way()
    assert json.loads(run("dossier", str(one.number)))["order_path"] == "pages-trade/orders/orders"
    assert "3/3" in run("kit", str(one.number), "--out", str(tmp_path / "kit.zip"))
    assert (tmp_path / "kit.zip").read_bytes()[:2] == b"PK"
    assert "口令：SH" in run("pass", str(one.number))
    assert "停用" in run("pass", str(one.number), "--off")


def test_a_release_that_is_not_there_ends_with_one(db):
    assert "没有这次发布" in run("status", "99", ends=1)
    assert "还没有发布" in run("list")
