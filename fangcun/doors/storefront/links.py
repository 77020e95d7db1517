"""Where a scanned code or a tapped link leads to."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router, Schema
from pydantic import Field

from fangcun.doors.storefront.auth import account_if_any, ip_of, program_of
from fangcun.doors.storefront.schemas import EITHER, errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.grow.links.queries import resolve
from fangcun.grow.links.services import note_opening
from fangcun.kernel.errors import NotLoggedIn

router = Router(tags=["links"])

# Many phones share one address behind a carrier's gateway, so this only stops floods.
LIMIT = Limit("links", most=600, seconds=60)

Short = Annotated[str, Path(min_length=4, max_length=16, pattern=r"^[0-9a-z]+$")]
Told = Annotated[str, Field(max_length=64, pattern=r"^[\x21-\x7e]*$")]


class LinkOut(Schema):
    """`path` is page and query together, ready to navigate to; `channel` and `campaign` are for tracking events."""

    short: str
    page: str
    query: dict[str, str]
    path: str
    channel: str | None
    campaign: str | None


@router.get(
    "/links/{short}",
    response={200: LinkOut, **errors(400, 404, 422, 429)},
    openapi_extra=EITHER,
)
def open_link(
    request: HttpRequest,
    short: Short,
    visit: Told = "",
    device: Told = "",
    click_id: Annotated[str, Query(max_length=128)] = "",
) -> LinkOut:
    """What the short id of a code or link stands for; counts the opening once per `visit`.

    `visit` is any id that stays the same while the mini program is open. Ask again with the same `visit` after a
    login, so that the visit is known to be the member's. A token that is no good counts as a visitor's.
    """
    LIMIT.spend(ip_of(request))
    try:
        account = account_if_any(request)
    except NotLoggedIn:
        account = None
    program_id = account.program_id if account else program_of(request).pk
    link = resolve(short=short, program_id=program_id)
    note_opening(
        link=link,
        visit=visit,
        device=device,
        member_id=account.member_id if account else None,
        click_id=click_id.replace("\0", ""),
    )
    return LinkOut(
        short=link.short,
        page=link.page,
        query=link.query,
        path=link.path,
        channel=link.channel.code if link.channel else None,
        campaign=link.title or None,
    )
