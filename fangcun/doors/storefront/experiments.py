"""What a phone shows of experiments."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Header, Router, Schema

from fangcun.doors.storefront.auth import account_if_any, ip_of, program_of
from fangcun.doors.storefront.schemas import EITHER, errors
from fangcun.doors.storefront.throttle import Limit
from fangcun.insight.experiments.queries import assignments
from fangcun.insight.tracking.intake import MAX_ID
from fangcun.kernel.errors import NotLoggedIn

router = Router(tags=["experiments"])

# Asked once a start of the app; many phones share one address behind a carrier's gateway.
LIMIT = Limit("experiments", most=3000, seconds=60)


class AssignmentsOut(Schema):
    """The variant to show, by the experiment's key. An experiment that is not named is shown as control."""

    assignments: dict[str, str]


@router.get(
    "/experiments",
    response={200: AssignmentsOut, **errors(400, 422, 429)},
    openapi_extra=EITHER,
)
def my_experiments(
    request: HttpRequest,
    x_device: Annotated[
        str,
        Header(alias="X-Device", min_length=1, max_length=MAX_ID, pattern=r"^[\x21-\x7e]+$"),
    ],
) -> AssignmentsOut:
    """Which variants this phone shows: the same for as long as an experiment runs, before and after a login.

    `X-Device` is the `device_id` that the phone's events carry. The token is optional, and one that is no good counts
    as none; it matters only where an experiment is for a segment.
    """
    LIMIT.spend(ip_of(request))
    program = program_of(request)
    try:
        account = account_if_any(request)
    except NotLoggedIn:
        account = None
    return AssignmentsOut(
        assignments=assignments(
            device_key=x_device, member_id=account.member_id if account else None, program_id=program.pk
        )
    )
