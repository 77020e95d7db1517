"""What WeChat pushes about audits arrives at its release, over HTTP, signed and sealed."""

from __future__ import annotations

import pytest

from fangcun.build.papers.services import set_upload_key
from fangcun.build.release import services
from fangcun.build.release.models import RefusalItem
from fangcun.build.release.tests.conftest import LI, Way
from fangcun.identity.programs.pushing import new_push_secrets, push_address, set_push
from fangcun.identity.programs.services import register_program
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


@pytest.fixture
def program(box, live_server, settings, db):
    settings.PUBLIC_URL = live_server.url
    settings.ALLOWED_HOSTS = ["*"]
    demo = box.demo()
    own = register_program(appid=demo.appid, name=demo.name, app_secret=demo.secret, by=SYSTEM)
    set_upload_key(program=own, private_key=demo.upload_private_key, by=SYSTEM)
    token, aes_key = new_push_secrets()
    set_push(program=own, token=token, aes_key=aes_key, by=SYSTEM)
    box.post(
        "/_box/push", appid=own.appid, url=push_address(own), token=token, aes_key=aes_key, mode="secure"
    )
    return own


def test_a_refusal_that_wechat_pushes_becomes_a_worksheet(box, program, artifact, inspected, until):
    made = artifact("7.0.0")
    inspected(made)
    one = Way(services.new_release(program=program, channel="ci", artifact=made.number, by=LI))
    services.check_release(number=one.number, by=LI)
    one.do(services.upload(number=one.number, by=LI))
    errand = services.submit(number=one.number, by=LI)
    pages = [
        {"address": page["address"], "tag": page["tag"], "title": page["title"], **category(box)}
        for page in errand.payload["pages"]
    ]
    version = box.get("/_box/versions", appid=program.appid)["versions"][0]
    sent = box.post("/_box/console", appid=program.appid, action="submit", id=version["id"], item_list=pages)
    services.confirm(errand_id=errand.pk, evidence="在微信后台提交了", by=LI)
    assert one.status == "submitted"
    box.post(f"/_box/audits/{sent['auditid']}", verdict="refuse", reason="1. 首页空白<br>2. 类目不符")
    until(lambda: one.status == "refused")
    assert [item.text for item in RefusalItem.objects.order_by("place")] == ["首页空白", "类目不符"]


def category(box) -> dict[str, object]:
    found: dict[str, object] = box.demo().categories[0]
    return {name: found[name] for name in ("first_class", "second_class", "first_id", "second_id")}
