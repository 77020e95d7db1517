"""Why a whole batch is refused. A single event that breaks a rule only gets a reason of its own."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class BatchTooLarge(DomainError):
    """More events, or more bytes, than one request may carry; the phone halves the batch."""

    code = "batch_too_large"
    status = 413
    message = _("一次上报的内容过多，请拆分后重试")


class BatchMalformed(DomainError):
    """The envelope can't be read; `details.fields` names what is wrong."""

    code = "malformed"
    status = 422
    message = _("上报的格式不正确")

    def __init__(self, **fields: str) -> None:
        super().__init__(fields=[{"loc": [name], "msg": msg} for name, msg in fields.items()])
