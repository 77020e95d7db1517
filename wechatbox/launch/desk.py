"""Two pages: the desk of the auditors, and uploaded code with what WeChat's console does to it."""

import base64
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from wechatbox import registry
from wechatbox.box import Box, box_of
from wechatbox.launch import control, judging, releases
from wechatbox.launch.publishing import publishing_of
from wechatbox.miniprogram.answers import ApiError
from wechatbox.person import pages
from wechatbox.person.answers import Refused

_TOLD = {"approve": "已通过审核。", "refuse": "已驳回。", "delay": "已延后，稍后再给结论。"}
_DONE = {
    "submit": "已提交审核。",
    "undo": "已撤回审核。",
    "release": "已发布给所有人。",
    "grey": "分阶段发布已更新。",
    "revert_grey": "已停止分阶段发布。",
    "revert": "已回退到之前的版本。",
}
_MOST_SHOTS = 9


def audits_page(box: Box, request: Request) -> HTMLResponse:
    """Audits that wait, then the rest, and the rule that answers by itself."""
    listed = control.audits_like(box)
    listed.sort(key=lambda audit: audit["status"] not in (2, 4))
    return pages.shown(
        box,
        "audits.html",
        told=request.query_params.get("told"),
        names={program.appid: program.name for program in registry.programs(box)},
        audits=listed[:60],
        rules=control.list_rules(box, request, {})["rules"],
        reason=judging.DEFAULT_REASON["refuse"],
    )


async def judged(request: Request) -> Response:
    """The desk's form: a verdict on one audit, or a rule. Forms of other sites are turned away."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return Response("forms of this box only", status_code=403, media_type="text/plain")
    box = box_of(request)
    async with request.form(max_files=_MOST_SHOTS, max_fields=12) as form:
        given = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        shots = [await file.read() for name, file in form.multi_items() if isinstance(file, UploadFile)]
    try:
        with box.store.transaction():
            told = _judge(box, given, [base64.b64encode(shot).decode() for shot in shots if shot])
    except judging.BadVerdict as error:
        told = f"没有保存：{error}"
    return RedirectResponse("/audits?" + urlencode({"told": told}), status_code=303)


def versions_page(box: Box, request: Request) -> HTMLResponse:
    """Programs with their versions, what is online, and who gets which."""
    user = request.query_params.get("user", "")
    shown = []
    for program in registry.programs(box):
        found = publishing_of(box, program.appid)
        assert found is not None  # noqa: S101
        versions = control.versions_like(box, program.appid)
        plan = releases.running(box, program.appid)
        shown.append(
            {
                "program": program,
                "third_party": found.third_party,
                "versions": versions[:30],
                "grey": dict(plan) if plan is not None else None,
                "gets": releases.version_for(box, found, user) if user else None,
                "can_revert": bool(releases.history(box, program.appid)),
            }
        )
    users = box.store.all("SELECT DISTINCT user FROM people ORDER BY user LIMIT 60")
    return pages.shown(
        box,
        "versions.html",
        told=request.query_params.get("told"),
        programs=shown,
        user=user,
        users=[row["user"] for row in users],
    )


def console(box: Box, _: Request, form: dict[str, str]) -> str:
    """One thing of WeChat's console, by hand."""
    body: dict[str, Any] = {"appid": form.get("appid"), "action": form.get("action")}
    if form.get("id", "").isdigit():
        body["id"] = int(form["id"])
    if form.get("gray_percentage", "").isdigit():
        body["gray_percentage"] = int(form["gray_percentage"])
    for who in ("debuger", "experiencer"):
        body[f"support_{who}_first"] = f"support_{who}_first" in form
    try:
        control.act(box, body)
        told = _DONE[str(form.get("action"))]
    except ApiError as error:
        told = f"微信没有接受：{error.errcode} {error.errmsg}"
    except Refused as refusal:
        told = f"没有完成：{refusal.content['error']}"
    return "/versions?" + urlencode({"told": told})


async def picture(request: Request) -> Response:
    """A screenshot of a refusal, or a picture that came with a submission."""
    row = box_of(request).store.one(
        "SELECT mime, content FROM audit_media WHERE media_id = ?", request.path_params["media_id"]
    )
    if row is None:
        return Response("gone", status_code=404, media_type="text/plain")
    return Response(row["content"], media_type=row["mime"], headers={"X-Content-Type-Options": "nosniff"})


def _judge(box: Box, given: dict[str, str], shots: list[str]) -> str:
    if given.get("action") == "rule":
        judging.add_rule(
            box,
            {
                "verdict": given.get("verdict"),
                "after_s": float(given["after_s"]) if given.get("after_s", "").isdigit() else -1,
                "reason": given.get("reason"),
            },
        )
        return "规则已保存，之后的审核会自动给出结论。"
    if given.get("action") == "clear":
        box.store.run("DELETE FROM audit_rules")
        return "自动规则已全部取消，审核等人来看。"
    number = given.get("auditid", "")
    audit = box.store.one("SELECT * FROM audits WHERE auditid = ?", int(number) if number.isdigit() else -1)
    if audit is None:
        raise judging.BadVerdict("没有这一单审核")
    judging.decide(box, audit, given.get("verdict", ""), given.get("reason", ""), shots)
    return _TOLD[given["verdict"]]
