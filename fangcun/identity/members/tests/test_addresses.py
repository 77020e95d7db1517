from __future__ import annotations

import pytest

from fangcun.identity.members.errors import AddressInvalid, AddressLimit, AddressNotFound
from fangcun.identity.members.models import Address
from fangcun.identity.members.queries import address_of, addresses_of, default_address
from fangcun.identity.members.regions import region_of
from fangcun.identity.members.services import (
    MOST_ADDRESSES,
    add_address,
    change_address,
    delete_address,
    make_default,
)
from fangcun.identity.members.tests.conftest import ADDRESS

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(program, enter):
    return enter(program).member


def defaults(member):
    return list(Address.objects.filter(member=member, is_default=True).values_list("pk", flat=True))


def test_the_first_address_is_the_default(member):
    first = add_address(member=member, **ADDRESS)
    second = add_address(member=member, **ADDRESS)
    assert (first.is_default, second.is_default) == (True, False)
    assert default_address(member) == first


def test_an_address_names_province_city_and_district(member):
    row = add_address(member=member, **ADDRESS)
    assert row.snapshot() == {
        "name": "方小寸",
        "phone": "13800000000",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "region_code": "330106",
        "detail": "文三路 1 号 2 单元",
    }


def test_names_find_the_district_too(member):
    names = {"region_code": "", "province": "浙江省", "city": "杭州市", "district": "西湖区"}
    assert add_address(member=member, **{**ADDRESS, **names}).region_code == "330106"


def test_districts_of_the_same_name_are_told_apart():
    beijing = region_of(province="北京市", city="北京市", district="朝阳区")
    changchun = region_of(province="吉林省", city="长春市", district="朝阳区")
    assert beijing is not None
    assert changchun is not None
    assert (beijing.code, changchun.code) == ("110105", "220104")


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("name", "", "name"),
        ("name", " \u200b\0 ", "name"),
        ("name", "长" * 26, "name"),
        ("phone", "1380000000", "phone"),
        ("phone", "138000000001", "phone"),
        ("phone", "12345678901", "phone"),
        ("phone", "13800000000' OR 1=1", "phone"),
        ("phone", "1" * 10_000, "phone"),
        ("region_code", "999999", "region"),
        ("region_code", "330100", "region"),
        ("region_code", "\0", "region"),
        ("detail", "", "detail"),
        ("detail", "长" * 121, "detail"),
        ("detail", "x" * 10_000, "detail"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(member, field, value, wrong):
    with pytest.raises(AddressInvalid) as refusal:
        add_address(member=member, **{**ADDRESS, field: value})
    assert list(refusal.value.details["fields"]) == [wrong]
    assert Address.objects.count() == 0


def test_all_wrong_fields_are_named_at_once(member):
    with pytest.raises(AddressInvalid) as refusal:
        add_address(member=member, name="", phone="", detail="", region_code="")
    assert set(refusal.value.details["fields"]) == {"name", "phone", "region", "detail"}


def test_a_mixture_of_names_is_no_region(member):
    with pytest.raises(AddressInvalid):
        add_address(
            member=member,
            **{**ADDRESS, "region_code": "", "province": "江苏省", "city": "杭州市", "district": "西湖区"},
        )


def test_hostile_text_is_kept_harmless(member):
    row = add_address(
        member=member,
        **{**ADDRESS, "name": "\u202e方\0小\n寸", "detail": "<script>alert(1)</script>'; DROP TABLE--👨‍👩‍👧"},
    )
    row.refresh_from_db()
    assert row.name == "方小 寸"
    assert row.detail == "<script>alert(1)</script>'; DROP TABLE--👨‍👩‍👧"


def test_choosing_a_default_takes_it_from_the_other(member):
    add_address(member=member, **ADDRESS)
    second = add_address(member=member, is_default=True, **ADDRESS)
    assert defaults(member) == [second.pk]
    third = add_address(member=member, **ADDRESS)
    assert make_default(third).is_default
    assert defaults(member) == [third.pk]


def test_the_default_stays_until_another_is_chosen(member):
    first = add_address(member=member, **ADDRESS)
    second = add_address(member=member, **ADDRESS)
    change_address(first, is_default=False, **{**ADDRESS, "name": "新名"})
    assert defaults(member) == [first.pk]
    assert Address.objects.get(pk=first.pk).name == "新名"
    change_address(second, is_default=True, **ADDRESS)
    assert defaults(member) == [second.pk]


def test_a_refused_change_changes_nothing(member):
    row = add_address(member=member, **ADDRESS)
    with pytest.raises(AddressInvalid):
        change_address(row, **{**ADDRESS, "name": "新名", "phone": "12"})
    assert Address.objects.get().snapshot() == {**row.snapshot(), "name": "方小寸"}


def test_after_the_default_is_deleted_the_newest_takes_its_place(member):
    first, second, third = (add_address(member=member, **ADDRESS) for _ in range(3))
    delete_address(first)
    assert defaults(member) == [third.pk]
    delete_address(second)
    assert defaults(member) == [third.pk]
    delete_address(third)
    assert Address.objects.count() == 0


def test_the_twenty_first_address_is_refused(member):
    for _ in range(MOST_ADDRESSES):
        add_address(member=member, **ADDRESS)
    with pytest.raises(AddressLimit) as refusal:
        add_address(member=member, is_default=True, **ADDRESS)
    assert str(refusal.value) == "最多保存 20 个收货地址"
    assert Address.objects.count() == 20
    assert len(defaults(member)) == 1


def test_the_default_address_comes_first(member):
    rows = [add_address(member=member, **ADDRESS) for _ in range(3)]
    make_default(rows[1])
    assert [row.pk for row in addresses_of(member)] == [rows[1].pk, rows[2].pk, rows[0].pk]


def test_nobody_finds_the_address_of_another(program, enter, member):
    row = add_address(member=member, **ADDRESS)
    stranger = enter(program, "o-stranger").member
    assert address_of(member, row.pk) == row
    for wrong in (row.pk + 1, 0, -1, 2**63, 10**30):
        with pytest.raises(AddressNotFound):
            address_of(member, wrong)
    with pytest.raises(AddressNotFound):
        address_of(stranger, row.pk)


def test_an_address_deleted_meanwhile_is_not_changed(member):
    keep = add_address(member=member, **ADDRESS)
    row = add_address(member=member, **ADDRESS)
    delete_address(Address.objects.get(pk=row.pk))
    for verb in (lambda: make_default(row), lambda: change_address(row, is_default=True, **ADDRESS)):
        with pytest.raises(AddressNotFound):
            verb()
    assert defaults(member) == [keep.pk]
