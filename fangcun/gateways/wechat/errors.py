"""What WeChat refuses, named after what is wrong. The vendor's own code stays in `.code`."""

from __future__ import annotations

from typing import Any, ClassVar

from fangcun.kernel.errors import GatewayError


class WechatError(GatewayError):
    """WeChat refused, or did not answer. `lasting` is what `permanent` is unless said otherwise."""

    lasting: ClassVar[bool] = True

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        details: dict[str, Any] | None = None,
        permanent: bool | None = None,
    ) -> None:
        super().__init__(
            message, permanent=self.lasting if permanent is None else permanent, code=code, details=details
        )


class Unavailable(WechatError):
    """No answer, a 5xx or "system busy". `details["sent"]` is False when the request surely never arrived."""

    lasting = False


class RateLimited(WechatError):
    """Too many calls; later it works."""

    lasting = False


class RequestRefused(WechatError):
    """WeChat understood and said no; the same request will be refused again."""


class BadCredentials(WechatError):
    """AppID, secret, merchant number, certificate, key or IP list: somebody has to correct a setting."""


class TokenRefused(BadCredentials):
    """The access token was not accepted, even after a fresh one was fetched."""

    lasting = False


class CodeInvalid(WechatError):
    """A one-time code from the phone is wrong, used up or too old."""


class LoginCodeInvalid(CodeInvalid):
    """The code of wx.login can't be exchanged; the phone must call wx.login again."""


class LoginBlocked(LoginCodeInvalid):
    """WeChat holds this user for high-risk and blocks the login."""


class PhoneCodeInvalid(CodeInvalid):
    """The code of the phone-number button can't be exchanged."""


class RecipientInvalid(WechatError):
    """This openid does not belong to this mini program."""


class NotSubscribed(WechatError):
    """The customer has not agreed to this message, or the consent is used up."""


class WindowClosed(WechatError):
    """Customer service may not answer: the customer's last message is more than 48 hours old."""


class AnswersUsedUp(WechatError):
    """Customer service has sent all the messages that the customer's last one allows."""


class MediaGone(WechatError):
    """WeChat has no file under this media id (any more)."""


class TemplateDataInvalid(WechatError):
    """A field of the message breaks the template's rules."""

    @property
    def field(self) -> str:
        """The template's key, such as `thing1`; empty when WeChat named none."""
        return str(self.details.get("field", ""))


class OrderUnknown(WechatError):
    """WeChat Pay has no order with this number."""


class OrderClosed(WechatError):
    """The order is closed at WeChat Pay and can't be paid any more."""


class AlreadyPaid(WechatError):
    """The order has been paid; ask for its state instead."""


class NumberTaken(WechatError):
    """This order or refund number was used before with other content."""


class RefundUnknown(WechatError):
    """WeChat Pay has no refund with this number, or no paid order to refund."""


class RefundImpossible(WechatError):
    """The customer's account can't take money back; it has to be settled by hand."""


class BalanceTooLow(WechatError):
    """The merchant's balance does not cover the refund; it works after a top-up."""

    lasting = False


class ResponseNotTrusted(WechatError):
    """An answer in WeChat Pay's name that does not hold; `details["reason"]` says why."""

    lasting = False


class SignatureRefused(WechatError):
    """A notice that must not be believed; `reason` is for machines.

    One of `missing_header`, `unknown_serial`, `stale`, `signature`, `signtest`, `decrypt`, `malformed`.
    """

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message, code=reason, details={"reason": reason})
