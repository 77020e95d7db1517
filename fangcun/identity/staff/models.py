"""One-time links by which staff enter the console. The accounts themselves are Django's users and groups."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LoginLink(models.Model):
    """A way into the console that works once. The link holds the token, we hold its digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="login_links", verbose_name=_("员工")
    )
    created_at = models.DateTimeField(_("创建于"), default=timezone.now)
    expires_at = models.DateTimeField(_("失效于"))
    used_at = models.DateTimeField(_("使用于"), null=True, blank=True)

    class Meta:
        verbose_name = _("一次性登录链接")
        verbose_name_plural = _("一次性登录链接")

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d %H:%M}"
