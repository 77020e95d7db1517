"""Status machines: a table as data, one way to change a status, a row for every change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fangcun.kernel.actors import Actor
from fangcun.kernel.errors import DomainError
from fangcun.kernel.models import Transition


class IllegalTransition(DomainError):
    code = "illegal_transition"
    message = _("当前状态不允许这样操作")


class StatusChanged(DomainError):
    """Somebody else moved it first; nothing was written."""

    code = "status_changed"
    message = _("状态刚刚发生了变化，请刷新后再试")


class Stateful(models.Model):
    """A row with a status. `transitions` names for each status those that may follow."""

    transitions: ClassVar[Mapping[Any, Iterable[str]]]
    status: str

    class Meta:
        abstract = True

    def may_enter(self, status: str) -> bool:
        """Whether the table lets this row move there now."""
        return status in self.transitions.get(self.status, ())

    def enter(self, status: str, *, by: Actor, reason: str = "", **changes: Any) -> None:
        """Move to a status, together with other columns, and note who did it and why.

        The update holds only if the row still has the status we read, so of two racers one wins.
        Raises IllegalTransition when the table forbids it, StatusChanged when somebody was faster.
        """
        source = self.status
        if not self.may_enter(status):
            raise IllegalTransition(source=source, target=status)
        rows: models.QuerySet[models.Model] = type(self)._default_manager.filter(pk=self.pk)
        if not rows.filter(status=source).update(**{"status": status, **changes}):
            raise StatusChanged(source=source, target=status)
        for name, value in {"status": status, **changes}.items():
            setattr(self, name, value)
        note([self], source=source, target=status, by=by, reason=reason)


def note(rows: Iterable[models.Model], *, source: str, target: str, by: Actor, reason: str = "") -> None:
    """Write the transition rows of several things that moved the same way, in one statement."""
    now = timezone.now()
    Transition.objects.bulk_create(
        Transition(
            subject=row._meta.label_lower,
            subject_id=row.pk,
            source=source,
            target=target,
            reason=reason[:200],
            actor_kind=by.kind,
            actor_id=by.id,
            actor_name=by.name[:150],
            at=now,
        )
        for row in rows
    )


def transitions_of(row: models.Model) -> list[Transition]:
    """The whole timeline of one thing, oldest first."""
    return list(Transition.objects.filter(subject=row._meta.label_lower, subject_id=row.pk).order_by("id"))
