"""How a submission is written for WeChat."""

from __future__ import annotations

from typing import Any

from fangcun.gateways.wechat.publishing_answers import AuditItem, Submission, UgcDeclaration

MOST_FEEDBACK, MOST_UGC, MOST_TITLE = 200, 256, 32


def submission_body(one: Submission) -> dict[str, Any]:
    """The body of submit_audit; what is empty is left out. Texts are cut to what WeChat takes."""
    body: dict[str, Any] = {
        "item_list": [_item(item) for item in one.items],
        "version_desc": one.version_desc,
        "ugc_declare": _ugc(one.ugc),
        "privacy_api_not_use": one.privacy_api_not_use,
    }
    if one.order_path:
        body["order_path"] = one.order_path
    if one.pictures or one.videos:
        body["preview_info"] = {"video_id_list": list(one.videos), "pic_id_list": list(one.pictures)}
    if one.feedback:
        body["feedback_info"] = one.feedback[:MOST_FEEDBACK]
    if one.feedback_pictures:
        body["feedback_stuff"] = "|".join(one.feedback_pictures)
    return body


def _item(one: AuditItem) -> dict[str, Any]:
    category = one.category
    item: dict[str, Any] = {
        "address": one.address,
        "tag": one.tag,
        "title": one.title[:MOST_TITLE],
        "first_class": category.first_class,
        "second_class": category.second_class,
        "first_id": category.first_id,
        "second_id": category.second_id,
    }
    if category.third_id:
        item |= {"third_class": category.third_class, "third_id": category.third_id}
    return item


def _ugc(one: UgcDeclaration) -> dict[str, Any]:
    declared: dict[str, Any] = {"scene": list(one.scene)}
    if any(one.scene):
        declared |= {
            "method": list(one.method),
            "has_audit_team": int(one.has_audit_team),
            "audit_desc": one.description[:MOST_UGC],
        }
    return declared
