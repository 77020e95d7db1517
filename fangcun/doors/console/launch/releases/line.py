"""The way of a release as a drawn line: where it has been, where it is, what is to come."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fangcun.build.release.models import Release
from fangcun.build.release.states import ReleaseStatus

S = ReleaseStatus
TONES = {
    S.DRAFT: "quiet",
    S.CHECKED: "info",
    S.UPLOADED: "info",
    S.SUBMITTED: "warn",
    S.APPROVED: "good",
    S.REFUSED: "bad",
    S.WITHDRAWN: "quiet",
    S.ROLLING_OUT: "warn",
    S.LIVE: "good",
    S.REVERTED: "bad",
    S.SUPERSEDED: "quiet",
}
WAY = (S.DRAFT, S.CHECKED, S.UPLOADED, S.SUBMITTED, S.APPROVED)
# Where on the way a release stands that left it.
ASIDE = {S.REFUSED: S.SUBMITTED, S.WITHDRAWN: S.SUBMITTED}


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: `state` is done, now, bad or ahead."""

    label: str | Promise
    state: str


def line_of(release: Release, reached: set[str]) -> list[Stop]:
    """The stops of a release; `reached` are the statuses that it ever had."""
    at = ReleaseStatus(release.status)
    here = ASIDE.get(at, at)
    stops = [_stop(one, at, here, reached) for one in WAY]
    if at == S.SUPERSEDED and S.LIVE not in reached:
        return [*stops, Stop(_("已放弃"), "now")]
    top = 100 if at == S.LIVE else release.percent
    for share in release.steps:
        label = _("全量") if share == 100 else f"{share}%"
        state = "done" if share < top or at == S.SUPERSEDED else "ahead"
        if share == top:
            state = "done" if at in (S.LIVE, S.SUPERSEDED) else "now"
        stops.append(Stop(label, state))
    if at == S.REVERTED:
        stops.append(Stop(_("已回退"), "bad"))
    return stops


def _stop(one: ReleaseStatus, at: ReleaseStatus, here: ReleaseStatus, reached: set[str]) -> Stop:
    place = WAY.index(one)
    if here == one:
        if at != here:
            return Stop(at.label, "bad")
        return Stop(one.label, "now")
    done = here not in WAY or place < WAY.index(here)
    if here == S.SUPERSEDED:
        done = one in reached or one == S.DRAFT
    return Stop(one.label, "done" if done else "ahead")
