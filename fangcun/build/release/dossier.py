"""What is handed in with a version: filled from the blueprint that it was built from."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from fangcun.blueprint.compiling.project import dossier as compiled
from fangcun.blueprint.differences import Difference, diff
from fangcun.build.release.models import RefusalItem, Release
from fangcun.build.release.queries import live_release, pass_of
from fangcun.build.release.walkthrough import walkthroughs
from fangcun.kernel.money import yuan
from fangcun.plan.revisions.errors import RevisionUnknown
from fangcun.plan.revisions.queries import blueprint_of, revision

MOST_PAGES, MOST_TITLE, MOST_TAGS = 5, 32, 10
MOST_VALUE, MOST_FEEDBACK = 500, 200
# What the blueprint calls a capability -> what WeChat calls the data (setprivacysetting, privacy_key).
PRIVACY_KEYS = {
    "phone": "PhoneNumber",
    "address": "Address",
    "location": "Location",
    "album": "Album",
    "camera": "Camera",
}
# WeChat puts 为了 before a purpose by itself.
_BEFORE = re.compile(r"^(用于|为了|用来)")
TOLD_AREAS = ("features", "scenarios", "pages")
_DASHES = re.compile(r"[\s\-－—–/>]+")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that the auditor is asked to open."""

    address: str
    title: str
    tag: str
    category: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything a submission needs, and in `missing` what the plan does not say yet.

    `purposes` are by WeChat's key of the data; `ugc` is {declared, measures, machine, human}; `walkthroughs` are
    [{scenario, name, steps: [{step, words}]}].
    """

    name: str
    version: str
    categories: tuple[str, ...]
    pages: tuple[Page, ...]
    purposes: dict[str, str]
    ugc: dict[str, Any]
    order_path: str
    value_text: str
    feedback: str
    test_account: str
    walkthroughs: list[dict[str, Any]]
    papers: list[dict[str, Any]]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything as plain JSON, as it is kept with the attempt."""
        return asdict(self)


def fill(release: Release) -> Dossier:
    """The dossier of a release, from the revision its build was made from and from what was mended since a refusal."""
    bp = blueprint_of(revision(release.artifact.revision))
    told = compiled(bp)
    categories = tuple(told["categories"])
    used = {one["capability"] for one in told["privacy"]}
    needed = {use for page in bp.pages.values() for use in page.uses if use in PRIVACY_KEYS}
    ugc = told["declarations"]
    value = release.value_text or value_since(release)
    missing = [
        *([] if categories else [_("服务类目")]),
        *(_("“%(what)s”的用途说明") % {"what": one} for one in sorted(needed - used)),
        *([] if told["order_path"] or not _sells(told) else [_("订单中心页面的路径")]),
        *([] if not ugc["ugc"] or ugc["ugc_measures"] else [_("用户内容的审核措施")]),
        *([] if value else [_("这次更新的价值")]),
    ]
    return Dossier(
        name=told["name"],
        version=release.version,
        categories=categories,
        pages=tuple(_pages(told, categories)),
        purposes={
            PRIVACY_KEYS[one["capability"]]: _BEFORE.sub("", one["purpose"])
            for one in told["privacy"]
            if one["capability"] in PRIVACY_KEYS
        },
        ugc={
            "declared": ugc["ugc"],
            "measures": ugc["ugc_measures"],
            "machine": any(one["machine"] for one in ugc["publishes"]),
            "human": any(one["human"] for one in ugc["publishes"]),
        },
        order_path=told["order_path"],
        value_text=value[:MOST_VALUE],
        feedback=feedback_of(release),
        test_account=_account(release, told["test_account"]),
        walkthroughs=walkthroughs(bp),
        papers=told["qualifications"],
        missing=tuple(missing),
    )


def value_since(release: Release) -> str:
    """What users get from this version, in a sentence: features, scenarios and pages since the live one."""
    bp = blueprint_of(revision(release.artifact.revision))
    live = live_release(release.program_id)
    if live is None or live.pk == release.pk:
        first = "、".join(one.name for one in bp.features[:8])
        return _("首个版本，提供%(features)s") % {"features": first} if first else ""
    try:
        before = blueprint_of(revision(live.artifact.revision))
    except RevisionUnknown:
        return ""
    found = [one for one in diff(before, bp) if one.area in TOLD_AREAS and "." not in one.subject]
    parts = []
    for change, verb in (("added", _("新增")), ("removed", _("下线")), ("changed", _("改进"))):
        names = list(dict.fromkeys(_named(one) for one in found if one.change == change))
        if names:
            parts.append(verb + "、".join(names[:6]))
    return "；".join(parts) or _("修复问题，提升稳定性")


def feedback_of(release: Release) -> str:
    """What was mended since the last refusal, for the auditor; "" at the first attempt."""
    rows = RefusalItem.objects.filter(attempt__release=release, attempt__number=release.attempt - 1)
    told = [f"{one.place}. {one.evidence}" for one in rows.exclude(settled_at=None).order_by("place")]
    return "；".join(told)[:MOST_FEEDBACK]


def _account(release: Release, usual: str) -> str:
    known = pass_of(release)
    if known is None:
        return usual
    return usual + _("在“我的 → 优惠券”输入口令 %(word)s，可领取一张 %(yuan)s 元审核体验券。") % {
        "word": known.word,
        "yuan": yuan(known.amount),
    }


def same_category(one: str, other: str) -> bool:
    """Whether two ways of writing a category mean the same: dashes and blanks don't matter."""
    return _DASHES.sub("-", one).strip("-") == _DASHES.sub("-", other).strip("-")


def _sells(told: dict[str, Any]) -> bool:
    return any(one["capability"] == "payment" for one in told["permissions"])


def _pages(told: dict[str, Any], categories: tuple[str, ...]) -> list[Page]:
    category = categories[0] if categories else ""
    entry = told["entry"]
    chosen = sorted(told["key_pages"], key=lambda one: one["path"] != entry)[:MOST_PAGES]
    return [
        Page(one["path"], one["title"][:MOST_TITLE], _tag(told["name"], one["title"], category), category)
        for one in chosen
    ] or [Page(entry, told["name"][:MOST_TITLE], _tag(told["name"], "", category), category)]


def _tag(*words: str) -> str:
    parts = [part for word in words for part in _DASHES.split(word) if part]
    return " ".join(list(dict.fromkeys(part[:20] for part in parts))[:MOST_TAGS])


def _named(one: Difference) -> str:
    found = re.search(r"“([^”]+)”", one.text)
    return found[1] if found else one.text.partition("：")[2] or one.text
