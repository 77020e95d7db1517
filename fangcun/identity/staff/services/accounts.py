"""Inviting people, giving them roles and passwords, shutting them out."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fangcun.identity.staff.errors import LastOwner, StaffInvalid
from fangcun.identity.staff.models import LoginLink
from fangcun.identity.staff.permissions import Role
from fangcun.identity.staff.queries import KEPT_ON_USER, owners
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor

MOST_NAME = 30


@transaction.atomic
def invite_staff(*, username: str, name: str = "", roles: Collection[str], by: Actor) -> User:
    """Make an account without a password for somebody; `issue_login_link` gives the way in.

    Raises StaffInvalid with `details.fields`.
    """
    _check_roles(roles)
    user = User(username=User.normalize_username(username.strip()), first_name=name.strip(), is_staff=True)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        names = {"first_name": "name"}
        fields = {names.get(field, field): texts[0] for field, texts in error.message_dict.items()}
        raise StaffInvalid(fields=fields) from error
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise StaffInvalid(fields={"username": _("已有同名的员工")}) from error
    user.groups.set(_groups(roles))
    after = {"username": user.username, "name": user.first_name, "roles": sorted(roles)}
    audit.record("staff.invite", by=by, object=user, after=after)
    return user


@transaction.atomic
def set_roles(user: User, roles: Collection[str], *, by: Actor) -> None:
    """Make a person exactly this. Raises StaffInvalid, and LastOwner when nobody could manage staff any more."""
    _check_roles(roles)
    _lock_owners()
    before = sorted(user.groups.filter(name__in=Role.values).values_list("name", flat=True))
    if Role.OWNER not in roles:
        _keep_an_owner(without=user)
    if before == sorted(roles):
        return
    others = list(user.groups.exclude(name__in=Role.values))
    user.groups.set([*others, *_groups(roles)])
    _forget_roles(user)
    audit.record(
        "staff.set_roles", by=by, object=user, before={"roles": before}, after={"roles": sorted(roles)}
    )


@transaction.atomic
def deactivate(user: User, *, by: Actor) -> None:
    """Shut a person out at once; his links die, his history stays. Raises LastOwner."""
    _lock_owners()
    _keep_an_owner(without=user)
    LoginLink.objects.filter(user=user, used_at=None).delete()
    _set_active(user, active=False, by=by)


@transaction.atomic
def activate(user: User, *, by: Actor) -> None:
    """Let a person in again, as what he was."""
    _set_active(user, active=True, by=by)


@transaction.atomic
def set_password(user: User, password: str, *, by: Actor) -> None:
    """Give a person a new password; his other sessions end with the old one. Raises StaffInvalid."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise StaffInvalid(fields={"password": " ".join(error.messages)}) from error
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record("staff.set_password", by=by, object=user)


def _set_active(user: User, *, active: bool, by: Actor) -> None:
    if User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active):
        action = "staff.activate" if active else "staff.deactivate"
        audit.record(action, by=by, object=user)
    user.is_active = active
    _forget_roles(user)


def _check_roles(roles: Collection[str]) -> None:
    if not roles or not set(roles) <= set(Role.values):
        raise StaffInvalid(fields={"roles": _("请选择角色")})


def _groups(roles: Collection[str]) -> list[Group]:
    return [Group.objects.get_or_create(name=str(role))[0] for role in sorted(roles)]


def _lock_owners() -> None:
    # Two owners who step down at the same moment must not leave none.
    Group.objects.select_for_update().filter(name=Role.OWNER).first()


def _keep_an_owner(*, without: User) -> None:
    if owners().filter(pk=without.pk).exists() and not owners().exclude(pk=without.pk).exists():
        raise LastOwner


def _forget_roles(user: User) -> None:
    vars(user).pop(KEPT_ON_USER, None)
