"""WeChat Pay with a pen in the test's hand, and programs that die again and again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.faults.forging import Forger
from tests.journeys.stack import ROOT

SERIAL = "5EC0" * 10


@pytest.fixture(scope="session")
def second_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def wechat(shop, second_key) -> Forger:
    """WeChat Pay with a second key of its own, which the platform trusts and the test holds."""
    merchant = shop.program.merchant
    public = second_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    merchant.platform_certificates = {SERIAL: public.decode()}
    merchant.save()
    url = f"{shop.url}/callbacks/wechat/pay/{merchant.mchid}"
    return Forger(url, SERIAL, second_key, merchant.api_v3_key)


@pytest.fixture(scope="session")
def furnished_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FANGCUN_HOME whose databases have the newest form and hold nothing."""
    home: Path = tmp_path_factory.mktemp("home")
    run_program(
        "from fangcun.doors.cli.main import migrate_all, wire; wire(); migrate_all()", "-c", home=home
    )
    return home


@pytest.fixture(scope="session")
def died(tmp_path_factory: pytest.TempPathFactory, furnished_home: Path) -> Callable[[str], dict[str, Any]]:
    """What a program of this folder, named without `tests.faults.`, tells of its deaths."""

    def run(name: str) -> dict[str, Any]:
        home = tmp_path_factory.mktemp(name) / "home"
        shutil.copytree(furnished_home, home)
        found: dict[str, Any] = json.loads(
            run_program(f"tests.faults.{name}", "-m", home=home).splitlines()[-1]
        )
        return found

    return run


def run_program(program: str, how: str, *, home: Path) -> str:
    """Run Python on a FANGCUN_HOME; what it prints."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "fangcun.settings",
        "FANGCUN_HOME": str(home),
        "FANGCUN_EVENTS_URL": "",
        "DATABASE_URL": "",  # the files are copied back before each death
        # Nobody answers: what WeChat is asked stays to be done.
        "WECHAT_API_BASE": "http://127.0.0.1:9",
        "WECHAT_PAY_BASE": "http://127.0.0.1:9",
    }
    command = [sys.executable, how, program]
    ended = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=570)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
