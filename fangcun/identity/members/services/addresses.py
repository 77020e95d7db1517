"""A member's addresses. Who has any has exactly one default."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangcun.identity.members.errors import AddressInvalid, AddressLimit, AddressNotFound
from fangcun.identity.members.models import Address, Member
from fangcun.identity.members.phones import readable_phone
from fangcun.identity.members.regions import region_of
from fangcun.identity.members.text import one_line

MOST_ADDRESSES = 20
MOST_NAME = 25
MOST_DETAIL = 120


def checked_address(
    *,
    name: str,
    phone: str,
    detail: str,
    region_code: str = "",
    province: str = "",
    city: str = "",
    district: str = "",
) -> dict[str, Any]:
    """The columns of an address, from what a person entered. Raises AddressInvalid with `details.fields`."""
    wrong = {}
    name, detail = one_line(name), one_line(detail)
    if not 1 <= len(name) <= MOST_NAME:
        wrong["name"] = _("请填写收货人，不超过 25 个字")
    number = readable_phone(phone)
    if number is None:
        wrong["phone"] = _("请填写正确的手机号或带区号的座机号")
    region = region_of(code=region_code, province=province, city=city, district=district)
    if region is None:
        wrong["region"] = _("请选择省、市、区")
    if not 1 <= len(detail) <= MOST_DETAIL:
        wrong["detail"] = _("请填写详细地址，不超过 120 个字")
    if number is None or region is None or wrong:
        raise AddressInvalid(fields=wrong)
    return {
        "name": name,
        "phone": number,
        "region_code": region.code,
        "province": region.province,
        "city": region.city,
        "district": region.district,
        "detail": detail,
    }


@transaction.atomic
def add_address(*, member: Member, is_default: bool = False, **entered: str) -> Address:
    """Keep one more address; the first one is the default. `entered` as in `checked_address`.

    Raises AddressInvalid, AddressLimit.
    """
    columns = checked_address(**entered)
    owner_id = _lock(member.pk)
    own = Address.objects.filter(member=owner_id)
    count = own.count()
    if count >= MOST_ADDRESSES:
        raise AddressLimit(limit=MOST_ADDRESSES)
    if is_default:
        own.filter(is_default=True).update(is_default=False)
    return Address.objects.create(member_id=owner_id, is_default=is_default or count == 0, **columns)


@transaction.atomic
def change_address(address: Address, *, is_default: bool = False, **entered: str) -> Address:
    """Write an address anew. The default one stays that until another is chosen.

    Raises AddressInvalid, and AddressNotFound when it was deleted meanwhile.
    """
    columns = checked_address(**entered)
    owner_id = _lock(address.member_id)
    if is_default:
        _only_default(owner_id, address)
    _update(owner_id, address, **columns)
    return address


@transaction.atomic
def make_default(address: Address) -> Address:
    """Make this the address where a member's goods go unless he says otherwise. Raises AddressNotFound."""
    _only_default(_lock(address.member_id), address)
    return address


@transaction.atomic
def delete_address(address: Address) -> None:
    """Forget an address; after the default one the newest takes its place."""
    owner_id = _lock(address.member_id)
    Address.objects.filter(pk=address.pk, member=owner_id).delete()
    rest = Address.objects.filter(member=owner_id)
    newest = rest.order_by("-id").first()
    if newest is not None and not rest.filter(is_default=True).exists():
        rest.filter(pk=newest.pk).update(is_default=True)


def _lock(member_id: int) -> int:
    """One member's changes go one after the other: limit and default are facts about all his rows.

    Answers whose rows they are: a merge that came in between gave them to another member.
    """
    member = Member.objects.select_for_update(no_key=True).only("merged_into").get(pk=member_id)
    return member.merged_into_id or member.pk


def _only_default(owner_id: int, address: Address) -> None:
    Address.objects.filter(member=owner_id, is_default=True).exclude(pk=address.pk).update(is_default=False)
    _update(owner_id, address, is_default=True)


def _update(owner_id: int, address: Address, **columns: Any) -> None:
    if not Address.objects.filter(pk=address.pk, member=owner_id).update(**columns):
        raise AddressNotFound
    for name, value in columns.items():
        setattr(address, name, value)
