"""How the console looks: names, colours and files that its library is told."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": _("方寸控制台"),
    "SITE_HEADER": _("方寸"),
    "SITE_SUBHEADER": _("小程序控制台"),
    "SITE_SYMBOL": "crop_square",
    "SITE_URL": "/",
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [lambda _request: static("console/console.css")],
    "SCRIPTS": [lambda _request: static("console/console.js")],
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("console/favicon.svg")}
    ],
    "SIDEBAR": {"show_search": False, "navigation": "fangcun.doors.console.site.sidebar"},
    "ACCOUNT": {
        "navigation": [{"title": _("设置密码"), "link": reverse_lazy("admin:password_change")}],
    },
    "COLORS": {
        "primary": {
            "50": "236 253 243",
            "100": "209 250 223",
            "200": "166 240 192",
            "300": "110 222 153",
            "400": "52 181 122",
            "500": "16 152 92",
            "600": "8 127 69",
            "700": "7 101 57",
            "800": "8 81 48",
            "900": "8 66 41",
            "950": "3 38 23",
        },
    },
}
