"""Questions about members, their accounts and addresses. A person's things are found through the person."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from fangcun.identity.members.errors import AddressNotFound, NotLoggedIn
from fangcun.identity.members.models import Account, Address, Member, MemberTag
from fangcun.identity.members.phones import phone_digests, readable_phone
from fangcun.identity.programs.models import Program
from fangcun.kernel.secrets import digest

# Sealed columns cost more to open than the row to read, and hardly any request needs them.
_SEALED = ("session_key", "member__phone", "program__app_secret")


def account_by_token(token: str) -> Account:
    """Who is logged in with this token, with member and program at hand, in one statement.

    Raises NotLoggedIn when the token is unknown, expired or revoked, or its program is switched off.
    """
    account = (
        Account.objects.select_related("member", "program")
        .defer(*_SEALED)
        .filter(
            tokens__digest=digest(token),
            tokens__expires_at__gt=timezone.now(),
            tokens__revoked_at=None,
            program__is_active=True,
        )
        .first()
    )
    if account is None:
        raise NotLoggedIn
    return account


def account_of(member: Member | int, program: Program | int) -> Account | None:
    """A member's account in one mini program; after a merge there may be two, the one used last counts."""
    return (
        Account.objects.filter(member=member, program=program)
        .defer("session_key")
        .order_by("-logged_in_at", "-id")
        .first()
    )


def openid_of(member: Member | int, program: Program | int) -> str | None:
    """What a mini program knows this member by, or None when he never logged in there."""
    account = account_of(member, program)
    return account.openid if account else None


def last_programs(member_ids: Sequence[int]) -> dict[int, int]:
    """Of those mini programs that are in use, the one in which each of these members was last."""
    accounts = Account.objects.filter(member_id__in=member_ids, program__is_active=True)
    return dict(accounts.order_by("logged_in_at", "pk").values_list("member_id", "program_id"))


def addresses_of(member: Member | int) -> list[Address]:
    """A member's addresses, the default one first, then the newest."""
    return list(Address.objects.filter(member=member))


def address_of(member: Member | int, address_id: int) -> Address:
    """One of a member's own addresses. Raises AddressNotFound, also for those of others."""
    if not 0 < address_id < 2**63:
        raise AddressNotFound
    address = Address.objects.filter(member=member, pk=address_id).first()
    if address is None:
        raise AddressNotFound
    return address


def default_address(member: Member | int) -> Address | None:
    """Where a member's goods usually go, or None."""
    return Address.objects.filter(member=member, is_default=True).first()


def members_by_phone(number: str) -> list[Member]:
    """The members who gave this number; it may be several, as nothing keeps two from sharing a phone."""
    phone = readable_phone(number)
    if phone is None:
        return []
    return list(Member.objects.filter(phone_digest__in=phone_digests(phone), merged_into=None).order_by("id"))


def tags_of(member: Member | int) -> list[str]:
    """What the shop keeps about a member, in the order of the words."""
    return list(MemberTag.objects.filter(member=member).order_by("tag").values_list("tag", flat=True))


def all_tags() -> list[str]:
    """Every tag that some member has."""
    return list(MemberTag.objects.order_by("tag").values_list("tag", flat=True).distinct())
