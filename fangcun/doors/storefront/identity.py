"""Who the customer is: login, profile, phone number, consent, addresses."""

from __future__ import annotations

import gzip
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from ninja import Router, Schema, Status
from pydantic import Field

from fangcun.doors.storefront.auth import MemberAuth, ip_of, member_of, program_of, token_of
from fangcun.doors.storefront.faces import avatar_url
from fangcun.doors.storefront.schemas import errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.grow.messaging.queries import unread_count
from fangcun.identity.members import queries, services
from fangcun.identity.members.errors import LoginBlocked, LoginCodeInvalid
from fangcun.identity.members.models import Address, Member
from fangcun.identity.members.phones import masked
from fangcun.identity.members.regions import regions_json
from fangcun.shop.cart.queries import count_of
from fangcun.shop.orders.queries import counts_of

router = Router(tags=["identity"], auth=MemberAuth())

# Thousands of phones share one address behind a carrier's gateway: all logins are limited loosely, and
# those that WeChat refuses strictly, as each of them costs a call to WeChat.
LOGINS = Limit("login", most=600, seconds=60)
REFUSED_LOGINS = Limit("login refused", most=60, seconds=60)
# WeChat takes 0.03 yuan for each number.
PHONE_CODES = Limit("phone", most=5, seconds=60)

RowId = Annotated[int, Field(ge=1, lt=2**63)]
Code = Annotated[str, Field(min_length=1, max_length=256)]
Words = Annotated[str, Field(max_length=20_000)]


class OrderCountsOut(Schema):
    """How many orders wait in each open status."""

    pending_payment: int
    paid: int
    shipped: int


class MemberOut(Schema):
    """`phone` is masked ("138****0000"), null when the member gave none."""

    id: int
    nickname: str
    avatar: str
    phone: str | None
    unread_messages: int
    cart_count: int
    orders: OrderCountsOut


class LoginIn(Schema):
    """`code` is what wx.login gave."""

    code: Code


class LoginOut(Schema):
    token: str
    expires_at: datetime
    member: MemberOut


class ProfileIn(Schema):
    nickname: Words | None = None
    avatar: Words | None = None


class PhoneIn(Schema):
    """`code` is what the phone-number button gave, not wx.login's."""

    code: Code


class PrivacyIn(Schema):
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,20}$")]
    agreed: Literal[True]


class DistrictOut(Schema):
    code: str
    name: str


class CityOut(DistrictOut):
    children: list[DistrictOut]


class ProvinceOut(DistrictOut):
    children: list[CityOut]


class AddressIn(Schema):
    """`region_code` of the district, or the three names."""

    name: Words
    phone: Words
    region_code: Words | None = None
    province: Words | None = None
    city: Words | None = None
    district: Words | None = None
    detail: Words
    is_default: bool | None = None

    def entered(self) -> dict[str, Any]:
        return {name: value or "" for name, value in self.dict(exclude={"is_default"}).items()}


class AddressOut(Schema):
    id: int
    name: str
    phone: str
    province: str
    city: str
    district: str
    region_code: str
    detail: str
    is_default: bool


class AddressesOut(Schema):
    items: list[AddressOut]


def member_out(member: Member) -> MemberOut:
    """A member as his phone shows him."""
    return MemberOut(
        id=member.pk,
        nickname=member.nickname,
        avatar=avatar_url(member),
        phone=masked(member.phone),
        unread_messages=unread_count(member.pk),
        cart_count=count_of(member.pk),
        orders=OrderCountsOut(**counts_of(member.pk)),
    )


@router.post("/login", auth=None, response={200: LoginOut, **errors(400, 403, 422, 429, 502)})
def login(request: HttpRequest, body: LoginIn) -> LoginOut:
    """Log in with wx.login's code; whoever comes for the first time becomes a member."""
    program, ip = program_of(request), ip_of(request)
    REFUSED_LOGINS.check(ip)
    LOGINS.spend(ip)
    try:
        done = services.login(program=program, code=body.code, ip=ip)
    except (LoginCodeInvalid, LoginBlocked):
        REFUSED_LOGINS.count(ip)
        raise
    return LoginOut(token=done.token, expires_at=done.expires_at, member=member_out(done.member))


