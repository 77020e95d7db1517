"""Where each door hangs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from fangcun.doors.callbacks.texts import no_more_texts
from fangcun.doors.console.site import console
from fangcun.doors.health import healthz, readyz
from fangcun.doors.media import picture
from fangcun.doors.storefront.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("api/v1/", api.urls),
    path("console/", console.urls),
    path("callbacks/", include("fangcun.doors.callbacks.urls")),
    path("u/<slug:token>", no_more_texts),
    path("language/", include("django.conf.urls.i18n")),
    path("media/<path:path>", picture),
    path("", include("fangcun.doors.phone.urls")),
]
