"""What several questions about persons find in an address."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from fangcun.insight.analytics.errors import QuestionInvalid
from fangcun.insight.analytics.spans import Params, one


def day_of(params: Params) -> dt.date:
    """The day as of whose end it is asked (`at`); today without one. Raises QuestionInvalid."""
    text = one(params, "at")
    try:
        return dt.date.fromisoformat(text) if text else timezone.localdate()
    except ValueError:
        raise QuestionInvalid(_("日期应写作 2026-01-31")) from None