@router.post("/logout", response={204: None, **errors(400, 401)})
def logout(request: HttpRequest) -> Status[None]:
    """End this login; the token is worthless from now on."""
    services.logout(token=token_of(request))
    return Status(204, None)


@router.get("/me", response={200: MemberOut, **errors(400, 401)})
def me(request: HttpRequest) -> MemberOut:
    """Who is logged in, and how much waits for him."""
    return member_out(member_of(request))


@router.patch("/me", response={200: MemberOut, **errors(400, 401, 422)})
def change_profile(request: HttpRequest, body: ProfileIn) -> MemberOut:
    """Change nickname or avatar; what is absent or null stays."""
    member = services.change_profile(member=member_of(request), nickname=body.nickname, avatar=body.avatar)
    return member_out(member)


@router.post("/phone", response={200: MemberOut, **errors(400, 401, 422, 429, 502)})
def take_phone(request: HttpRequest, body: PhoneIn) -> MemberOut:
    """Keep the phone number the member just agreed to hand over."""
    member = member_of(request)
    PHONE_CODES.spend(member.pk)
    return member_out(services.take_phone(member=member, program=program_of(request), code=body.code))


@router.post("/privacy", response={204: None, **errors(400, 401, 422)})
def agree_to_privacy(request: HttpRequest, body: PrivacyIn) -> Status[None]:
    """Record that the member agreed to this version of the privacy statement."""
    services.agree_to_privacy(
        member=member_of(request), program=program_of(request), version=body.version, ip=ip_of(request)
    )
    return Status(204, None)


@lru_cache(maxsize=1)
def _packed_regions() -> bytes:
    return gzip.compress(regions_json()[0], 9, mtime=0)


@router.get("/regions", auth=None, response={200: list[ProvinceOut], 304: None, **errors(400)})
def regions(request: HttpRequest) -> HttpResponse:
    """The choices of province, city and district."""
    program_of(request)
    text, etag = regions_json()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    etag = f"W/{etag}"
    response = HttpResponse(_packed_regions() if packed else text, content_type="application/json")
    if packed:
        response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=86400"
    patch_vary_headers(response, ["Accept-Encoding"])
    answer = get_conditional_response(request, etag=etag, response=response)
    return response if answer is None else answer


def _address(address: Address) -> AddressOut:
    return AddressOut(id=address.pk, is_default=address.is_default, **address.snapshot())


def _own(request: HttpRequest, address_id: int) -> Address:
    return queries.address_of(member_of(request), address_id)


@router.get("/addresses", response={200: AddressesOut, **errors(400, 401)})
def addresses(request: HttpRequest) -> AddressesOut:
    """The member's addresses, the default one first."""
    return AddressesOut(items=[_address(one) for one in queries.addresses_of(member_of(request))])


@router.post("/addresses", response={201: AddressOut, **errors(400, 401, 409, 422)})
def add_address(request: HttpRequest, body: AddressIn) -> Status[AddressOut]:
    """Keep one more address, of at most 20; the first one becomes the default."""
    address = services.add_address(
        member=member_of(request), is_default=bool(body.is_default), **body.entered()
    )
    return Status(201, _address(address))


@router.put("/addresses/{id}", response={200: AddressOut, **errors(400, 401, 404, 422)})
def change_address(request: HttpRequest, id: RowId, body: AddressIn) -> AddressOut:  # noqa: A002
    """Write an address anew."""
    address = _own(request, id)
    return _address(services.change_address(address, is_default=bool(body.is_default), **body.entered()))


@router.delete("/addresses/{id}", response={204: None, **errors(400, 401, 404, 422)})
def delete_address(request: HttpRequest, id: RowId) -> Status[None]:  # noqa: A002
    """Forget an address; orders keep their own copy."""
    services.delete_address(_own(request, id))
    return Status(204, None)


@router.post("/addresses/{id}/default", response={200: AddressOut, **errors(400, 401, 404, 422)})
def make_default(request: HttpRequest, id: RowId) -> AddressOut:  # noqa: A002
    """Make an address the default one."""
    return _address(services.make_default(_own(request, id)))
