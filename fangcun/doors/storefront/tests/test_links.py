"""A scanned code leads to its page, and counts."""

from __future__ import annotations

import pytest

from fangcun.gateways.wechat.answers import Session
from fangcun.grow.links.models import Channel, ChannelKind, Opening
from fangcun.grow.links.services import make_link
from fangcun.identity.members.services import admit
from fangcun.identity.programs.models import Program

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def link(db):
    program = Program.objects.create(appid="wx1", name="青禾鲜")
    channel = Channel.objects.create(name="城西店", code="store-west", kind=ChannelKind.STORE)
    return make_link(
        page="pages-goods/goods/goods",
        query={"id": 3},
        program_id=program.pk,
        channel_id=channel.pk,
        title="门口",
    )


def test_anybody_learns_where_a_code_leads(client, link):
    answer = client.get(f"/api/v1/links/{link.short}?visit=v1&device=d1", headers={"X-Program": "wx1"})
    assert answer.json() == {
        "short": link.short,
        "page": "pages-goods/goods/goods",
        "query": {"id": "3"},
        "path": "/pages-goods/goods/goods?id=3",
        "channel": "store-west",
        "campaign": "门口",
    }
    assert Opening.objects.get().member_id is None


def test_after_the_login_the_visit_is_the_members(client, link):
    path = f"/api/v1/links/{link.short}?visit=v1"
    client.get(path, headers={"X-Program": "wx1"})
    login = admit(program=link.program, session=Session("o1", None, "k"), ip=None)
    client.get(path, headers={"X-Program": "wx1", "Authorization": f"Bearer {login.token}"})
    assert Opening.objects.get().member_id == login.member.pk


def test_a_token_that_is_no_good_counts_as_a_visitor(client, link):
    headers = {"X-Program": "wx1", "Authorization": "Bearer nothing"}
    assert client.get(f"/api/v1/links/{link.short}", headers=headers).status_code == 200
    assert Opening.objects.get().member_id is None


@pytest.mark.parametrize(
    ("short", "status"), [("abcdefghjk", 404), ("ABC", 422), ("x" * 17, 422), ("ab%00cd", 422)]
)
def test_what_is_no_link_leads_nowhere(client, link, short, status):
    assert client.get(f"/api/v1/links/{short}", headers={"X-Program": "wx1"}).status_code == status
    assert Opening.objects.count() == 0
