"""The sample enterprise's papers, permissions and environments: some are there, some are on their way."""

from __future__ import annotations

import datetime as dt
import io

from django.utils import timezone
from PIL import Image, ImageDraw

from fangcun.build.papers.models import ChecklistWord, Environment, InterfacePermission, Paper
from fangcun.build.papers.queries import launch_begins
from fangcun.build.papers.reminders import remind
from fangcun.build.papers.services import (
    adopt_plan,
    attach_file,
    confirm,
    probe_permissions,
    save_environment,
    save_paper,
    say_permission,
)
from fangcun.build.papers.states import PermissionState, Stage
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.queries import main_program
from fangcun.kernel.actors import SYSTEM

HOLDER = "云南青禾鲜生鲜有限公司"
# A name that nobody can own (RFC 2606); a real shop has its own.
DOMAIN = "qinghexian.example"
# Qualification of the plan -> number, and on which day it was issued.
NUMBERS = {
    "licence": ("91530100MA6SAMPLE1", dt.date(2016, 5, 19)),
    "food": ("JY15301020000001", dt.date(2024, 4, 1)),
    "pay": ("1900000109", dt.date(2026, 9, 1)),
}
SAID = {
    "shipping": (PermissionState.GRANTED, "发货管理已开通，截图 2026-11-03"),
    "subscribe": (PermissionState.GRANTED, "8 个模板已在公众平台添加"),
    "customer_service": (PermissionState.GRANTED, "客服已启用，消息推送已配置"),
    "chooseAddress": (PermissionState.GRANTED, "接口设置里已开通，截图 2026-11-05"),
    "phone": (PermissionState.APPLIED, "11 月 20 日提交，等待微信审核"),
}
CONFIRMED = {
    "certified": "认证到 2027-10-31，年审单号 WX20261031",
    "category": "食品－生鲜果蔬，食品经营许可证已上传",
    "profile": "名称“青禾鲜”，头像和简介已设置",
    "service": "工作日 9:00–21:00，两位客服",
}


def load_papers() -> None:
    """Papers of the plan with numbers and scans, a contract that runs out soon, servers; each only if there is none."""
    adopt_plan(by=SYSTEM)
    _papers()
    program = main_program()
    if program is not None:
        _environments(program)
        _permissions(program)
        _words(program)
    remind(today=timezone.localdate(), launch=launch_begins())


def _papers() -> None:
    if Paper.objects.exclude(number="").exists():
        return
    today, launch = timezone.localdate(), launch_begins()
    for paper in Paper.objects.exclude(plan_id=""):
        number, issued = NUMBERS.get(paper.plan_id, ("", None))
        soon = launch - dt.timedelta(days=5) if launch and paper.status == "applied" else None
        save_paper(
            paper_id=paper.pk, kind=paper.kind, name=paper.name, number=number, holder=HOLDER, status=paper.status,
            covers=paper.covers, issued_on=issued, expires_on=paper.expires_on, expected_on=soon, by=SYSTEM,
        )  # fmt: skip
        if number:
            attach_file(paper_id=paper.pk, name=f"{paper.name}.png", data=_scan(paper.name), by=SYSTEM)
    save_paper(
        kind="contract", name="冷链配送合同", number="QHX-2026-017", holder=HOLDER, status="have",
        covers=["cold-chain"], issued_on=today - dt.timedelta(days=300), expires_on=today + dt.timedelta(days=65),
        note="到期前与承运商续签", by=SYSTEM,
    )  # fmt: skip


def _environments(program: Program) -> None:
    if Environment.objects.filter(program=program).exists():
        return
    for name, server in ((Stage.RELEASE, "shop"), (Stage.TRIAL, "trial")):
        own = [f"https://{server}.{DOMAIN}"]
        save_environment(
            program=program, name=name, request_domains=own, upload_domains=own, download_domains=own,
            ip_allow_list=["203.0.113.10"], filing="滇ICP备2026000001号", by=SYSTEM,
        )  # fmt: skip


def _permissions(program: Program) -> None:
    if InterfacePermission.objects.filter(program=program).exists():
        return
    probe_permissions(program=program, by=SYSTEM)
    for capability, (state, evidence) in SAID.items():
        say_permission(program=program, capability=capability, state=state, evidence=evidence, by=SYSTEM)


def _words(program: Program) -> None:
    if not ChecklistWord.objects.filter(program=program).exists():
        for item, evidence in CONFIRMED.items():
            confirm(program=program, item=item, evidence=evidence, by=SYSTEM)


def _scan(name: str) -> bytes:
    """A page that looks like a scan and says that it is none."""
    page = Image.new("RGB", (620, 877), "#fbf9f2")
    draw = ImageDraw.Draw(page)
    draw.rectangle((30, 30, 590, 847), outline="#b08d3c", width=4)
    draw.text((310, 380), "SAMPLE", fill="#b91c1c", anchor="mm", font_size=72)
    draw.text((310, 450), f"not a real paper · {len(name)}", fill="#6b7280", anchor="mm", font_size=20)
    stored = io.BytesIO()
    page.save(stored, "PNG")
    return stored.getvalue()
