"""What happens in the background: logins of long ago are forgotten."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from fangcun.identity.members.models import Token
from fangcun.kernel.jobs import every

KEEP_ENDED_LOGINS = dt.timedelta(days=30)


@every(seconds=6 * 3600)
def forget_ended_logins() -> None:
    """Delete tokens that ended a month ago."""
    Token.objects.filter(expires_at__lt=timezone.now() - KEEP_ENDED_LOGINS).delete()
