"""A refusal, read: from the auditor's HTML to items, each with the rules of the audit pack it seems to be about.

Auditors write freely (the reason of weapp_audit_fail is HTML with `<br>`); what is known of the form: numbered items,
quotes of the rules, advice. Keywords map an item to rules; what no keyword knows stays as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div)\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_NUMBERED = re.compile(r"^\s*[(（]?\s*(\d{1,2})\s*[)）.、:：](?!\d)\s*")
_INLINE = re.compile(r"(?<=[。；;!！])\s*(?=[(（]?\d{1,2}[)）.、](?!\d))")
_ADVICE = re.compile(r"^(建议|请|如有|详情|说明|参考|你可以|您可以|修改建议)")

# Words of an auditor about a subject -> what the ids of the rules about it contain.
SUBJECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"类目", ("category",)),
    (r"隐私|个人信息|用户信息|收集|requiredPrivateInfos", ("privacy",)),
    (r"位置|定位|getLocation", ("location",)),
    (
        r"测试(?!账号|账户)|占位|待完善|敬请期待|即将上线|无内容|空白|内容不完整|没有具体|无具体|无法体验",
        ("placeholder", "blank", "empty"),
    ),
    (r"测试账号|测试账户|体验账号|演示账号", ("account", "login")),
    (r"强制|登录|授权|注册后", ("login", "authoris", "authoriz", "forced")),
    (r"诱导|分享|转发|关注|下载", ("induc",)),
    (r"虚拟支付|虚拟商品|iOS|ios|IOS", ("virtual", "ios")),
    (r"UGC|用户生成|用户发布|评论|内容安全|发帖|社区", ("ugc",)),
    (r"资质|许可证|证明|备案", ("qualif", "paper", "category")),
    (r"订单中心|订单路径|order_path", ("order",)),
    (r"无法点击|点击无|无反应|按钮|无响应", ("dead", "button")),
    (r"白屏|报错|崩溃|闪退|无法打开|打不开|无法访问|加载失败", ("blank", "error", "unreachable")),
    (r"域名|http://", ("domain", "http")),
    (r"名称|头像|简介", ("profile", "name")),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One objection in the auditor's words, and the ids of rules that it seems to be about."""

    text: str
    rules: tuple[str, ...]


def items_of(reason: str, known_rules: Iterable[str]) -> list[Item]:
    """The objections of a refusal, in order. Advice belongs to the item before it."""
    known = list(known_rules)
    return [Item(text, rules_of(text, known)) for text in _texts(reason)]


def rules_of(text: str, known_rules: Iterable[str]) -> tuple[str, ...]:
    """The ids of rules that a text seems to be about."""
    stems = [stem for pattern, stems in SUBJECTS if re.search(pattern, text) for stem in stems]
    return tuple(rule for rule in known_rules if any(stem in rule for stem in stems))[:6]


def plain(reason: str) -> list[str]:
    """The lines of a reason without its HTML."""
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", reason)))
    lines = (line.strip() for part in text.splitlines() for line in _INLINE.split(part))
    return [line for line in lines if line]


def _texts(reason: str) -> list[str]:
    lines = plain(reason)
    numbered = any(_NUMBERED.match(line) for line in lines)
    found: list[str] = []
    for line in lines:
        begins = _NUMBERED.match(line)
        if begins:
            found.append(line[begins.end() :].strip())
        elif found and (numbered or _ADVICE.match(line)):
            found[-1] = f"{found[-1]}\n{line}".strip()
        elif not numbered or line:
            found.append(line)
    # What stands before the first number is the auditor's greeting, unless it is all there is.
    if numbered and len(found) > 1 and lines and not _NUMBERED.match(lines[0]):
        found = found[1:]
    return [text for text in found if text]
