"""WeChat is asked how a release of a third-party platform stands; what it says is written down."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from fangcun.build.release.errors import WrongChannel
from fangcun.build.release.kit.keeping import kit_folder
from fangcun.build.release.models import Attempt, Release
from fangcun.build.release.queries import attempt_of, release_of, undos_left
from fangcun.build.release.services.auditing import record_verdict
from fangcun.build.release.services.sending import note_privacy
from fangcun.build.release.states import Channel, ReleaseStatus
from fangcun.gateways.wechat.publishing import Publisher
from fangcun.gateways.wechat.publishing_answers import EarlierVersion, GrayPlan, Quota
from fangcun.gateways.wechat.publishing_refusals import NotReady
from fangcun.identity.programs.clients import publishing_api
from fangcun.kernel.actors import WECHAT

RESULTS = {"approved": "success", "refused": "fail", "withdrawn": "withdrawn", "delayed": "delay"}


@dataclass(frozen=True, slots=True)
class Quotas:
    """What is left: audits and speed-ups this month, and how often an audit may be taken back."""

    wechat: Quota | None
    undos_today: int
    undos_this_month: int


def look_up(number: int, *, publisher: Publisher | None = None) -> Release:
    """Ask WeChat about an uploaded or submitted release and write down what is new.

    Raises WrongChannel for the ci channel, whose outcomes people write down, and GatewayError.
    """
    release = release_of(number)
    if release.channel != Channel.PLATFORM:
        raise WrongChannel
    wechat = publisher or publishing_api(release.program)
    attempt = attempt_of(release)
    if release.status == ReleaseStatus.UPLOADED and attempt.privacy is None:
        try:
            note_privacy(number=number, found=wechat.privacy_info())
        except NotReady:
            return release
    elif release.status == ReleaseStatus.SUBMITTED and attempt.auditid is not None:
        said = wechat.audit(attempt.auditid)
        Attempt.objects.filter(pk=attempt.pk).update(looked_at=timezone.now())
        if said.state in RESULTS:
            record_verdict(
                number=number,
                result=RESULTS[said.state],
                reason=said.reason,
                screenshots=said.screenshots,
                attempt=attempt.number,
                by=WECHAT,
            )
    return release_of(number)


def quotas(number: int, *, publisher: Publisher | None = None) -> Quotas:
    """What may still be done this month. WeChat's own numbers are for a platform only. Raises GatewayError."""
    release = release_of(number)
    today, month = undos_left(release.program_id)
    if release.channel != Channel.PLATFORM:
        return Quotas(None, today, month)
    return Quotas((publisher or publishing_api(release.program)).quota(), today, month)


def gray_plan(number: int) -> GrayPlan | None:
    """The grey release as WeChat has it. Raises WrongChannel, GatewayError."""
    return _platform(number).gray_plan()


def earlier_versions(number: int) -> list[EarlierVersion]:
    """The versions that everybody can be given again. Raises WrongChannel, GatewayError."""
    return _platform(number).earlier_versions()


def screenshot(attempt: Attempt, place: int, *, publisher: Publisher | None = None) -> bytes:
    """A picture that the auditor took, fetched once and kept. Raises KeyError for none, WrongChannel, GatewayError."""
    shots = attempt.screenshots
    if not 0 <= place < len(shots):
        raise KeyError(place)
    kept = kit_folder(attempt.release_id).parent / "audits" / f"{attempt.pk}-{place}"
    if not kept.exists():
        picture = (publisher or _platform(attempt.release_id)).screenshot(shots[place])
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(picture)
    return kept.read_bytes()


def _platform(number: int) -> Publisher:
    release = release_of(number)
    if release.channel != Channel.PLATFORM:
        raise WrongChannel
    return publishing_api(release.program)
