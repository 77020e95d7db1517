"""Django's middleware of sessions, log-ins and page policies, for pages; the API passes it by.

A phone brings a token and takes JSON: it needs no session, no CSRF token and no policy for scripts, and half
of the time of a product page went into them. CSRF checks stay: they sit in `process_view`, which is not passed
by, and would refuse a form post to any view that is not exempt.
"""

from __future__ import annotations

from collections.abc import Awaitable

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.deprecation import MiddlewareMixin

MACHINES = ("/api/", "/callbacks/", "/healthz", "/readyz")


class _ForPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith(MACHINES):
            return self.get_response(request)
        return super().__call__(request)


class PageSessions(_ForPages, SessionMiddleware):
    """Sessions."""


class PageCsrf(_ForPages, CsrfViewMiddleware):
    """CSRF tokens."""


class PageLogins(_ForPages, AuthenticationMiddleware):
    """Who is logged in."""


class PageMessages(_ForPages, MessageMiddleware):
    """Messages shown once."""


class PagePolicy(_ForPages, CSPMiddleware):
    """Content security policy."""
