"""The self-tester's door: it tells what arrived, to who holds a pass of the last minute."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from fangcun.build.papers.testing.mirror import is_pass, reflection


@csrf_exempt
@require_http_methods(["GET", "POST"])
def mirror(request: HttpRequest, entry: str) -> HttpResponse:
    """What a request looks like after everything that stands between the internet and us."""
    if not is_pass(entry):
        raise Http404
    told = reflection(
        method=str(request.method),
        path=request.path,
        query=request.META.get("QUERY_STRING", ""),
        body=request.body,
        headers=request.headers,
        scheme=str(request.scheme),
        host=request.META.get("HTTP_HOST", ""),
    )
    return JsonResponse(told, headers={"Cache-Control": "no-store"})
