"""Refusals of WeChat Pay, with their documented HTTP status and code."""


class PayError(Exception):
    """A refusal; ``internal`` is the number WeChat Pay appends to the Request-ID."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        detail: dict[str, object] | None = None,
        internal: int = 0,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.internal = internal


def bad_param(field: str, value: object, issue: str, location: str = "body") -> PayError:
    """400 PARAM_ERROR that names the field."""
    detail = {"field": field, "value": value, "issue": issue, "location": location}
    return PayError(400, "PARAM_ERROR", f"参数错误：{field} {issue}", detail=detail, internal=268435461)


def sign_error(issue: str, **information: object) -> PayError:
    """401 SIGN_ERROR."""
    detail: dict[str, object] = {"field": "signature", "issue": issue, "location": "authorization"}
    if information:
        detail["sign_information"] = information
    return PayError(401, "SIGN_ERROR", f"签名错误：{issue}", detail=detail, internal=268443699)


def order_missing() -> PayError:
    """404: WeChat Pay knows no such order."""
    return PayError(404, "ORDER_NOT_EXIST", "订单不存在", internal=268512771)
