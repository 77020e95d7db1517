"""Pictures from the local folder. Past one machine a bucket and its CDN, or the proxy, serve them instead."""

from __future__ import annotations

import posixpath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.static import serve

from fangcun.gateways.storage import PRIVATE_PAPERS
from fangcun.grow.conversations.pictures import FOLDER as CONVERSATIONS

PRIVATE = {CONVERSATIONS, PRIVATE_PAPERS}


def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """One stored file. Its name is the digest of its content, so it may be kept for ever.

    What customers sent to service and the enterprise's papers are shown at the console only, to those who may see
    them.
    """
    if posixpath.normpath(path).lstrip("/").split("/")[0].lower() in PRIVATE:
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
