"""Code management: from code that was committed to a version that everybody has.

WeChat lets only a third-party platform call these, for a mini program that is authorised to it; anybody else gets
86000 (`ThirdPartyOnly`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

from fangcun.gateways.wechat.errors import WechatError
from fangcun.gateways.wechat.miniprogram_channel import MiniProgramChannel, text, unreadable
from fangcun.gateways.wechat.publishing_answers import (
    GRAY_STATES,
    AuditAnswer,
    Category,
    EarlierVersion,
    GrayPlan,
    PrivacyInfo,
    Quota,
    Submission,
    Versions,
)
from fangcun.gateways.wechat.publishing_reading import audit_from, moment, part, rows, texts
from fangcun.gateways.wechat.publishing_refusals import named
from fangcun.gateways.wechat.publishing_writing import submission_body
from fangcun.gateways.wechat.tokens import PROCESS_TOKENS, TokenStore
from fangcun.gateways.wechat.transport import DEFAULT_TIMEOUT, Timeout

ONLINE, DEVELOPMENT = 1, 2  # privacy_ver


class Publisher(Protocol):
    """What the platform asks of WeChat to release one mini program."""

    def commit(
        self, *, template_id: int, version: str, description: str, ext: Mapping[str, Any] | str
    ) -> None: ...

    def trial_code(self, path: str = "") -> bytes: ...

    def categories(self) -> list[Category]: ...

    def pages(self) -> list[str]: ...

    def privacy_info(self) -> PrivacyInfo: ...

    def set_privacy(
        self, *, purposes: Mapping[str, str], contact: Mapping[str, str], version: int = DEVELOPMENT
    ) -> None: ...

    def upload_media(self, name: str, data: bytes, kind: str) -> str: ...

    def submit_audit(self, submission: Submission) -> int: ...

    def audit(self, auditid: int) -> AuditAnswer: ...

    def latest_audit(self) -> AuditAnswer | None: ...

    def screenshot(self, media_id: str) -> bytes: ...

    def undo_audit(self) -> None: ...

    def speed_up(self, auditid: int) -> None: ...

    def quota(self) -> Quota: ...

    def release(self) -> None: ...

    def gray_release(
        self, percent: int, *, testers_first: bool = False, trial_first: bool = False
    ) -> None: ...

    def gray_plan(self) -> GrayPlan | None: ...

    def revert_gray(self) -> None: ...

    def earlier_versions(self) -> list[EarlierVersion]: ...

    def revert_code(self, app_version: int | None = None) -> None: ...

    def versions(self) -> Versions: ...


class PublishingApi:
    """Code management of one mini program, at WeChat or at anything that speaks like it.

    Nothing that changes something is sent again once it may have arrived: after an `Unavailable` with
    `details["sent"]` the caller first asks how things stand. Every method may raise BadCredentials, RateLimited,
    Unavailable, ThirdPartyOnly, RequestRefused, and what its text names.
    """

    def __init__(
        self,
        base_url: str,
        appid: str,
        secret: str,
        *,
        tokens: TokenStore = PROCESS_TOKENS,
        timeout: Timeout = DEFAULT_TIMEOUT,
    ) -> None:
        self._channel = MiniProgramChannel(base_url, appid, secret, tokens=tokens, timeout=timeout)

    def commit(
        self, *, template_id: int, version: str, description: str, ext: Mapping[str, Any] | str
    ) -> None:
        """Make a template of the library the mini program's trial version. `ext` becomes ext.json. Source: commit."""
        self._change(
            "/wxa/commit",
            {
                "template_id": template_id,
                "ext_json": ext if isinstance(ext, str) else json.dumps(ext, ensure_ascii=False),
                "user_version": version,
                "user_desc": description,
            },
        )

    def trial_code(self, path: str = "") -> bytes:
        """The code that opens the trial version (a picture). Source: get_qrcode."""
        return named(
            lambda: self._channel.download(
                "/wxa/get_qrcode", {"path": path} if path else {}, most_bytes=2**21
            )
        )

    def categories(self) -> list[Category]:
        """The categories with which the mini program may be submitted. Source: get_category."""
        answer = self._ask("/wxa/get_category")
        return [
            Category(
                first_class=str(one.get("first_class", "")),
                second_class=str(one.get("second_class", "")),
                third_class=str(one.get("third_class") or ""),
                first_id=int(one.get("first_id", 0)),
                second_id=int(one.get("second_id", 0)),
                third_id=int(one["third_id"]) if one.get("third_id") else None,
            )
            for one in rows(answer, "category_list")
        ]

    def pages(self) -> list[str]:
        """The pages of the committed code. Source: get_page."""
        found = self._ask("/wxa/get_page").get("page_list")
        return [str(one) for one in found] if isinstance(found, list) else []

    def privacy_info(self) -> PrivacyInfo:
        """Which private interfaces the committed code uses without permission or declaration.

        Raises NotReady (61039) for about half a minute after a commit. Source: get_code_privacy_info.
        """
        answer = self._ask("/wxa/security/get_code_privacy_info")
        return PrivacyInfo(texts(answer, "without_auth_list"), texts(answer, "without_conf_list"))

    def set_privacy(
        self, *, purposes: Mapping[str, str], contact: Mapping[str, str], version: int = DEVELOPMENT
    ) -> None:
        """Declare what personal data is used for, by WeChat's key of it; done again it changes nothing.

        A text is shown after the word 为了, so it does not begin with it. `contact` has one of contact_email,
        contact_phone, contact_qq or contact_weixin, and notice_method. Source: setprivacysetting.
        """
        self._change(
            "/cgi-bin/component/setprivacysetting",
            {
                "privacy_ver": version,
                "owner_setting": dict(contact),
                "setting_list": [{"privacy_key": k, "privacy_text": v} for k, v in purposes.items()],
            },
            repeatable=True,
        )

    def upload_media(self, name: str, data: bytes, kind: str) -> str:
        """Hand in a picture or video for the audit; its media id. `kind` is a MIME type. Source: uploadmedia."""
        answer = named(lambda: self._channel.upload("/wxa/uploadmedia", {}, name=name, data=data, kind=kind))
        return text(answer, "mediaid")

    def submit_audit(self, submission: Submission) -> int:
        """Submit the committed code; the audit's number.

        Raises NotReady (61039), PrivacyIncomplete (61040), AuditRunning (85009), QuotaUsedUp (85085). Never to be
        repeated together with a commit. Source: submit_audit.
        """
        answer = self._change("/wxa/submit_audit", submission_body(submission))
        auditid = answer.get("auditid")
        if isinstance(auditid, str) and auditid.isdigit():
            auditid = int(auditid)
        if not isinstance(auditid, int):
            raise unreadable("auditid")
        return auditid

    def audit(self, auditid: int) -> AuditAnswer:
        """How an audit stands. Source: get_auditstatus."""
        answer = named(lambda: self._channel.post("/wxa/get_auditstatus", {"auditid": auditid}))
        return audit_from({"auditid": auditid, **answer})

    def latest_audit(self) -> AuditAnswer | None:
        """How the audit that was submitted last stands; None before the first. Source: get_latest_auditstatus."""
        try:
            return audit_from(self._ask("/wxa/get_latest_auditstatus"))
        except WechatError as refused:
            if refused.code in ("85019", "85012", "85058"):
                return None
            raise

    def screenshot(self, media_id: str) -> bytes:
        """A picture that the auditor took. Raises MediaGone. Source: getMaterial."""
        return named(lambda: self._channel.picture("/cgi-bin/material/get_material", {"media_id": media_id}))

    def undo_audit(self) -> None:
        """Take the audit back, 5 times a day and 10 a month. Raises QuotaUsedUp. Source: undocodeaudit."""
        self._changing_get("/wxa/undocodeaudit")

    def speed_up(self, auditid: int) -> None:
        """Have an audit done in 2 to 12 hours. Raises QuotaUsedUp (89405). Source: speedupaudit."""
        self._change("/wxa/speedupaudit", {"auditid": auditid})

    def quota(self) -> Quota:
        """How many audits and speed-ups this month has left. Source: queryquota."""
        answer = self._ask("/wxa/queryquota")
        return Quota(*(int(answer.get(k, 0)) for k in ("rest", "limit", "speedup_rest", "speedup_limit")))

    def release(self) -> None:
        """Give the approved version to everybody. Raises NotApproved (85019, 85020). Source: release."""
        self._change("/wxa/release", {})

    def gray_release(self, percent: int, *, testers_first: bool = False, trial_first: bool = False) -> None:
        """Give the approved version to this share of the users; only ever more of them.

        Raises NothingOnline (85079), NotApproved (85080), OnlyUpwards (85082). Source: grayrelease.
        """
        self._change(
            "/wxa/grayrelease",
            {
                "gray_percentage": percent,
                "support_debuger_first": testers_first,
                "support_experiencer_first": trial_first,
            },
        )

    def gray_plan(self) -> GrayPlan | None:
        """The grey release that is or was; None when there never was one. Source: getgrayreleaseplan."""
        plan = self._ask("/wxa/getgrayreleaseplan").get("gray_release_plan")
        if not isinstance(plan, dict) or not plan:
            return None
        return GrayPlan(
            state=GRAY_STATES.get(int(plan.get("status", 0)), "initial"),
            percent=int(plan.get("gray_percentage", 0)),
            created_at=moment(plan.get("create_timestamp")),
            testers_first=bool(plan.get("support_debuger_first")),
            trial_first=bool(plan.get("support_experiencer_first")),
        )

    def revert_gray(self) -> None:
        """Take the grey release back: everybody has the version before it. Source: revertgrayrelease."""
        self._changing_get("/wxa/revertgrayrelease")

    def earlier_versions(self) -> list[EarlierVersion]:
        """The versions that can be gone back to, newest first. Source: revertcoderelease."""
        answer = self._ask("/wxa/revertcoderelease", {"action": "get_history_version"})
        return [
            EarlierVersion(
                app_version=int(one.get("app_version", 0)),
                version=str(one.get("user_version", "")),
                description=str(one.get("user_desc", "")),
                committed_at=moment(one.get("commit_time")),
            )
            for one in rows(answer, "version_list")
        ]

    def revert_code(self, app_version: int | None = None) -> None:
        """Go back to an earlier version, or to the one before. Raises GrayRunning (87011), CannotGoBack (87012)."""
        self._changing_get(
            "/wxa/revertcoderelease", {} if app_version is None else {"app_version": str(app_version)}
        )

    def versions(self) -> Versions:
        """Which version is on trial and which is online. Source: getversioninfo."""
        answer = named(lambda: self._channel.post("/wxa/getversioninfo", {}))
        trial, online = part(answer, "exp_info"), part(answer, "release_info")
        return Versions(
            trial_version=str(trial.get("exp_version") or ""),
            trial_at=moment(trial.get("exp_time")),
            trial_description=str(trial.get("exp_desc") or ""),
            online_version=str(online.get("release_version") or ""),
            online_at=moment(online.get("release_time")),
        )

    def _ask(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        return named(lambda: self._channel.get(path, params))

    def _changing_get(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        return named(lambda: self._channel.get(path, params, repeatable=False))

    def _change(self, path: str, body: dict[str, Any], *, repeatable: bool = False) -> dict[str, Any]:
        return named(lambda: self._channel.post(path, body, repeatable=repeatable))
