import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from fangcun.identity.programs.models import Program

pytestmark = pytest.mark.django_db
BOX = "http://127.0.0.1:9700"


@pytest.fixture
def program(tmp_path: Path, settings: Settings) -> Program:
    """A demo: a build, a box, a main program."""
    (tmp_path / "index.html").write_text("<!DOCTYPE html>")
    settings.MINIAPP_H5 = tmp_path
    settings.WECHATBOX_URL = BOX
    return Program.objects.create(appid="wxfangcun01", name="青禾鲜")


def test_the_phone_learns_its_settings_here(client: Client, program: Program) -> None:
    answer = client.get("/h5/config.json")
    assert answer.json() == {
        "api_base": "http://testserver/api/v1",
        "program": "wxfangcun01",
        "box_url": BOX,
        "privacy_version": "2026-11",
        "brand": "青禾鲜",
    }
    assert answer["Cache-Control"] == "no-store"


def test_before_the_first_program_the_settings_say_so(client: Client, settings: Settings) -> None:
    settings.WECHATBOX_URL = ""
    answer = client.get("/h5/config.json")
    assert (answer.status_code, answer.json()["program"], answer.json()["box_url"]) == (200, None, None)
    assert answer.json()["brand"] == "方寸"


def test_the_frame_shows_the_brand_the_people_and_the_way_to_box_and_console(
    client: Client, program: Program
) -> None:
    page = client.get("/phone/").content.decode()
    assert "<h1>青禾鲜</h1>" in page
    assert re.findall(r'data-person="(.+?)"', page) == ["小方", "小圆", "访客"]
    assert f'data-box="{BOX}"' in page
    assert 'data-appid="wxfangcun01"' in page
    assert re.findall(r'<a href="(.+?)"', page)[:4] == ["/console/", "/h5/", f"{BOX}/cashier", f"{BOX}/clock"]


def test_a_hostile_name_stays_text(client: Client, program: Program) -> None:
    Program.objects.update(name='"><script>alert(1)</script>')
    page = client.get("/phone/").content.decode()
    assert "<script>alert" not in page
    assert "&quot;&gt;&lt;script&gt;" in page


def test_the_frame_needs_no_inline_code_and_lets_no_stranger_frame_it(
    client: Client, program: Program
) -> None:
    answer = client.get("/phone/")
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert (policy["script-src"], policy["style-src"], policy["frame-src"]) == ("'self'", "'self'", "'self'")
    assert policy["frame-ancestors"] == "'self'"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    page = answer.content.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []


def test_nothing_is_fetched_from_elsewhere(client: Client, program: Program) -> None:
    page = client.get("/phone/").content.decode()
    fetched = re.findall(r'<(?:script|link|img|iframe)[^>]*?(?:src|href)="(.+?)"', page)
    assert len(fetched) == 3
    assert all(address.startswith("/static/phone/") for address in fetched)


def test_without_a_box_there_is_no_way_to_it(client: Client, program: Program, settings: Settings) -> None:
    settings.WECHATBOX_URL = ""
    page = client.get("/phone/").content.decode()
    assert "/cashier" not in page
    assert 'data-box=""' in page


def test_without_a_build_the_frame_says_how_to_make_one(
    client: Client, program: Program, settings: Settings, tmp_path: Path
) -> None:
    settings.MINIAPP_H5 = tmp_path / "nothing"
    answer = client.get("/phone/")
    assert answer.status_code == 503
    assert "npm run build:h5" in answer.content.decode()


def test_the_demos_front_door_leads_to_the_phone(client: Client, program: Program) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/phone/")


def test_without_a_demo_the_front_page_says_what_this_is(
    client: Client, program: Program, settings: Settings
) -> None:
    settings.WECHATBOX_URL = ""
    answer = client.get("/")
    assert answer.status_code == 200
    assert "「青禾鲜」小程序的服务端" in answer.content.decode()
    assert 'href="/console/"' in answer.content.decode()
