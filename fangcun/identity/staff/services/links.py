"""Links that let one person into the console, once."""

from __future__ import annotations

import datetime as dt
import secrets

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from fangcun.identity.staff.errors import LoginLinkInvalid
from fangcun.identity.staff.models import LoginLink
from fangcun.identity.staff.permissions import Role
from fangcun.identity.staff.queries import actor_for, owners
from fangcun.identity.staff.services.accounts import invite_staff
from fangcun.kernel import audit
from fangcun.kernel.actors import Actor
from fangcun.kernel.secrets import digest

VALID_FOR = dt.timedelta(minutes=15)
# Who has never been in got the link from a set-up or an invitation, and may read it later.
FIRST_VALID_FOR = dt.timedelta(hours=24)


@transaction.atomic
def issue_login_link(*, user: User | None = None, by: Actor) -> str:
    """Make a link that lets a person into the console once: "/console/enter/<token>"; older ones die.

    Without a person it is for the owner, whose account is made, without a password, when there is none.
    Good for 15 minutes, the first one of a person for 24 hours.
    """
    user = user or owners().first() or _first_owner(by)
    LoginLink.objects.filter(user=user, used_at=None).delete()
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    expires_at = now + (FIRST_VALID_FOR if user.last_login is None else VALID_FOR)
    LoginLink.objects.create(digest=digest(token), user=user, created_at=now, expires_at=expires_at)
    audit.record("staff.issue_login_link", by=by, object=user, after={"expires_at": expires_at})
    return f"/console/enter/{token}"


@transaction.atomic
def redeem_login_link(*, token: str, ip: str | None) -> User:
    """Whom a link lets in; it is used up by this. Raises LoginLinkInvalid."""
    now = timezone.now()
    link = LoginLink.objects.filter(digest=digest(token), used_at=None, expires_at__gt=now)
    found = link.filter(user__is_active=True, user__is_staff=True).select_related("user").first()
    if found is None or not link.update(used_at=now):
        raise LoginLinkInvalid
    audit.record("staff.enter_by_link", by=actor_for(found.user, ip), object=found.user)
    return found.user


def _first_owner(by: Actor) -> User:
    # A deactivated owner may hold the plain name.
    taken = User.objects.filter(username="owner").exists()
    return invite_staff(
        username=f"owner-{secrets.token_hex(2)}" if taken else "owner", roles=[Role.OWNER], by=by
    )
