"""Rules about links, channels and batches of codes."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class LinkNotFound(DomainError):
    """No such link, one of another mini program, or one that was switched off."""

    code = "link_not_found"
    status = 404
    message = _("这个链接已失效")


class LinkInvalid(DomainError):
    """A page or query that no mini program could open."""

    code = "link_invalid"
    status = 400
    message = _("页面或参数不正确")


class ChannelInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "channel_invalid"
    status = 400
    message = _("请检查渠道的设置")


class BatchInvalid(DomainError):
    """`details.fields` names each wrong field of the form and what is wrong with it."""

    code = "batch_invalid"
    status = 400
    message = _("请检查批次的设置")
