"""Questions about staff: who is what, and who may do what."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from fangcun.identity.staff.permissions import GRANTS, PERMISSIONS, Role
from fangcun.kernel.actors import Actor

KEPT_ON_USER = "_fangcun_roles"


def roles_of(user: User | AnonymousUser) -> frozenset[str]:
    """What a person is, e.g. {"operator", "analyst"}; asked once for each user object.

    A Django superuser counts as an owner; who is not active staff is nothing.
    """
    if not (isinstance(user, User) and user.is_active and user.is_staff):
        return frozenset()
    roles: frozenset[str] | None = getattr(user, KEPT_ON_USER, None)
    if roles is None:
        roles = frozenset(user.groups.filter(name__in=Role.values).values_list("name", flat=True))
        if user.is_superuser:
            roles |= {Role.OWNER.value}
        setattr(user, KEPT_ON_USER, roles)
    return roles


def may(user: User | AnonymousUser, permission: str) -> bool:
    """Whether a person may do this, e.g. "orders.ship". Raises KeyError for a name not in PERMISSIONS."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    return any(permission in GRANTS[role] for role in roles_of(user))


def those_who_may(permission: str) -> QuerySet[User]:
    """The active staff that may do this, in one statement. Raises KeyError for a name not in PERMISSIONS."""
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    roles = [role for role, granted in GRANTS.items() if permission in granted]
    rows = User.objects.filter(is_active=True, is_staff=True)
    return rows.filter(Q(groups__name__in=roles) | Q(is_superuser=True)).distinct().order_by("id")


def owners() -> QuerySet[User]:
    """The owners who can enter the console."""
    return User.objects.filter(is_active=True, is_staff=True, groups__name=Role.OWNER).order_by("id")


def name_of(user: User) -> str:
    """How a person of the staff is called."""
    return user.get_full_name() or user.get_username()


def actor_for(user: User, ip: str | None = None) -> Actor:
    """A person of the staff as the author of a change."""
    return Actor.staff(user.pk, name_of(user), ip)
