"""What a provider of text messages refuses. The vendor's own code stays in `.code`."""

from __future__ import annotations

from fangcun.kernel.errors import GatewayError


class SmsUnavailable(GatewayError):
    """No answer, or one that says nothing. `details["sent"]` is False when the request surely never arrived."""

    def __init__(self, message: str, *, code: str, sent: bool) -> None:
        super().__init__(message, permanent=False, code=code, details={"sent": sent})


class SmsRefused(GatewayError):
    """The provider understood and sent nothing; whether it helps to try later says `permanent`."""
