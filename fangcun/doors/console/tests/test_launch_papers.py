"""Papers, permissions, environments, the self-tester and the checklist in the console."""

from __future__ import annotations

import io

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from fangcun.blueprint.tests.clean import planted
from fangcun.build.papers.models import (
    ChecklistWord,
    Environment,
    InterfacePermission,
    Paper,
    PaperFile,
    SelfTest,
    UploadKey,
)
from fangcun.build.papers.services import save_paper
from fangcun.kernel.actors import SYSTEM
from fangcun.kernel.models import AuditEntry
from fangcun.plan.revisions.services import publish_text

pytestmark = pytest.mark.django_db(databases="__all__")
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PAGES = ("board", "papers", "permissions", "environments", "selftest", "checklist")


@pytest.fixture
def paper(db) -> Paper:
    return save_paper(kind="subject", name="营业执照", status="have", number="91530100MA6", by=SYSTEM)


def actions() -> list[str]:
    rows = AuditEntry.objects.filter(action__startswith="papers.").order_by("id")
    return list(rows.values_list("action", flat=True))


def attach(browser, paper: Paper, content: bytes, name: str = "执照.pdf"):
    file = SimpleUploadedFile(name, content, content_type="application/x-msdownload")
    return browser.post(reverse("admin:launch_paper_attach", args=[paper.pk]), {"file": file})


def test_every_page_opens_for_who_may_see_the_launch(enter, program, paper):
    for role in ("owner", "planner", "developer", "operator", "analyst", "support"):
        browser = enter(role)
        for page in PAGES:
            status = browser.get(reverse(f"admin:launch_{page}")).status_code
            assert status == (403 if role == "support" else 200), (role, page)


def test_an_empty_installation_says_where_to_begin(enter, db):
    browser = enter("owner")
    for page in PAGES:
        html = browser.get(reverse(f"admin:launch_{page}")).content.decode()
        assert "fc-empty" in html or "还没有发布蓝图" in html, page


def test_who_may_only_look_changes_nothing(enter, program, paper):
    verbs = {
        "papers_adopt": [], "paper_attach": [paper.pk], "paper_file_remove": [paper.pk, 1], "paper_settle": [1],
        "permissions_say": [], "permissions_probe": [], "environments_key": [], "selftest_start": [],
        "checklist_word": [], "paper_new": [], "paper": [paper.pk], "environments": [],
    }  # fmt: skip
    before = actions()
    for role in ("operator", "analyst", "support"):
        browser = enter(role)
        for name, args in verbs.items():
            answer = browser.post(reverse(f"admin:launch_{name}", args=args), {"name": "x"})
            assert answer.status_code == 403, (role, name)
    assert actions() == before


def test_a_paper_is_registered_and_changed_by_a_verb(enter, paper):
    browser = enter("planner")
    body = {"name": "食品经营许可证", "kind": "category", "status": "applied", "covers": "生鲜，水果",
            "expected_on": "2027-01-04"}  # fmt: skip
    answer = browser.post(reverse("admin:launch_paper_new"), body)
    made = Paper.objects.get(name="食品经营许可证")
    assert answer.url == reverse("admin:launch_paper", args=[made.pk])
    assert (made.kind, made.status, made.covers) == ("category", "applied", ["生鲜", "水果"])
    wrong = {**body, "issued_on": "2027-02-01", "expires_on": "2027-01-01"}
    answer = browser.post(answer.url, wrong)
    assert answer.status_code == 400
    assert "有效期不能早于发证日期" in answer.content.decode()
    made.refresh_from_db()
    assert made.expires_on is None
    assert actions().count("papers.save_paper") == 2  # the fixture's and ours


def test_a_scan_is_downloaded_by_few_and_each_time_written_down(enter, paper, client):
    browser = enter("developer")
    assert attach(browser, paper, PDF).status_code == 302
    kept = PaperFile.objects.get()
    assert (kept.name, kept.kind, kept.size) == ("执照.pdf", "application/pdf", len(PDF))
    address = reverse("admin:launch_paper_file", args=[paper.pk, kept.pk])
    answer = browser.get(address)
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert actions().count("papers.download_file") == 1
    assert enter("operator").get(address).status_code == 403
    assert client.get(address).status_code == 302  # to the log-in
    for path in (kept.path, f"./{kept.path}", f"x/../{kept.path}", kept.path.replace("papers", "Papers")):
        assert client.get(f"/media/{path}").status_code == 404, path
    assert actions().count("papers.download_file") == 1


def test_what_is_no_pdf_or_picture_is_refused_whatever_it_is_called(enter, paper):
    browser = enter("owner")
    for content in (b"<html><script>alert(1)</script>", b"%PDF-1.7 torn", b"MZ\x90\x00", b""):
        attach(browser, paper, content)
    assert PaperFile.objects.count() == 0
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "PNG")
    attach(browser, paper, picture.getvalue(), "../../scan.png")
    kept = PaperFile.objects.get()
    assert (kept.name, kept.kind) == ("scan.webp", "image/webp")
    attach(browser, paper, picture.getvalue(), "again.png")
    assert PaperFile.objects.count() == 1
    browser.post(reverse("admin:launch_paper_file_remove", args=[paper.pk, kept.pk]))
    assert PaperFile.objects.count() == 0


