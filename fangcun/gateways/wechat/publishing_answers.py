"""What the code management of a mini program answers: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

AuditState = Literal["approved", "refused", "auditing", "withdrawn", "delayed"]
GrayState = Literal["initial", "running", "paused", "finished", "deleted"]

# What WeChat writes as a number (get_auditstatus, getgrayreleaseplan).
AUDIT_STATES: dict[int, AuditState] = {
    0: "approved",
    1: "refused",
    2: "auditing",
    3: "withdrawn",
    4: "delayed",
}
GRAY_STATES: dict[int, GrayState] = {0: "initial", 1: "running", 2: "paused", 3: "finished", 4: "deleted"}


@dataclass(frozen=True, slots=True)
class Category:
    """A service category that the mini program has, with WeChat's ids of its levels."""

    first_class: str
    second_class: str
    third_class: str
    first_id: int
    second_id: int
    third_id: int | None

    @property
    def name(self) -> str:
        """How people write it: 一级－二级."""
        return "－".join(part for part in (self.first_class, self.second_class, self.third_class) if part)


@dataclass(frozen=True, slots=True)
class PrivacyInfo:
    """What WeChat found in the committed code: interfaces without permission, and those not declared."""

    without_auth: tuple[str, ...]
    without_conf: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """How an audit stands. `reason` is HTML as WeChat writes it, `screenshots` media ids."""

    auditid: int
    state: AuditState
    reason: str
    screenshots: tuple[str, ...]
    version: str
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class GrayPlan:
    """The grey release that WeChat runs: share of the users in percent."""

    state: GrayState
    percent: int
    created_at: datetime | None
    testers_first: bool
    trial_first: bool


@dataclass(frozen=True, slots=True)
class Quota:
    """How many audits and speed-ups this month still has, and had."""

    rest: int
    limit: int
    speedup_rest: int
    speedup_limit: int


@dataclass(frozen=True, slots=True)
class Versions:
    """Which code is the trial version and which is online; "" for none."""

    trial_version: str
    trial_at: datetime | None
    trial_description: str
    online_version: str
    online_at: datetime | None


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """A version that can be gone back to."""

    app_version: int
    version: str
    description: str
    committed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AuditItem:
    """A page that the auditor opens: its address, tags, category and title (at most 32 characters)."""

    address: str
    tag: str
    title: str
    category: Category


@dataclass(frozen=True, slots=True)
class UgcDeclaration:
    """What users publish and how it is checked.

    `scene`: 0 none, 1 profile, 2 posts, 3 comments, 4 messages, 5 others; `method`: 1 WeChat's content security,
    2 the vendor's own machine check, 3 people. `description` has at most 256 characters.
    """

    scene: tuple[int, ...]
    method: tuple[int, ...]
    has_audit_team: bool
    description: str


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything that goes to the audit with the code that was committed last."""

    items: tuple[AuditItem, ...]
    version_desc: str
    ugc: UgcDeclaration
    privacy_api_not_use: bool
    order_path: str
    pictures: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    feedback: str = ""
    feedback_pictures: tuple[str, ...] = ()
