"""What of the phone is switched on."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Header, Router, Schema

from fangcun.build.flags.queries import flags_for
from fangcun.build.rollout.queries import cohort_of
from fangcun.doors.storefront.auth import account_if_any, ip_of, program_of, version_of
from fangcun.doors.storefront.schemas import EITHER, errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.insight.tracking.intake import MAX_ID
from fangcun.kernel.errors import NotLoggedIn

router = Router(tags=["flags"])

# Asked whenever the app comes to the front; many phones share one address behind a carrier's gateway.
LIMIT = Limit("flags", most=6000, seconds=60)


class FlagsOut(Schema):
    """Whether each flag is on, by its key. Where a flag is not named, the phone does what its code falls back to.

    `cohort` names the feature that is being rolled out to this phone; it belongs behind a "+" in `X-Version`.
    """

    flags: dict[str, bool]
    cohort: str


@router.get("/flags", response={200: FlagsOut, **errors(400, 422, 429)}, openapi_extra=EITHER)
def my_flags(
    request: HttpRequest,
    x_device: Annotated[
        str | None, Header(alias="X-Device", min_length=1, max_length=MAX_ID, pattern=r"^[\x21-\x7e]+$")
    ] = None,
) -> FlagsOut:
    """Which features this phone shows now. `X-Version` says which version of the mini program it runs.

    The token is optional, and one that is no good counts as none. `X-Device` is the `device_id` that the phone's
    events carry; a phone that has none, because nothing may be recorded, gets what everybody gets.
    """
    LIMIT.spend(ip_of(request))
    program = program_of(request)
    try:
        account = account_if_any(request)
    except NotLoggedIn:
        account = None
    flags = flags_for(
        program_id=program.pk,
        version=version_of(request),
        member_id=account.member_id if account else None,
        device_key=x_device or "",
    )
    return FlagsOut(flags=flags, cohort=cohort_of(flags, program_id=program.pk))