def test_papers_stand_beside_the_plan_with_their_differences(enter, db):
    publish_text(text=planted(), base=None, message="第一版", by=SYSTEM)
    browser = enter("planner")
    html = browser.get(reverse("admin:launch_papers")).content.decode()
    assert "没有登记" in html
    browser.post(reverse("admin:launch_papers_adopt"))
    made = Paper.objects.exclude(plan_id="").order_by("id").first()
    assert made is not None
    html = browser.get(reverse("admin:launch_papers")).content.decode()
    assert "没有登记" not in html
    Paper.objects.filter(pk=made.pk).update(status="refused")
    html = browser.get(reverse("admin:launch_papers")).content.decode()
    assert "实际是被驳回" in html


def test_a_permission_needs_evidence_to_be_granted(enter, program):
    browser = enter("developer")
    address = reverse("admin:launch_permissions_say")
    browser.post(address, {"program": program.pk, "capability": "shipping", "state": "granted"})
    assert InterfacePermission.objects.count() == 0
    body = {"program": program.pk, "capability": "shipping", "state": "granted", "evidence": "截图 7 号"}
    browser.post(address, body)
    row = InterfacePermission.objects.get()
    assert (row.capability, row.state, row.source, row.note) == ("shipping", "granted", "person", "截图 7 号")
    browser.post(address, {**body, "capability": "nonsense"})
    assert InterfacePermission.objects.count() == 1


def test_domains_are_refused_as_wechat_would(enter, program):
    browser = enter("developer")
    address = reverse("admin:launch_environments") + "?environment=trial"
    wrong = "http://a.example.com\nhttps://1.2.3.4\nhttps://localhost\nhttps://api.weixin.qq.com"
    answer = browser.post(address, {"request_domains": wrong})
    html = answer.content.decode()
    assert answer.status_code == 400
    for why in ("要以 https:// 开头", "不能用 IP 地址", "不能用本机", "微信不允许"):
        assert why in html
    assert Environment.objects.count() == 0
    right = {"request_domains": "HTTPS://Shop.Example.com/\nhttps://shop.example.com", "filing": "滇ICP备1号"}
    assert browser.post(address, right).status_code == 302
    row = Environment.objects.get()
    assert (row.name, row.request_domains, row.filing) == (
        "trial",
        ["https://shop.example.com"],
        "滇ICP备1号",
    )


def test_the_upload_key_goes_in_and_only_its_fingerprint_comes_out(enter, program):
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    browser = enter("developer")
    address = reverse("admin:launch_environments_key")
    browser.post(address, {"file": SimpleUploadedFile("private.wx.key", b"no key")})
    assert UploadKey.objects.count() == 0
    browser.post(address, {"file": SimpleUploadedFile("private.wx.key", pem)})
    row = UploadKey.objects.get()
    html = browser.get(reverse("admin:launch_environments")).content.decode()
    assert row.fingerprint.startswith("SHA256:")
    assert row.fingerprint.replace("+", "&#x2B;") in html or row.fingerprint in html
    assert "PRIVATE KEY" not in html
    assert "PRIVATE KEY" not in str(list(AuditEntry.objects.values_list("before", "after", "note")))


def test_a_self_test_is_begun_here_and_run_by_a_worker(enter, program, settings):
    settings.PUBLIC_URL = settings.WECHAT_API_BASE = settings.WECHAT_PAY_BASE = "http://127.0.0.1:9"
    browser = enter("developer")
    answer = browser.post(reverse("admin:launch_selftest_start"), {"program": program.pk})
    test = SelfTest.objects.get()
    assert test.finished_at is None
    html = browser.get(answer.url).content.decode()
    assert reverse("admin:launch_selftest_results", args=[test.pk]) in html


def test_a_point_is_confirmed_with_evidence_unless_a_test_decides(enter, program):
    browser = enter("planner")
    address = reverse("admin:launch_checklist_word")
    browser.post(address, {"item": "filing", "evidence": " "})
    browser.post(address, {"item": "node", "evidence": "装好了"})
    assert ChecklistWord.objects.count() == 0
    browser.post(address, {"item": "filing", "evidence": "备案号 滇ICP备1号-2X"})
    assert ChecklistWord.objects.get().item == "filing"
    assert "备案号 滇ICP备1号-2X" in browser.get(reverse("admin:launch_checklist")).content.decode()
    browser.post(address, {"item": "filing", "withdraw": "1"})
    assert ChecklistWord.objects.count() == 0
    assert actions()[-2:] == ["papers.confirm", "papers.withdraw"]
