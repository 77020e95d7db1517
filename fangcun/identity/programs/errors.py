"""Rules about mini programs and merchants."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError, NotFound


class ProgramUnknown(DomainError):
    """The appid of the request is registered nowhere, or its mini program is switched off."""

    code = "program_unknown"
    status = 400
    message = _("未知的小程序")


class MerchantUnknown(NotFound):
    code = "merchant_unknown"
    message = _("未知的商户号")


class MerchantMissing(DomainError):
    """The mini program has no merchant to collect its money."""

    code = "merchant_missing"
    message = _("小程序还没有关联商户号")


class ProgramInvalid(DomainError):
    """What was entered cannot be a mini program's or a merchant's; `details.fields` says why."""

    code = "program_invalid"
    status = 400
    message = _("请检查填写的内容")


class PushNotSet(NotFound):
    """The mini program has no message push configured here."""

    code = "push_not_set"
    message = _("这个小程序还没有配置消息推送")


class PushReplayed(DomainError):
    """The nonce of a push that was taken came with other content."""

    code = "push_replayed"
    status = 403
    message = _("推送被重放")
