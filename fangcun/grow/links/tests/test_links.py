"""Links: one per key, counted once per visit, and drawn once by WeChat."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from fangcun.grow.links.codes import code_path
from fangcun.grow.links.errors import LinkInvalid, LinkNotFound
from fangcun.grow.links.models import Link, Opening
from fangcun.grow.links.queries import resolve
from fangcun.grow.links.services import (
    code_image,
    make_link,
    note_opening,
    reassign,
    short_link,
    switch_link,
    url_link,
)
from fangcun.identity.members.models import Member
from fangcun.identity.programs.models import Program
from fangcun.kernel.actors import Actor
from fangcun.kernel.models import AuditEntry, Job

HOST = Actor.staff(1, "阿方")
TARGET: dict[str, Any] = {"page": "pages-grow/group/group", "query": {"number": "G1"}}

pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_link_stands_for_a_page_with_its_query(program):
    link = make_link(page="/pages-goods/goods/goods", query={"id": 3, "from": "海报"}, program_id=program.pk)
    assert re.fullmatch("[2-9a-hj-km-np-z]{10}", link.short)
    assert link.path == "/pages-goods/goods/goods?id=3&from=%E6%B5%B7%E6%8A%A5"
    assert resolve(short=link.short, program_id=program.pk) == link


def test_one_key_is_one_link(program):
    first = make_link(**TARGET, program_id=program.pk, key="group:1")
    again = make_link(page="pages/home/home", query={}, program_id=program.pk, key="group:1")
    other = make_link(**TARGET, program_id=program.pk, key="group:2")
    assert (first.pk == again.pk, first.pk == other.pk, Link.objects.count()) == (True, False, 2)
    assert again.page == "pages-grow/group/group"


@pytest.mark.parametrize(
    "target",
    [
        {"page": "", "query": {}},
        {"page": "pages/home?x=1", "query": {}},
        {"page": "https://elsewhere", "query": {}},
        {"page": "页面", "query": {}},
        {"page": "pages/home", "query": {"": "1"}},
        {"page": "pages/home", "query": {"q": "x" * 512}},
    ],
)
def test_a_target_that_no_phone_could_open_makes_no_link(program, target):
    with pytest.raises(LinkInvalid):
        make_link(**target, program_id=program.pk)
    assert Link.objects.count() == 0


def test_a_link_of_another_program_or_switched_off_is_not_found(program):
    other = Program.objects.create(appid="wx2", name="别家")
    link = make_link(**TARGET, program_id=program.pk)
    with pytest.raises(LinkNotFound):
        resolve(short=link.short, program_id=other.pk)
    switch_link(link=link, on=False, by=HOST)
    switch_link(link=link, on=False, by=HOST)
    with pytest.raises(LinkNotFound):
        resolve(short=link.short, program_id=program.pk)
    assert AuditEntry.objects.filter(action="links.switch_link").count() == 1


def test_a_visit_counts_once_and_becomes_the_members(program, store):
    link = make_link(**TARGET, program_id=program.pk, channel_id=store.pk)
    member, other = Member.objects.create(), Member.objects.create()
    assert note_opening(link=link, visit="v1", device="d1", click_id="gdt-1")
    assert not note_opening(link=link, visit="v1", device="d1")
    assert not note_opening(link=link, visit="v1", member_id=member.pk)
    assert not note_opening(link=link, visit="v1", member_id=other.pk)
    opening = Opening.objects.get()
    assert (opening.member_id, opening.channel_id, opening.click_id) == (member.pk, store.pk, "gdt-1")
    [job] = Job.objects.filter(task__endswith="record_fact")
    assert job.kwargs["props"] == {"channel": "store-west", "link": link.short}


def test_openings_without_a_visit_count_each(program):
    link = make_link(**TARGET, program_id=program.pk)
    assert note_opening(link=link)
    assert note_opening(link=link)
    assert Opening.objects.count() == 2


def test_what_a_merged_member_opened_is_his(program, store):
    link = make_link(**TARGET, program_id=program.pk, channel_id=store.pk)
    kept, gone = Member.objects.create(), Member.objects.create()
    note_opening(link=link, visit="v1", member_id=gone.pk)
    reassign(kept_id=kept.pk, gone_id=gone.pk)
    assert Opening.objects.get().member == kept


def test_a_code_is_drawn_once_and_leads_to_its_link(wechat_program, box):
    link = make_link(**TARGET, program_id=wechat_program.pk)
    first = code_image(link)
    box.post("/_box/faults", api_5xx=True)
    assert code_image(link) == first
    assert first.startswith(b"\x89PNG")
    opened = box.post("/_box/scan", text=f"wechatbox://{wechat_program.appid}/?scene={link.short}")
    assert (opened["page"], opened["query"]) == ("", f"scene={link.short}")
    assert link.short in box.http.get("/codes").text


@pytest.mark.parametrize("part", [0, 2, 3])
def test_half_a_code_that_a_dying_process_left_is_drawn_anew(part, wechat_program, box):
    link = make_link(**TARGET, program_id=wechat_program.pk)
    whole = code_image(link)
    kept = Path(default_storage.path(code_path(link)))
    kept.write_bytes(whole[: len(whole) * part // 4])
    assert code_image(link) == kept.read_bytes() == whole


def test_a_url_link_is_asked_for_once_while_it_is_good(wechat_program, box):
    link = make_link(**TARGET, program_id=wechat_program.pk)
    address = url_link(link)
    assert url_link(Link.objects.get(pk=link.pk)) == address
    assert box.post("/_box/scan", text=address)["path"] == (
        f"/pages-grow/group/group?number=G1&l={link.short}"
    )
    Link.objects.filter(pk=link.pk).update(url_expires_at="2026-01-01T00:00:00Z")
    assert url_link(Link.objects.get(pk=link.pk)) != address


def test_a_short_link_opens_in_chats_and_names_its_channel(wechat_program, box, store):
    link = make_link(**TARGET, program_id=wechat_program.pk, title="十月团", channel_id=store.pk)
    text = short_link(link)
    assert text.startswith("#小程序://")
    assert box.post("/_box/scan", text=text)["query"] == (f"number=G1&l={link.short}&ch=store-west")


@pytest.mark.race
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_many_who_make_the_link_of_one_key_get_the_same(program):
    start, made = threading.Barrier(8), []

    def make() -> None:
        start.wait()
        try:
            made.append(make_link(**TARGET, program_id=program.pk, key="group:9").short)
        finally:
            connections.close_all()

    crew = [threading.Thread(target=make) for _ in range(8)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    assert (len(made), len(set(made)), Link.objects.count()) == (8, 1, 1)
