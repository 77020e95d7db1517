"""`fangcun env` and `fangcun launch`, as an operator and a pipeline use them."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from fangcun.build.papers.models import Environment, SelfTest, UploadKey
from fangcun.doors.cli.main import app
from fangcun.identity.programs.models import Program
from fangcun.identity.programs.pushing import set_push
from fangcun.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_without_a_mini_program_it_says_so():
    for command in ("test", "show", "set"):
        answer = run("env", command)
        assert answer.exit_code == 2
        assert "还没有小程序" in answer.stderr


def test_a_self_test_names_what_is_wrong_and_ends_accordingly(shop, monkeypatch):
    monkeypatch.setattr("fangcun.build.papers.testing.way.SLOW_S", 3600)  # a busy machine is no fault
    set_push(program=shop.program, token="Token123", aes_key="b" * 43, by=SYSTEM)
    Program.objects.filter(pk=shop.program.pk).update(app_secret="0" * 32)
    answer = run("env", "test", "--program", shop.program.appid, "--format", "json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 1
    wrong = {one["blame"]: one for one in told["results"] if one["state"] == "failed"}
    assert set(wrong) == {"secret", "domain"}
    assert wrong["secret"]["part"] == "AppSecret"
    assert "重置" in wrong["secret"]["fix"]
    assert told["failed"] == 2 == SelfTest.objects.get().failed
    text = run("env", "test")
    assert (text.exit_code, "✗ AppSecret" in text.stdout, "2 项有问题" in text.stdout) == (1, True, True)
    assert run("env", "test", "--program", "wxnobody").exit_code == 2


def test_domains_and_the_upload_key_are_registered_from_the_command_line(tmp_path):
    program = Program.objects.create(appid="wx0000000000000001", name="青禾鲜", app_secret="s")
    key = tmp_path / "private.wx.key"
    pem = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    key.write_bytes(pem)
    assert run("env", "set", "--request", "http://a.example.com").exit_code == 1
    assert Environment.objects.count() == 0
    answer = run("env", "set", "--request", "https://a.example.com", "--upload-key", str(key))
    assert answer.exit_code == 0, answer.output
    assert run("env", "set", "--filing", "滇ICP备1号").exit_code == 0
    row = Environment.objects.get()
    assert (row.program, row.request_domains, row.filing) == (
        program,
        ["https://a.example.com"],
        "滇ICP备1号",
    )
    shown = run("env", "show").stdout
    assert UploadKey.objects.get().fingerprint in shown
    assert "https://a.example.com" in shown
    assert "PRIVATE" not in shown
    assert run("env", "set", "--upload-key", str(tmp_path / "none")).exit_code == 2


def test_the_board_is_told_to_people_and_to_programs():
    answer = run("launch", "status", "--format", "json")
    told = json.loads(answer.stdout)
    assert answer.exit_code == 1
    assert (told["ready"], told["parts"][0]["state"]) == (False, "stop")
    text = run("launch", "status")
    assert text.exit_code == 1
    assert "件事挡着上线" in text.stdout
