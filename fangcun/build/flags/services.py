"""The verbs of flags."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.build.flags import queries
from fangcun.build.flags.deciding import EVERYBODY, VERSION, order_of
from fangcun.build.flags.errors import FlagInUse, FlagInvalid, FlagKeyTaken, FlagKilled, FlagUnknown
from fangcun.build.flags.models import Flag
from fangcun.build.flags.tasks import find_members
from fangcun.identity.programs.models import Program
from fangcun.insight.segments.queries import segment_of
from fangcun.kernel.actors import Actor
from fangcun.kernel.audit import record

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class FlagSpec:
    """What the staff set. `percent` is 0 to 100; versions are bounds that are included, "" is none."""

    key: str
    name: str
    description: str = ""
    is_on: bool = False
    percent: int = EVERYBODY
    program_id: int | None = None
    segment_id: int | None = None
    min_version: str = ""
    max_version: str = ""


@transaction.atomic
def create_flag(spec: FlagSpec, *, by: Actor) -> Flag:
    """Make a flag. Raises FlagInvalid, FlagKeyTaken, SegmentUnknown."""
    _check(spec)
    flag = Flag(**asdict(spec))
    _save(flag)
    record("flags.create", by=by, object=flag, after=asdict(spec))
    return flag


@transaction.atomic
def change_flag(flag: Flag, spec: FlagSpec, *, by: Actor) -> Flag:
    """Set a flag anew; its key stays, because the code knows it by that. An emergency stop stays, too.

    Raises FlagInvalid, FlagUnknown, SegmentUnknown.
    """
    if spec.key != flag.key:
        raise FlagInvalid(_("标识写在代码里，不能修改；请新建一个开关"))
    _check(spec)
    locked = _locked(flag)
    before = spec_of(locked)
    for name, value in asdict(spec).items():
        setattr(locked, name, value)
    _save(locked)
    record("flags.change", by=by, object=locked, before=asdict(before), after=asdict(spec))
    return locked


@transaction.atomic
def set_percent(flag: Flag, percent: int, *, by: Actor, because: str = "") -> Flag:
    """Have it on for so many per cent; telling it again changes nothing. Who is in stays in when there are more.

    Turning to more than nobody switches it on. Raises FlagInvalid, FlagUnknown.
    """
    if not 0 <= percent <= EVERYBODY:
        raise FlagInvalid(_("比例应为 0 到 100"))
    locked = _locked(flag)
    before = {"is_on": locked.is_on, "percent": locked.percent}
    after = {"is_on": percent > 0, "percent": percent}
    if before == after:
        return locked
    locked.is_on, locked.percent = percent > 0, percent
    _save(locked)
    record("flags.set_percent", by=by, object=locked, before=before, after=after, note=because)
    return locked


@transaction.atomic
def kill_flag(flag: Flag, *, because: str, by: Actor) -> Flag:
    """Stop it for everybody, at once, whatever else is set. A second time changes nothing. Raises FlagInvalid."""
    because = _reason(because)
    locked = _locked(flag)
    if locked.killed_at is not None:
        return locked
    locked.killed_at, locked.killed_because = timezone.now(), because
    _save(locked)
    record("flags.kill", by=by, object=locked, note=because)
    return locked


@transaction.atomic
def restore_flag(flag: Flag, *, because: str, by: Actor) -> Flag:
    """Lift an emergency stop: it is on again for whom it was. Raises FlagInvalid."""
    because = _reason(because)
    locked = _locked(flag)
    if locked.killed_at is None:
        return locked
    locked.killed_at, locked.killed_because = None, ""
    _save(locked)
    record("flags.restore", by=by, object=locked, note=because)
    return locked


@transaction.atomic
def delete_flag(flag: Flag, *, by: Actor) -> None:
    """Forget a flag that the code asks for no more; phones that still ask get what their code falls back to.

    Raises FlagKilled (a phone whose code falls back to "on" would have it again), FlagInUse.
    """
    locked = _locked(flag)
    if locked.killed_at is not None:
        raise FlagKilled
    record("flags.delete", by=by, object=locked, before=asdict(spec_of(locked)))
    try:
        locked.delete()
    except ProtectedError:
        raise FlagInUse from None
    transaction.on_commit(queries.forget)


def spec_of(flag: Flag) -> FlagSpec:
    """What is set, as one would set it again."""
    return FlagSpec(**{name: getattr(flag, name) for name in FlagSpec.__dataclass_fields__})


def _locked(flag: Flag) -> Flag:
    locked = Flag.objects.select_for_update().filter(pk=flag.pk).first()
    if locked is None:
        raise FlagUnknown(key=flag.key)
    return locked


def _save(flag: Flag) -> None:
    now = timezone.now()
    flag.changed_at = now
    flag.full_since = (flag.full_since or now) if flag.is_for_everybody else None
    try:
        with transaction.atomic():
            flag.save()
    except IntegrityError:
        if Flag.objects.filter(key=flag.key).exclude(pk=flag.pk).exists():
            raise FlagKeyTaken(key=flag.key) from None
        raise
    find_members.enqueue(flag_id=flag.pk)
    transaction.on_commit(queries.forget)


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise FlagInvalid(_("请写明原因"))
    return text[:MOST_REASON]


def _check(spec: FlagSpec) -> None:
    problem = _problem(spec)
    if problem:
        raise FlagInvalid(problem)
    if spec.program_id is not None and not Program.objects.filter(pk=spec.program_id).exists():
        raise FlagInvalid(_("没有这个小程序"))
    if spec.segment_id is not None:
        segment_of(spec.segment_id)


def _problem(spec: FlagSpec) -> Any:
    if not _KEY.fullmatch(spec.key):
        return _("标识应以小写字母开头，只含小写字母、数字和下划线，最多 40 个字符")
    if not 0 < len(spec.name.strip()) <= 60:
        return _("请填写名称，最多 60 个字")
    if len(spec.description) > 500:
        return _("说明最多 500 个字")
    if not 0 <= spec.percent <= EVERYBODY:
        return _("比例应为 0 到 100")
    bounds = [text for text in (spec.min_version, spec.max_version) if text]
    orders = [order_of(text) for text in bounds if VERSION.fullmatch(text)]
    if len(orders) < len(bounds) or None in orders:
        return _("版本号应形如 1.2.0")
    if len(bounds) == 2 and orders[0] > orders[1]:  # type: ignore[operator]  # None was refused above
        return _("最低版本不能高于最高版本")
    return None
