"""Questions about flags: what there is, what is on for whom, what has happened to one."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.cache import cache
from django.db.models import QuerySet

from fangcun.build.flags.deciding import Asker, Rule, decide
from fangcun.build.flags.errors import FlagUnknown
from fangcun.build.flags.models import Flag, FlagMember
from fangcun.insight.tracking.models import Device
from fangcun.kernel.models import AuditEntry

# Another process may hand out the former state for so long: an emergency stop is everywhere after that.
REMEMBER_SECONDS = 3
_KEY = "flags.rules"


def flags() -> QuerySet[Flag]:
    """All flags by their keys."""
    return Flag.objects.select_related("program").order_by("key")


def flag_of(key: str) -> Flag:
    """The flag with this key. Raises FlagUnknown."""
    flag = flags().filter(key=key).first() if "\0" not in key else None
    if flag is None:
        raise FlagUnknown(key=key)
    return flag


def history_of(flag: Flag) -> QuerySet[AuditEntry]:
    """Who did what to a flag, the newest first."""
    return AuditEntry.objects.filter(object_type=Flag._meta.label_lower, object_id=str(flag.pk)).order_by(
        "-id"
    )


def flags_for(
    *, program_id: int | None, version: str = "", member_id: int | None = None, device_key: str = ""
) -> dict[str, bool]:
    """Every flag and whether it is on for who asks. At most two statements, none while nothing has to be looked up."""
    asker = Asker(program_id, version, member_id, device_key)
    rules = _rules()
    found = _segments(rules, asker)
    return {rule.key: decide(rule, asker, in_segment=rule.id in found) for rule in rules}


def is_on(
    key: str,
    *,
    program_id: int | None = None,
    version: str = "",
    member_id: int | None = None,
    device_key: str = "",
    otherwise: bool = False,
) -> bool:
    """Whether a flag is on for a member or a phone; `otherwise` when there is no such flag."""
    rule = next((rule for rule in _rules() if rule.key == key), None)
    if rule is None:
        return otherwise
    asker = Asker(program_id, version, member_id, device_key)
    return decide(rule, asker, in_segment=rule.id in _segments([rule], asker))


def forget() -> None:
    """Let this process look anew for what it hands out."""
    cache.delete(_KEY)


def _rules() -> list[Rule]:
    rules: list[Rule] | None = cache.get(_KEY)
    if rules is None:
        rules = [flag.rule for flag in Flag.objects.order_by("key")]
        cache.set(_KEY, rules, REMEMBER_SECONDS)
    return rules


def _segments(rules: Iterable[Rule], asker: Asker) -> set[int]:
    """Which flags have a segment that who asks is in: a member by his number, a visitor by his phone's."""
    limited = [rule.id for rule in rules if rule.segment_id is not None and rule.is_on and not rule.killed]
    if not limited or asker.unit == "":
        return set()
    if asker.member_id is not None:
        person = 2 * asker.member_id
    else:
        device = Device.objects.filter(key=asker.device_key).values_list("id", flat=True).first()
        if device is None:
            return set()
        person = 2 * device + 1
    found = FlagMember.objects.filter(flag__in=limited, person=person)
    return set(found.values_list("flag_id", flat=True))
