from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralConfig(AppConfig):
    name = "fangcun.grow.referral"
    label = "referral"
    verbose_name = _("邀请")
