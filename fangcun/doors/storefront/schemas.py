"""What all parts of the storefront API share."""

from __future__ import annotations

from typing import Any

from ninja import Schema

# In the `openapi_extra` of what image elements ask for: they send no headers.
FOR_IMAGES = "x-for-images"
# In the `openapi_extra` of what a token is welcome at and not asked for.
EITHER: dict[str, Any] = {"security": [{}, {"MemberAuth": []}]}


class ErrorOut(Schema):
    """Every refusal: a code for programs, a message for people, details for both."""

    code: str
    message: str
    details: dict[str, Any] = {}


def errors(*statuses: int) -> dict[int, type[ErrorOut]]:
    """The error statuses an operation may answer with, for its `response=`."""
    return dict.fromkeys(statuses, ErrorOut)
