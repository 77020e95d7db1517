"""Refusals that people read, and technical failures that machines retry."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule was broken. Subclasses are named after the rule and carry what a door must answer.

    `details` are JSON-able facts; `message` may name them in braces: "只剩 {stock} 件".
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    message: ClassVar[str | Promise] = _("操作未能完成")

    def __init__(self, message: str | Promise | None = None, **details: Any) -> None:
        self.text = message if message is not None else self.message
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        try:
            return str(self.text).format(**self.details)
        except (KeyError, IndexError, ValueError):
            return str(self.text)


class NotFound(DomainError):
    code = "not_found"
    status = 404
    message = _("没有找到，可能已被删除")


class NotLoggedIn(DomainError):
    code = "not_logged_in"
    status = 401
    message = _("请先登录")


class TooManyRequests(DomainError):
    code = "too_many_requests"
    status = 429
    message = _("操作太频繁，请稍后再试")


class GatewayError(Exception):
    """Somebody else's system failed or refused.

    `permanent` says that trying again with the same content can't help; `code` is the vendor's own code.
    """

    def __init__(
        self, message: str, *, permanent: bool, code: str = "", details: dict[str, Any] | None = None
    ) -> None:
        self.permanent = permanent
        self.code = code
        self.details = details or {}
        super().__init__(message)
