"""Rules about the people who work in the console."""

from django.utils.translation import gettext_lazy as _

from fangcun.kernel.errors import DomainError


class LoginLinkInvalid(DomainError):
    """The link is unknown, used, expired, or its person was deactivated. Which one is not told."""

    code = "login_link_invalid"
    status = 403
    message = _("登录链接无效或已过期，请重新获取")


class LastOwner(DomainError):
    code = "last_owner"
    message = _("至少要保留一位启用的所有者")


class StaffInvalid(DomainError):
    """`details.fields` names each wrong field and what is wrong with it."""

    code = "staff_invalid"
    status = 400
    message = _("请检查填写的内容")
