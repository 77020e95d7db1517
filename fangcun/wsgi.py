"""The entry that granian serves."""

import os

from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangcun.settings")
application = get_wsgi_application()

from fangcun.build.rollout.counting import keep_flushing  # noqa: E402 - needs the application's models

keep_flushing()
# Whose word about the visitor's address counts: addresses or networks of our own reverse proxies.
if proxies := os.environ.get("FANGCUN_TRUSTED_PROXIES", "").split():
    application = wrap_wsgi_with_proxy_headers(application, trusted_hosts=proxies)
