"""The fixed words of the blueprint: automatic events, property types, capabilities, roles, stages."""

from __future__ import annotations

import re
from typing import Final, Literal

Subject = Literal["enterprise", "individual_business", "institution"]
ProgramRole = Literal["main", "content", "members", "tools"]
Direction = Literal["up", "down"]
Side = Literal["traffic", "monetise", "experience", "model"]
Priority = Literal["must", "should", "could", "wont"]
FeatureKind = Literal["traffic", "monetise", "retain", "serve"]
Capability = Literal["phone", "address", "location", "album", "camera", "share", "payment"]
TeamRole = Literal["planning", "design", "development", "test", "operations"]
Driver = Literal["product", "marketing"]
StageKind = Literal["requirements", "design", "development", "test", "launch"]
Check = Literal[
    "plan_clean",
    "package_budget",
    "events_covered",
    "journeys_pass",
    "compat_pass",
    "load_pass",
    "security_pass",
    "audit_clean",
    "audit_passed",
]
Condition = Literal["audit_refused", "audit_delayed", "interface_refused", "incident", "other"]
QualificationKind = Literal["subject", "category", "permission"]
QualificationStatus = Literal["have", "applied", "missing"]
Per = Literal["day", "week", "month"]

MAIN_PACKAGE: Final = "main"
SYSTEM: Final = "system"  # the one actor who is nobody: the platform itself
PERSON: Final = "person"  # the key of a funnel that counts persons
SUBSCRIBE: Final = "subscribe"  # the channel that needs a consent for every message

# WeChat asks for a purpose before these may be used.
PRIVATE: Final[frozenset[str]] = frozenset({"phone", "address", "location", "album", "camera"})
# These have to be applied for.
PERMITTED: Final[frozenset[str]] = frozenset({"payment"})

SIMPLE_TYPES: Final = ("id", "text", "int", "fen", "float", "bool", "time")
NUMBERS: Final[frozenset[str]] = frozenset({"int", "fen", "float"})
_ENUM: Final = re.compile(r"enum\(\s*([^()]*?)\s*\)")

# Planned without being written, with what the tracking client, or for the last two the server, sends along.
AUTOMATIC_EVENTS: Final[dict[str, dict[str, str]]] = {
    "app_launched": {"scene": "int", "page": "text"},
    "app_shown": {
        "scene": "int",
        "page": "text",
        "version": "text",
        "channel": "text",
        "campaign": "text",
        "source": "text",
        "share_id": "id",
        "parent_share_id": "id",
        "root_id": "id",
    },
    "app_hidden": {"page": "text", "duration_ms": "int"},
    "app_failed": {"page": "text", "kind": "text", "digest": "id", "version": "text"},
    "page_viewed": {"page": "text", "from": "text"},
    "page_left": {"page": "text", "duration_ms": "int"},
    "page_shared": {
        "page": "text",
        "share_id": "id",
        "parent_share_id": "id",
        "root_id": "id",
        "channel": "text",
    },
    "page_favorited": {"page": "text"},
    "element_tapped": {"page": "text", "element": "text"},
    "user_logged_in": {},
    "goods_bought": {
        "order_number": "id",
        "product_id": "id",
        "product": "text",
        "category": "text",
        "quantity": "int",
        "amount": "fen",
    },
    # What the platform does to grow, planned or not; a scenario may name it as a step all the same.
    "link_opened": {"channel": "text", "link": "text"},
    "coupon_claimed": {"template_id": "id"},
    "coupon_used": {"template_id": "id", "amount": "fen"},
    "checked_in": {"streak": "int"},
    "points_changed": {"reason": "text", "points": "int"},
    "tier_changed": {"tier": "int"},
    "activity_signed_up": {"activity_id": "id"},
    "invitation_accepted": {"inviter": "id"},
    "invitation_rewarded": {"invitee": "id", "order_number": "id"},
    "automation_entered": {"automation_id": "id", "arm": "text"},
    "automation_acted": {"automation_id": "id", "arm": "text"},
}


def enum_values(kind: str) -> tuple[str, ...] | None:
    """The values of `enum(a, b)` in their order; None when it is another type or no enumeration of words."""
    found = _ENUM.fullmatch(kind.strip())
    if found is None:
        return None
    values = tuple(value.strip() for value in found[1].split(","))
    return values if all(values) else None


def plain_type(kind: str) -> str:
    """A type in the form in which two of them may be compared: the order of an enumeration doesn't matter."""
    values = enum_values(kind)
    return kind if values is None else f"enum({', '.join(sorted(set(values)))})"
