from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    name = "fangcun.shop.offers"
    label = "offers"
    verbose_name = _("优惠")
