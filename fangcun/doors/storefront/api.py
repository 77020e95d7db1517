"""The storefront API: what the phone may ask, under /api/v1/."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.urls import URLPattern, URLResolver, re_path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from fangcun.build.rollout.counting import note_answer
from fangcun.doors.storefront import (
    activities,
    cart,
    catalog,
    events,
    experiments,
    flags,
    groupbuy,
    identity,
    links,
    loyalty,
    messaging,
    offers,
    orders,
    referral,
)
from fangcun.doors.storefront.auth import version_of
from fangcun.doors.storefront.schemas import FOR_IMAGES
from fangcun.kernel.errors import DomainError, GatewayError, NotFound, NotLoggedIn

logger = logging.getLogger(__name__)


class Utf8Renderer(BaseRenderer):
    """JSON as it is written: Chinese takes three bytes a character, not six."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str)


class ObjectParser(Parser):
    """A body is one JSON object; a list or a number would pass for an object whose fields are all absent."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body = orjson.loads(request.body)
        if not isinstance(body, dict):
            raise ValueError("not a JSON object")
        return body


class StorefrontAPI(NinjaAPI):
    """Answers every path below its own in JSON, and names in the OpenAPI document what holds for all operations."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            pattern.callback = _in_json(cast(URLPattern, pattern).callback)
        return [*patterns, re_path(r"", _in_json(_nowhere))], app_name, namespace

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**kwargs)
        header = {
            "in": "header",
            "name": "X-Program",
            "required": True,
            "schema": {"type": "string", "title": "X-Program"},
            "description": "AppID of the mini program that asks.",
        }
        for path in document["paths"].values():
            for operation in path.values():
                parameters = operation.setdefault("parameters", [])
                told = any(parameter["name"] == header["name"] for parameter in parameters)
                if not (operation.pop(FOR_IMAGES, False) or told):
                    parameters.append(header)
                if "requestBody" in operation:
                    responses = operation["responses"]
                    for status, text in _BODY_REFUSALS.items():
                        responses.setdefault(status, {**responses[400], "description": text})
        return document


_BODY_REFUSALS = {413: "Content Too Large", 422: "Unprocessable Content"}


def _in_json(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """HEAD is GET without its body; 404 and 405 are refusals like others; nothing is kept unless it says so."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # of what is no operation: the document, and paths that lead nowhere
            response = api.on_exception(request, error)
        request.method = asked  # the server in front drops the body of an answer to HEAD
        if isinstance(response, HttpResponseNotAllowed):
            refusal = _answer(request, 405, "method_not_allowed", "这个地址不支持该操作")
            refusal.headers["Allow"] = response.headers["Allow"]
            response = refusal
        response.headers.setdefault("Cache-Control", "no-store")
        account = getattr(request, "account", None)
        note_answer(
            appid=request.headers.get("X-Program", ""),
            version=version_of(request),
            status=response.status_code,
            member_id=account.member_id if account else None,
        )
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # who asks is told by a header, never by a cookie
    return answered


def _nowhere(request: HttpRequest) -> HttpResponse:
    raise Http404


api = StorefrontAPI(
    title="Fangcun storefront",
    version="1",
    description="What a mini program asks of the platform. Money is in fen, times are ISO 8601. "
    "Every refusal has the body {code, message, details}. `X-Version` may say which version of the mini program asks.",
    renderer=Utf8Renderer(),
    parser=ObjectParser(),
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="storefront",
)
for module in (
    identity,
    catalog,
    cart,
    orders,
    messaging,
    events,
    experiments,
    flags,
    links,
    offers,
    groupbuy,
    loyalty,
    activities,
    referral,
):
    api.add_router("", module.router)


def _answer(request: HttpRequest, status: int, code: str, message: str, /, **details: Any) -> HttpResponse:
    body = {"code": code, "message": message, "details": details}
    return api.create_response(request, body, status=status)


@api.exception_handler(DomainError)
def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    response = _answer(request, error.status, error.code, str(error), **error.details)
    if (seconds := error.details.get("retry_after")) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


@api.exception_handler(GatewayError)
def _wechat_failed(request: HttpRequest, error: GatewayError) -> HttpResponse:
    logger.warning("%s failed: %s", request.path, error)
    return _answer(request, 502, "wechat_unavailable", "微信暂时没有响应，请稍后再试", reason=error.code)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = [
        {"loc": [str(part) for part in entry["loc"]], "msg": str(entry["msg"])} for entry in error.errors
    ]
    return _answer(request, 422, "malformed", "请求格式不正确", fields=fields)


@api.exception_handler(AuthenticationError)
def _anonymous(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _refused(request, NotLoggedIn())


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _refused(request, NotFound())


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ObjectParser could not read."""
    fields = [{"loc": ["body"], "msg": "not a JSON object in UTF-8"}]
    return _answer(request, 422, "malformed", "请求格式不正确", fields=fields)


@api.exception_handler(RequestDataTooBig)
def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return _answer(request, 413, "body_too_large", "提交的内容过大")


@api.exception_handler(UnreadablePostError)
def _broken_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return _answer(request, 400, "malformed", "请求没有传完")


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s broke", request.method, request.path, exc_info=error)
    return _answer(request, 500, "internal_error", "系统开了小差，请稍后再试")
